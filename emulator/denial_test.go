package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestDenials(t *testing.T) {
	c := emulator.BuiltIn()
	c.Denials = []emulator.Denial{
		{Actions: []string{"s3:*", "organizations:List*", "ec2:DescribeRegions"}, Principals: []string{"ReadOnly*"}},
		{Actions: []string{"*"}, Accounts: []string{"888899990000"}},
		{Actions: []string{"sts:AssumeRole"}, Principals: []string{"robin"}},
	}
	x := newTester(t, c)
	x.login("jane")
	admin, dev, sandbox := x.keys("111122223333", "AdministratorAccess"), x.keys("444455556666", "DeveloperAccess"), x.keys("888899990000", "AdministratorAccess")
	reader := x.keys("111122223333", "ReadOnlyAccess")
	robin := aws.Credentials{AccessKeyID: c.IAMUsers[0].AccessKeyID, SecretAccessKey: c.IAMUsers[0].SecretAccessKey}
	const (
		sts      = "Version=2011-06-15&Action="
		assume   = sts + "AssumeRole&RoleSessionName=ci&RoleArn=arn:aws:iam::"
		ec2      = "Version=2016-11-15&Action="
		explicit = "with an explicit deny in an identity-based policy"
	)
	for _, tt := range []struct {
		name          string
		key           aws.Credentials
		service, call string // call is a target, a query, or a path of S3
		status        int
		want          string
	}{
		{"S3 list", reader, "s3", "/", 403, "<Code>AccessDenied</Code>"},
		{"S3 object", reader, "s3", "/account1-backups/README.md", 403, "s3:GetObject on resource: &#34;arn:aws:s3:::account1-backups/README.md&#34; " + explicit},
		{"S3 of another permission set", admin, "s3", "/account1-backups/README.md", 200, ""},
		{"EC2", reader, "ec2", ec2 + "DescribeRegions", 403, "<Code>UnauthorizedOperation</Code>"},
		{"another operation of EC2", reader, "ec2", ec2 + "DescribeInstances", 200, ""},
		{"Organizations", reader, "organizations", "AWSOrganizationsV20161128.ListAccounts", 400, "is not authorized to perform: organizations:ListAccounts on resource: * " + explicit},
		{"another operation of Organizations", reader, "organizations", "AWSOrganizationsV20161128.DescribeOrganization", 200, ""},
		{"an account", sandbox, "sso", "SWBExternalService.ListInstances", 400, "AccessDeniedException"},
		{"AssumeRole in an account", sandbox, "sts", assume + "123456789012:role/Deploy", 403, "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/Deploy " + explicit},
		{"GetCallerIdentity, which nobody can deny", sandbox, "sts", sts + "GetCallerIdentity", 200, ""},
		{"IAM user", robin, "sts", assume + "210987654321:role/Operate", 403, explicit},
		{"another principal of the same account", dev, "sts", assume + "210987654321:role/Operate", 200, ""},
	} {
		r := signedRequest{method: "POST", url: x.srv.URL + "/", body: tt.call, service: tt.service, region: "us-east-1", key: tt.key, at: x.srv.Now()}
		switch {
		case tt.service == "s3":
			r.method, r.url, r.body = "GET", x.srv.URL+tt.call, ""
		case tt.service != "sts" && tt.service != "ec2":
			r.body, r.header = "{}", map[string]string{"X-Amz-Target": tt.call}
		}
		if status, body := r.do(t); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s: status %d, body %s, want %d and %s", tt.name, status, body, tt.status, tt.want)
		}
	}
}

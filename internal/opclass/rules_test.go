package opclass_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
)

func request(t *testing.T, name string) opclass.Request {
	t.Helper()
	service, operation, _ := strings.Cut(name, ":")
	s, err := model.Load(service)
	if err != nil {
		t.Fatal(err)
	}
	return opclass.Request{Service: s, Operation: operation, Class: opclass.Of(service, operation), Region: "eu-west-1", Account: "111122223333"}
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		rules         string
		allowed, deny string
	}{
		{"read", "s3api:GetObject ec2:DescribeInstances sts:GetCallerIdentity dynamodb:Query logs:FilterLogEvents", "s3api:PutObject secretsmanager:GetSecretValue sts:GetSessionToken elasticache:TestFailover lambda:GetFunction stepfunctions:GetActivityTask"},
		{"read", "glue:GetTable", "timestream-query:Query ec2:GetFlowLogsIntegrationTemplate apigatewayv2:PreviewPortal"}, // they write to S3, or create something
		{"read,secret", "cognito-idp:DescribeIdentityProvider directconnect:DescribeVirtualInterfaces iotwireless:GetWirelessDevice", "athena:GetSessionEndpoint license-manager:GetAccessToken kinesis-video-signaling:GetIceServerConfig"},
		{"*", "s3api:GetObject s3api:PutObject", "ssm:GetParameter sts:AssumeRole iam:CreateAccessKey"},
		{"*:*", "s3api:PutObject", "ssm:GetParameter sts:AssumeRole"},
		{"*:Get*", "s3api:GetObject", "ssm:GetParameter sts:GetSessionToken s3api:PutObject"},
		{"write", "s3api:PutObject", "s3api:GetObject sts:AssumeRole ssm:GetParameter"},
		{"secret", "secretsmanager:GetSecretValue", "s3api:GetObject sts:GetSessionToken"},
		{"read,secret", "secretsmanager:GetSecretValue s3api:GetObject", "sts:GetSessionToken s3api:PutObject"},
		{"s3:Get*", "s3api:GetObject s3api:GetBucketAcl", "s3api:PutObject ec2:GetSecurityGroupsForVpc s3control:GetDataAccess"},
		{"s3:getobject", "s3api:GetObject", "s3api:GetBucketAcl"},
		{"ssm:Get*", "ssm:GetParameter ssm:GetDocument", "ssm:GetAccessToken ssm:PutParameter"},
		{"sts:*", "sts:GetCallerIdentity", "sts:AssumeRole sts:GetFederationToken"},
		{"sts:AssumeRole", "sts:AssumeRole", "sts:AssumeRoot"},
		{"states:List*", "stepfunctions:ListExecutions", "stepfunctions:StartExecution"},
		{"read,!iam:*", "s3api:GetObject", "iam:ListUsers iam:CreateUser"},
		{"read !s3:GetObject", "s3api:GetBucketAcl", "s3api:GetObject"},
		{"read,secret,!secret,sts:AssumeRole", "s3api:GetObject", "ssm:GetParameter sts:AssumeRole"},
		{"read,region:eu-*", "s3api:GetObject", "s3api:PutObject"},
		{"read,region:us-*", "", "s3api:GetObject"},
		{"read,region:us-*,region:eu-west-1", "s3api:GetObject", ""},
		{"read,!region:eu-*", "", "s3api:GetObject"},
		{"read,account:111122223333", "s3api:GetObject", ""},
		{"read,account:999999999999", "", "s3api:GetObject"},
		{"read,!account:1111*", "", "s3api:GetObject"},
	} {
		rules, err := opclass.Parse(tt.rules)
		if err != nil {
			t.Errorf("%s: %v", tt.rules, err)
			continue
		}
		for _, name := range strings.Fields(tt.allowed) {
			if v := rules.Judge(request(t, name)); !v.Allowed || v.Rule == "" {
				t.Errorf("%s: %s: %+v, want allowed by a rule", tt.rules, name, v)
			}
		}
		for _, name := range strings.Fields(tt.deny) {
			if v := rules.Judge(request(t, name)); v.Allowed || v.Reason == "" {
				t.Errorf("%s: %s: %+v, want refused with a reason", tt.rules, name, v)
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ rules, want, hint string }{
		{"", "no rule allows", "add a rule"},
		{"!iam:*", "no rule allows", "add a rule"},
		{"region:eu-west-1", "no rule allows", ""},
		{"reads", "no class", "read, secret and write"},
		{"keys", "no class", ""},
		{"s3", "no class", "write s3:* for all operations"},
		{"!iam", "no class", "write !iam:* for all operations"},
		{"s3:", "expected SERVICE:OPERATION", ""},
		{"a:b:c", "expected SERVICE:OPERATION", ""},
		{"s4:Get*", "no service has the name s4", ""},
		{"s3:ListBucket", "s3 has no operation ListBucket", "did you mean: s3:ListBuckets"},
		{"ec2:DescribInstances", "has no operation", "did you mean: ec2:DescribeInstances"},
		{"account:123", "12 digits", ""},
		{"s3:Get[a-z]*", "unexpected character '['", ""},
		{"!!read", "unexpected character '!'", ""},
		{"réad", "unexpected character 'é'", ""},
	} {
		_, err := opclass.Parse(tt.rules)
		var e *opclass.SyntaxError
		if !errors.As(err, &e) || !strings.Contains(e.Error(), tt.want) || !strings.Contains(e.Hint, tt.hint) || e.ExitStatus() != 252 {
			t.Errorf("%q: error %v, want %q with the hint %q", tt.rules, err, tt.want, tt.hint)
		}
	}
}

// FuzzParse looks for rules that cannot be read again, or that allow keys without a name.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"read", "s3:Get*,!iam:*", "region:eu-*, account:111122223333 *", "!", "::", "*:*", "sts:Assume*"} {
		f.Add(seed)
	}
	sts, err := model.Load("sts")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := opclass.Parse(text)
		if err != nil {
			return
		}
		again, err := opclass.Parse(rules.String())
		if err != nil || again.String() != rules.String() {
			t.Errorf("%q is %q, then %v, %v", text, rules, again, err)
		}
		v := rules.Judge(opclass.Request{Service: sts, Operation: "AssumeRole", Class: opclass.Keys, Region: "us-east-1"})
		if v.Allowed && !strings.Contains(strings.ToLower(text), ":assumerole") {
			t.Errorf("%q allows sts:AssumeRole", text)
		}
	})
}

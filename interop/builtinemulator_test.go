package interop_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// With the same keys and token, both programs print the emulator's replies in the same way.
func TestBuiltInOperationsAgainstTheEmulator(t *testing.T) {
	t.Parallel()
	interpreterOfAWSCLI(t)
	h := newHome(t, setups[0], emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	var keys struct{ AccessKeyId, SecretAccessKey, SessionToken string } //nolint:revive,staticcheck // the AWS CLI's names
	export := clientNamed("lanyard").with([]string{"configure", "export-credentials", "--profile"}, "dev")
	h.run(t, export).decode(t, &keys)
	b := newBatch(t, h.srv.URL, "AWS_ACCESS_KEY_ID="+keys.AccessKeyId,
		"AWS_SECRET_ACCESS_KEY="+keys.SecretAccessKey, "AWS_SESSION_TOKEN="+keys.SessionToken)
	b.compare(t, b.lines(map[string]string{"TOKEN": h.token(t).AccessToken}, emulatorPortal, emulatorServices, emulatorRefusals))
}

var emulatorPortal = append(
	inEvery(
		`sso list-accounts --access-token TOKEN`,
		`sso list-account-roles --account-id 111122223333 --access-token TOKEN`,
	),
	once(
		`sso list-accounts --access-token TOKEN --page-size 1 --output yaml-stream`,
		`sso list-accounts --access-token TOKEN --page-size 2 --output text --query accountList[].accountName`,
		`sso list-accounts --access-token TOKEN --max-items 2`,
		`sso list-accounts --access-token TOKEN --max-items 2 --output table`,
		`sso list-accounts --access-token TOKEN --no-paginate --max-results 1 --query accountList`,
		`sso list-accounts --access-token TOKEN --starting-token x`,
		`sso list-account-roles --account-id 999999999999 --access-token TOKEN`,
		`sso get-role-credentials --account-id 111122223333 --role-name AdministratorAccess --access-token TOKEN --query 'keys(roleCredentials)'`,
		`sso get-role-credentials --account-id 111122223333 --role-name Nope --access-token TOKEN`,
		`sso get-role-credentials --account-id 111122223333 --access-token TOKEN`,
		`sso list-accounts --access-token wrong`,
	)...)

var emulatorServices = append(
	inEvery(
		`sts get-caller-identity`,
		`ec2 describe-instances`,
	),
	once(
		`ec2 describe-instances --region us-west-2 --output text`,
		`s3 ls`,
		`s3 ls account1-website`,
		`s3 ls account1-website/img/`,
		`s3 ls s3://account1-backups --recursive --human-readable --summarize`,
		`s3api list-objects-v2 --bucket account1-website --page-size 1 --query Contents[].Key --output text`,
		`s3api list-objects-v2 --bucket account1-website --max-items 1 --query Contents`,
	)...)

var emulatorRefusals = once(
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name 'a b'`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --duration-seconds 1`,
	`sts get-caller-identity --no-sign-request`,
	`ec2 describe-instances --no-sign-request`,
	`ec2 describe-instances --instance-ids i-00000000000000000`,
	`ec2 describe-vpcs`,
	`iam list-users`,
	`s3 ls account2-builds`,
	`s3 ls nobodys`,
	`s3api list-objects-v2 --bucket nobodys`,
)

// differentSkeleton lists the operations whose skeletons differ. The AWS CLI shows the first
// allowed value of a parameter, and lanyard does not.
var differentSkeleton = map[string]bool{
	"cloudformation list-stacks": true,
	"iam list-policies":          true,
	"s3api create-bucket":        true,
	"s3api list-objects-v2":      true,
}

// The skeleton of an operation has every member, in the same order.
func TestSkeletons(t *testing.T) {
	t.Parallel()
	interpreterOfAWSCLI(t)
	b := newBatch(t, "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret")
	var lines []string
	list, err := os.ReadFile("python/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		service, operation, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name := service + " " + model.CLIName(operation); !differentSkeleton[name] {
			lines = append(lines, name+" --generate-cli-skeleton")
		}
	}
	b.compare(t, append(lines,
		"sts assume-role --generate-cli-skeleton output",
		"s3api get-bucket-location --bucket x --generate-cli-skeleton output",
	))
}

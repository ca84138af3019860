package interop_test

import "testing"

// lanyard prints the replies of services as the AWS CLI prints them.
func TestBuiltInOperationsAgainstMoto(t *testing.T) {
	t.Parallel()
	interpreterOfAWSCLI(t)
	names := startMoto(t)
	b := newBatch(t, names["URL"], "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret")
	b.compare(t, b.lines(names, motoSTS, motoEC2, motoQueries, motoPages, motoIAM, motoS3, motoListings, motoOthers, motoWaiters, motoCommands, motoMistakes))
}

var motoSTS = once(
	// The reply has new keys each time.
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --query AssumedRoleUser.Arn`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --query 'keys(Credentials)'`,
	`sts get-session-token --duration-seconds 900 --query 'keys(@)' --output yaml`,
	`sts get-caller-identity --query '[Account,Arn]' --output table`,
	`sts get-caller-identity --query Account.x.y --output text`,
	`sts get-access-key-info --access-key-id AKIAEXAMPLE`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --tags Key=a,Value=b Key=c`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --tags Key=a,Value= --query AssumedRoleUser.Arn`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --duration-seconds 1`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --policy-arns arn=a arn=bb`,
)

var motoIAM = append(
	inEvery(
		`iam list-users`,
	),
	once(
		`iam get-role --role-name Deploy`,
		`iam get-role --role-name Deploy --output yaml`,
		`iam get-role --role-name Deploy --output table`,
		`iam list-account-aliases`,
		`iam list-account-aliases --output text`,
		`iam list-account-aliases --output table`,
		`iam list-roles`,
		`iam list-roles --output text`,
		`iam list-policies --no-only-attached --scope Local --output text`,
		`iam list-users --path-prefix nope`,
		`iam list-roles --path-prefix /nothing/ --output yaml`,
		`iam list-roles --query 'Roles[?RoleName==`+"`Audit`"+`].AssumeRolePolicyDocument' --output yaml`,
		`iam get-user --user-name alice --output text`,
		`iam get-user --user-name nobody`,
		`iam get-role --role-name nobody`,
		`iam list-policies --scope Local`,
	)...)

var motoOthers = append(
	inEvery(
		`cloudformation describe-stacks`,
	),
	once(
		`organizations list-accounts`,
		`organizations list-accounts --page-size 1 --output text`,
		`organizations list-accounts --max-items 1 --output table`,
		`organizations describe-organization`,
		`organizations list-roots --output text`,
		`organizations describe-account --account-id ACCOUNT --output yaml`,
		`organizations describe-account --account-id 000000000000`,
		`cloudformation list-stacks --output table`,
		`cloudformation list-stacks --stack-status-filter CREATE_FAILED DELETE_COMPLETE`,
		`cloudformation list-stack-resources --stack-name store`,
		`cloudformation list-stack-resources --stack-name nothing`,
		`cloudformation describe-stacks --stack-name nothing`,
	)...)

// These waiters decide after the first reply.
var motoWaiters = once(
	`iam wait role-exists --role-name Deploy`,
	`iam wait user-exists --user-name alice --output table`,
	`cloudformation wait stack-exists --stack-name store`,
	`cloudformation wait stack-create-complete --stack-name nothing`,
	`cloudformation wait stack-delete-complete --stack-name nothing`,
	`cloudformation wait stack-exists --cli-input-json '{"StackName":"store"}'`,
	`iam wait role-exists`,
	`iam wait role-exists --role-name ''`,
	`iam wait role-exists --role-name nobody --region 'not a region'`,
	`iam wait role-exists --generate-cli-skeleton`,
	`iam wait role-exists --role-name Deploy --query 'x['`,
)

var motoCommands = once(
	`ecr get-login-password`,
	`ecr get-login-password --region 'not a region'`,
	`eks update-kubeconfig --name nothing`,
	`eks update-kubeconfig`,
	`eks get-token --cluster-name a --cluster-id b`,
	`s3 rb s3://no-such-bucket-of-the-test`,
	`s3 rb s3://no-such-bucket-of-the-test/key`,
	`s3 rb no-such-bucket-of-the-test`,
	`s3 mb s3://in-ireland/x --region eu-west-1`,
	`s3 mb new-bucket-of-the-test`,
	`s3 mb s3://A --region eu-west-1`,
	`s3 presign`,
)

var motoMistakes = once(
	`ec2 describe-instances --instance-ids i-00000000000000000`,
	`ec2 describe-instances --instance-ids`,
	`ec2 describe-instances --instance-ids x`,
	`ec2 describe-instances --filters Name`,
	`ec2 describe-instances --filters Nam=x,Values=y`,
	`ec2 describe-instances --filters '[{"Name":"x"'`,
	`ec2 describe-instances --filters '[{"Name":1,"Values":"x","More":2}]'`,
	`ec2 describe-instances --cli-input-json '{"InstanceIds":"x"}'`,
	`ec2 describe-instances --cli-input-json '{'`,
	`ec2 describe-instances --cli-input-json '{"NoSuchMember":1}'`,
	`ec2 describe-instances --max-results x`,
	`iam get-role`,
	`iam list-users --cli-input-yaml '[1]'`,
	`iam list-users --cli-input-json '[1]'`,
	`iam list-users --cli-input-json file:///nonexistent`,
	`iam list-policies --scope Bogus`,
	`ec2 describe-regions --dry-run`,
	`ec2 describe-images --image-ids ami-00000000`,
	`ec2 describe-key-pairs --key-names nothing`,
	`iam get-role --role-name ''`,
	`s3api list-objects-v2`,
	`sts assume-role --role-arn x --role-session-name y`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy`,
	`sts get-caller-identity --region 'not a region'`,
)

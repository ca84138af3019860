package interop_test

import "testing"

// Whatever a service answers is shown as the AWS CLI shows it.
func TestNativeCommandsAgainstMoto(t *testing.T) {
	t.Parallel()
	interpreterOfAWSCLI(t)
	names := startMoto(t)
	b := newBatch(t, names["URL"], "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret")
	b.compare(t, b.lines(names, motoSTS, motoEC2, motoQueries, motoPages, motoIAM, motoS3, motoListings, motoOthers, motoMistakes))
}

var motoSTS = append(
	inEvery(`sts get-caller-identity`),
	once(
		// Keys are new each time.
		`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --query AssumedRoleUser.Arn`,
		`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy --role-session-name x --query 'keys(Credentials)'`,
		`sts get-session-token --duration-seconds 900 --query 'keys(@)' --output yaml`,
	)...)

var motoEC2 = append(
	inEvery(
		`ec2 describe-instances`,
		`ec2 describe-security-groups`,
	),
	once(
		`ec2 describe-vpcs`,
		`ec2 describe-vpcs --output table`,
		`ec2 describe-subnets`,
		`ec2 describe-subnets --output text`,
		`ec2 describe-volumes --output yaml`,
		`ec2 describe-volumes --output table`,
		`ec2 describe-key-pairs`,
		`ec2 describe-key-pairs --output text`,
		`ec2 describe-regions`,
		`ec2 describe-regions --region-names us-east-1 eu-west-1 --output table`,
		`ec2 describe-availability-zones --output text`,
		`ec2 describe-images`,
		`ec2 describe-images --owners self --output table`,
		`ec2 describe-instances --instance-ids INSTANCE --output text`,
		`ec2 describe-instances --filters Name=tag:Name,Values=web-1,日本語 Name=instance-state-name,Values=running --output text`,
		`ec2 describe-instances --filters '[{"Name":"tag:Name","Values":["日本語"]}]' --output yaml`,
		`ec2 describe-instances --filters Name=tag:Name,Values=nothing`,
		`ec2 describe-instances --filters Name=tag:Name,Values=nothing --output table`,
		`ec2 describe-instances --filters Name=tag:Name,Values=nothing --output yaml-stream`,
		`ec2 describe-instances --cli-input-json '{"InstanceIds":["INSTANCE"]}'`,
		`ec2 describe-security-groups --group-names web --query 'SecurityGroups[].IpPermissions[]' --output table`,
	)...)

// motoQueries asks for parts of one answer.
var motoQueries = append(
	inEvery(
		`ec2 describe-instances --query Reservations[].Instances[].InstanceId`,
		`ec2 describe-instances --query Reservations[].Instances[].[InstanceId,State.Name,Tags]`,
		`ec2 describe-instances --query 'Reservations[].Instances[].{id: InstanceId, name: Tags[?Key==`+"`Name`"+`]|[0].Value}'`,
		`ec2 describe-instances --query 'length(Reservations)'`,
	),
	once(
		`ec2 describe-instances --query Nothing`,
		`ec2 describe-instances --query Nothing --output text`,
		`ec2 describe-instances --query Nothing --output table`,
		`ec2 describe-instances --query Nothing --output yaml-stream`,
		`ec2 describe-instances --query Reservations[0].Instances[0].State --output yaml`,
		`ec2 describe-instances --query Reservations[0].Instances[0].State --output table`,
		`ec2 describe-instances --query 'Reservations[].Instances[].LaunchTime | sort(@)' --output text`,
		`ec2 describe-instances --query 'sort_by(Reservations[].Instances[], &InstanceId)[].Placement' --output table`,
		`ec2 describe-instances --query 'Reservations[].Instances[].EbsOptimized' --output table`,
		`ec2 describe-instances --query 'Reservations[*].Instances[*].Tags[*].Value' --output text`,
		`ec2 describe-instances --query 'join(`+"`, `"+`, Reservations[].Instances[].InstanceType)'`,
		`ec2 describe-instances --query 'Reservations[].Instances[].Tags[].{k: Key, v: Value}' --output table`,
		`ec2 describe-instances --query '[]' --output json`,
		`ec2 describe-instances --query 'Reservations['`,
		`ec2 describe-instances --query 'foo(Reservations)'`,
		`ec2 describe-instances --query 'length(Nothing)'`,
		`ec2 describe-instances --query '*.bar baz'`,
	)...)

var motoPages = append(
	inEvery(
		`ec2 describe-instances --max-items 1`,
		`iam list-users --max-items 1 --query Users[].UserName`,
		`s3api list-objects-v2 --bucket website --page-size 3 --query Contents[].Key`,
	),
	once(
		`ec2 describe-instances --max-items 2 --output text --query Reservations[].Instances[].InstanceId`,
		`ec2 describe-instances --max-items 9 --query length(Reservations)`,
		`ec2 describe-instances --page-size 5 --output text --query Reservations[].ReservationId`,
		`ec2 describe-instances --no-paginate --output yaml`,
		`ec2 describe-instances --max-results 5 --output yaml-stream`,
		`ec2 describe-instances --max-items x`,
		`iam list-users --page-size 1 --output yaml-stream`,
		`iam list-users --page-size 1 --output text --query Users[].UserName`,
		`iam list-policies --scope Local --page-size 1`,
		`iam list-policies --max-items 3 --output text`,
		`iam list-policies --page-size 400 --query length(Policies)`,
		`s3api list-objects-v2 --bucket website --max-items 2`,
		`s3api list-objects-v2 --bucket website --max-items 2 --starting-token eyJDb250aW51YXRpb25Ub2tlbiI6IG51bGwsICJib3RvX3RydW5jYXRlX2Ftb3VudCI6IDJ9`,
		`s3api list-objects-v2 --bucket website --no-paginate --max-keys 2 --query Contents[].Key`,
		`s3api list-objects-v2 --bucket website --page-size 2 --query Contents[].Key --output text`,
	)...)

var motoIAM = append(
	inEvery(
		`iam list-users`,
		`iam get-role --role-name Deploy`,
		`iam list-account-aliases`,
	),
	once(
		`iam list-roles`,
		`iam list-roles --path-prefix /nothing/ --output yaml`,
		`iam list-roles --query 'Roles[?RoleName==`+"`Audit`"+`].AssumeRolePolicyDocument' --output yaml`,
		`iam get-user --user-name alice --output text`,
		`iam get-user --user-name nobody`,
		`iam get-role --role-name nobody`,
		`iam list-policies --scope Local`,
	)...)

var motoS3 = append(
	inEvery(
		`s3api get-bucket-location --bucket in-ireland`,
		`s3api get-bucket-versioning --bucket website`,
	),
	once(
		`s3api list-buckets`,
		`s3api list-buckets --output yaml`,
		`s3api list-buckets --output table`,
		`s3api list-buckets --output text --query Buckets[].Name`,
		`s3api list-objects-v2 --bucket website`,
		`s3api list-objects-v2 --bucket website --output yaml-stream`,
		`s3api list-objects-v2 --bucket website --output table`,
		`s3api list-objects-v2 --bucket empty-one`,
		`s3api list-objects-v2 --bucket website --prefix img/ --delimiter /`,
		`s3api list-objects-v2 --bucket website --query 'sum(Contents[].Size)'`,
		`s3api list-objects-v2 --bucket nobodys`,
		`s3api get-bucket-location --bucket website`,
		`s3api get-bucket-location --bucket website --output text`,
		`s3api get-bucket-location --bucket website --output table`,
		`s3api get-bucket-versioning --bucket empty-one`,
		`s3api get-bucket-versioning --bucket empty-one --output yaml`,
		`s3api head-bucket --bucket website`,
		`s3api head-bucket --bucket nobodys`,
		`s3api head-bucket --bucket Not_A_Bucket/x`,
	)...)

// motoListings is for people: it has no other format.
var motoListings = once(
	`s3 ls`,
	`s3 ls s3://website`,
	`s3 ls website`,
	`s3 ls s3://website/img`,
	`s3 ls s3://website/img/`,
	`s3 ls s3://website --recursive`,
	`s3 ls s3://website --recursive --human-readable --summarize`,
	`s3 ls s3://website/ --summarize --page-size 2`,
	`s3 ls s3://website/nothing`,
	`s3 ls s3://website/nothing --summarize`,
	`s3 ls s3://empty-one`,
	`s3 ls s3://nobodys`,
	`s3 ls s3://website --output json --query Nothing`,
)

var motoOthers = append(
	inEvery(
		`organizations list-accounts`,
		`cloudformation describe-stacks`,
	),
	once(
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
	`iam get-role --role-name ''`,
	`s3api list-objects-v2`,
	`sts assume-role --role-arn x --role-session-name y`,
	`sts assume-role --role-arn arn:aws:iam::123456789012:role/Deploy`,
	`sts get-caller-identity --region 'not a region'`,
)

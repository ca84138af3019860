package console

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
)

// servicePath returns the path of a service's page. For most services, the path is the name of the
// service. The tables have the other paths, and the short names.
func servicePath(name string) (path string, ok bool) {
	for line := range strings.Lines(otherPaths) {
		fields := strings.Fields(line)
		for _, n := range fields[min(1, len(fields)):] {
			if n == name {
				return fields[0], true
			}
		}
	}
	for without := range strings.FieldsSeq(withoutPage) {
		if without == name {
			return "", false
		}
	}
	return name + "/home", awsnames.Command(name)
}

// ServiceNames returns the names in the tables of paths. Service also accepts the other services of
// the AWS CLI.
func ServiceNames() []string {
	var names []string
	for line := range strings.Lines(otherPaths) {
		if fields := strings.Fields(line); len(fields) > 0 {
			names = append(names, fields[1:]...)
		}
	}
	return names
}

// withoutPage lists commands of the AWS CLI without a page in the console.
const withoutPage = `
agent-toolkit cli-dev configure history login logout opsworks-cm s3control sts apigatewaymanagementapi
appconfigdata cloudsearchdomain dynamodbstreams ebs ec2-instance-connect eks-auth iot-data iot-jobs-data
kinesis-video-media kinesis-video-archived-media kinesis-video-signaling kinesis-video-webrtc-storage lex-runtime
lexv2-runtime marketplace-entitlement marketplacecommerceanalytics mediastore-data meteringmarketplace
personalize-events personalize-runtime qldb-session rds-data redshift-data sagemaker-runtime sso-oidc
timestream-query timestream-write workmailmessageflow workdocs
`

// otherPaths lists the paths that differ from NAME/home, with their names: the AWS CLI's name and
// short names. A part behind # is a place in the page.
const otherPaths = `
console/home                        home console
acm/home                            acm certificate-manager
apigateway/main/apis                apigateway apigatewayv2 apigw api-gateway
systems-manager/appconfig           appconfig
ec2/home#AutoScalingGroups:         autoscaling asg
bedrock/home                        bedrock bedrock-runtime bedrock-agent bedrock-agent-runtime
costmanagement/home#/budgets        budgets
costmanagement/home                 ce cost-explorer cur
cloud9control/home                  cloud9 c9
cloudfront/v4/home                  cloudfront cf
cloudformation/home                 cloudformation cfn
cloudtrailv2/home                   cloudtrail cloudtrail-data ct
cloudwatch/home                     cloudwatch cw
cloudwatch/home#logsV2:log-groups   logs cwl
codesuite/codeartifact/domains      codeartifact
codesuite/codebuild/projects        codebuild
codesuite/codecommit/repositories   codecommit
codesuite/codedeploy/applications   deploy codedeploy
codesuite/codepipeline/pipelines    codepipeline
codesuite/settings/connections      codestar-connections codeconnections
cognito/v2/home                     cognito-idp cognito-identity cognito
config/home                         configservice config
dms/v2/home                         dms
dynamodbv2/home                     dynamodb ddb
dynamodbv2/home#tables              tables
directconnect/v2/home               directconnect dx
directoryservicev2/home             ds
ec2/home#Instances:                 instances
ec2/home#LoadBalancers:             elbv2 elb
ec2/home#Volumes:                   volumes
ecr/repositories                    ecr ecr-public
ecs/v2/home                         ecs
eks/clusters                        eks
events/home                         events eventbridge
guardduty/home                      guardduty gd
inspector/v2/home                   inspector2 inspector
amazon-mq/home                      mq amazon-mq
msk/home                            kafka msk
aos/home                            opensearch es
organizations/v2/home               organizations org
redshiftv2/home                     redshift
route53/v2/home                     route53 r53
route53/domains/home                route53domains
s3/home                             s3 s3api
secretsmanager/listsecrets          secretsmanager secrets sm
servicequotas/home                  service-quotas quotas
ses/home                            sesv2 ses
singlesignon/home                   sso sso-admin identitystore identity-center
sns/v3/home                         sns
sqs/v3/home                         sqs
states/home                         stepfunctions sfn states
systems-manager/home                ssm systems-manager
systems-manager/parameters          parameters
systems-manager/session-manager     session-manager
vpcconsole/home                     vpc
wafv2/homev2                        wafv2 waf waf-regional
`

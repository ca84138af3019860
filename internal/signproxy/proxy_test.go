package signproxy

import (
	"strings"
	"testing"
)

// TestOperations sends requests of all protocols through the HTTPS proxy under the rule read. A read
// arrives with the real signature, and everything else is refused before it leaves.
func TestOperations(t *testing.T) {
	s := start(t, ViaProxy, "read")
	get := func(url, service, region string) ask { return ask{method: "GET"}.to(url, service, region) }
	for _, tt := range []struct {
		ask  ask
		name string // "" means unknown
		want bool
	}{
		{form("GetCallerIdentity", "2011-06-15").to("https://sts.eu-west-1.amazonaws.com/", "sts", "eu-west-1"), "sts:GetCallerIdentity", true},
		{form("GetCallerIdentity", "2011-06-15").to("https://sts.amazonaws.com/", "sts", "us-east-1"), "sts:GetCallerIdentity", true},
		{form("AssumeRole", "2011-06-15").to("https://sts.eu-west-1.amazonaws.com/", "sts", "eu-west-1"), "sts:AssumeRole", false},
		{form("ListUsers", "2010-05-08").to("https://iam.amazonaws.com/", "iam", "us-east-1"), "iam:ListUsers", true},
		{form("CreateUser", "2010-05-08").to("https://iam.amazonaws.com/", "iam", "us-east-1"), "iam:CreateUser", false},
		{form("DescribeInstances", "2016-11-15").to("https://ec2.eu-west-1.amazonaws.com/", "ec2", "eu-west-1"), "ec2:DescribeInstances", true},
		{form("DescribeInstances", "2016-11-15").to("https://ec2.eu-west-1.api.aws/", "ec2", "eu-west-1"), "ec2:DescribeInstances", true},
		{form("TerminateInstances", "2016-11-15").to("https://ec2.eu-west-1.amazonaws.com/", "ec2", "eu-west-1"), "ec2:TerminateInstances", false},
		{form("DescribeLoadBalancers", "2015-12-01").to("https://elasticloadbalancing.eu-west-1.amazonaws.com/", "elasticloadbalancing", "eu-west-1"), "elbv2:DescribeLoadBalancers", true},
		{jsonTo("DynamoDB_20120810.ListTables").to("https://dynamodb.eu-west-1.amazonaws.com/", "dynamodb", "eu-west-1"), "dynamodb:ListTables", true},
		{jsonTo("DynamoDB_20120810.GetItem").to("https://111122223333.ddb.eu-west-1.amazonaws.com/", "dynamodb", "eu-west-1"), "dynamodb:GetItem", true},
		{jsonTo("DynamoDB_20120810.PutItem").to("https://dynamodb.eu-west-1.amazonaws.com/", "dynamodb", "eu-west-1"), "dynamodb:PutItem", false},
		{jsonTo("AWSStepFunctions.ListStateMachines").to("https://states.eu-west-1.amazonaws.com/", "states", "eu-west-1"), "stepfunctions:ListStateMachines", true},
		{jsonTo("AWSStepFunctions.StartSyncExecution").to("https://sync-states.eu-west-1.amazonaws.com/", "states", "eu-west-1"), "stepfunctions:StartSyncExecution", false},
		{jsonTo("secretsmanager.GetSecretValue").to("https://secretsmanager.eu-west-1.amazonaws.com/", "secretsmanager", "eu-west-1"), "secretsmanager:GetSecretValue", false},
		{get("https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Af/policy", "lambda", "eu-west-1"), "lambda:GetPolicy", true},
		{ask{method: "DELETE"}.to("https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f", "lambda", "eu-west-1"), "lambda:DeleteFunction", false},
		{ask{method: "POST", body: "{}", header: []string{"Content-Type: application/cbor", "Smithy-Protocol: rpc-v2-cbor"}}.to("https://monitoring.eu-west-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/ListMetrics", "monitoring", "eu-west-1"), "cloudwatch:ListMetrics", true},
		{ask{method: "POST", body: "{}", header: []string{"Content-Type: application/cbor", "Smithy-Protocol: rpc-v2-cbor"}}.to("https://monitoring.eu-west-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/PutMetricData", "monitoring", "eu-west-1"), "cloudwatch:PutMetricData", false},
		{form("ListMetrics", "2010-08-01").to("https://monitoring.eu-west-1.amazonaws.com/", "monitoring", "eu-west-1"), "cloudwatch:ListMetrics", true},
		{form("ReceiveMessage", "2012-11-05").to("https://sqs.eu-west-1.amazonaws.com/111122223333/q", "sqs", "eu-west-1"), "sqs:ReceiveMessage", false},
		{form("GetQueueAttributes", "2012-11-05").to("https://sqs.eu-west-1.amazonaws.com/111122223333/q", "sqs", "eu-west-1"), "sqs:GetQueueAttributes", true},
		{form("ListQueues", "2012-11-05").to("https://eu-west-1.queue.amazonaws.com/", "sqs", "eu-west-1"), "sqs:ListQueues", true},
		{form("ListQueues", "2012-11-05").to("https://queue.amazonaws.com/", "sqs", "us-east-1"), "sqs:ListQueues", true},
		{form("ListQueues", "2012-11-05").to("https://queue.amazonaws.com/", "sqs", "eu-west-1"), "", false},
		{form("GetSendQuota", "2010-12-01").to("https://email.eu-west-1.amazonaws.com/v2/email/identities", "ses", "eu-west-1"), "sesv2:CreateEmailIdentity", false},
		{get("https://route53.amazonaws.com/2013-04-01/hostedzone", "route53", "us-east-1"), "route53:ListHostedZones", true},
		{get("https://s3.us-east-1.amazonaws.com/", "s3", "us-east-1"), "s3api:ListBuckets", true},
		{get("https://s3.amazonaws.com/?x-id=ListBuckets", "s3", "us-east-1"), "s3api:ListBuckets", true},
		{get("https://bkt.s3.eu-west-1.amazonaws.com/?list-type=2&prefix=a%2Fb", "s3", "eu-west-1"), "s3api:ListObjectsV2", true},
		{get("https://s3.eu-west-1.amazonaws.com/bkt?list-type=2", "s3", "eu-west-1"), "s3api:ListObjectsV2", true},
		{get("https://bkt.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd//e", "s3", "eu-west-1"), "s3api:GetObject", true},
		{get("https://s3.eu-west-1.amazonaws.com/bkt/k?versionId=1", "s3", "eu-west-1"), "s3api:GetObject", true},
		{get("https://bkt.s3.eu-west-1.amazonaws.com/?acl", "s3", "eu-west-1"), "s3api:GetBucketAcl", true},
		{get("https://ap-111122223333.s3-accesspoint.eu-west-1.amazonaws.com/k", "s3", "eu-west-1"), "s3api:GetObject", true},
		{ask{method: "PUT", body: "x"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "eu-west-1"), "s3api:PutObject", false},
		{ask{method: "DELETE"}.to("https://bkt.s3.eu-west-1.amazonaws.com/k", "s3", "eu-west-1"), "s3api:DeleteObject", false},
		{get("https://bkt.s3.eu-west-1.amazonaws.com/?session", "s3", "eu-west-1"), "s3api:CreateSession", false},
		{get("https://bkt.s3.eu-west-1.amazonaws.com/?unknown", "s3", "eu-west-1"), "", false},
		{get("https://111122223333.s3-control.eu-west-1.amazonaws.com/v20180820/jobs", "s3", "eu-west-1").with("X-Amz-Account-Id: 111122223333"), "s3control:ListJobs", true},
		{get("https://bkt--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com/k", "s3express", "eu-west-1"), "", false},
		{get("https://s3.us-west-2.amazonaws.com/", "s3", "eu-west-1"), "", false},
		{get("https://abcdef.execute-api.eu-west-1.amazonaws.com/prod/x", "execute-api", "eu-west-1"), "", false},
		{form("NewOperation", "2011-06-15").to("https://sts.eu-west-1.amazonaws.com/", "sts", "eu-west-1"), "", false},
		{jsonTo("DynamoDB_20120810.ListTables").to("https://sts.eu-west-1.amazonaws.com/", "dynamodb", "eu-west-1"), "", false},
	} {
		status, body, _, seen := s.do(t, s.request(t, tt.ask))
		call := s.last()
		name := ""
		if call.Operation != "" {
			name = call.Service + ":" + call.Operation
		}
		if name != tt.name || call.Allowed != tt.want || (status == 200) != tt.want {
			t.Errorf("%s %s: status %d, %s, call %+v; want %s allowed %v", tt.ask.method, tt.ask.url, status, body, call, tt.name, tt.want)
		}
		if !tt.want && (len(seen) != 0 || !strings.Contains(body, "lanyard: ") || !strings.Contains(body, "AccessDenied")) {
			t.Errorf("%s %s: %d requests left the proxy, reply %q", tt.ask.method, tt.ask.url, len(seen), body)
		}
		if tt.want && (len(seen) != 1 || !seen[0].good || seen[0].body != tt.ask.body || seen[0].host != strings.Split(tt.ask.url, "/")[2] ||
			!strings.HasSuffix(tt.ask.url, seen[0].uri) || call.AccessKeyID != realKey || call.Rule != "read") {
			t.Errorf("%s %s: arrived %+v, call %+v", tt.ask.method, tt.ask.url, seen, call)
		}
	}
}

// TestEndpointWay sends requests to the proxy as the endpoint. The proxy finds AWS's endpoint.
func TestEndpointWay(t *testing.T) {
	s := start(t, ViaEndpoint, "read")
	base := "http://" + s.Addr()
	for _, tt := range []struct {
		ask  ask
		host string // "" means refused
		uri  string
	}{
		{form("GetCallerIdentity", "2011-06-15").to(base, "sts", "eu-west-1"), "sts.eu-west-1.amazonaws.com", "/"},
		{form("ListUsers", "2010-05-08").to(base, "iam", "eu-west-1"), "iam.amazonaws.com", "/"},
		{form("ListUsers", "2010-05-08").to(base, "iam", "cn-north-1"), "iam.cn-north-1.amazonaws.com.cn", "/"},
		{ask{method: "GET"}.to(base+"/bkt/a%20b?versionId=1", "s3", "eu-west-1"), "s3.eu-west-1.amazonaws.com", "/bkt/a%20b?versionId=1"},
		{ask{method: "GET"}.to(base+"/-/S3/bkt?list-type=2", "s3", "eu-west-1"), "s3.eu-west-1.amazonaws.com", "/bkt?list-type=2"},
		{ask{method: "GET"}.to(base+"/bots/b/botversions", "lex", "eu-west-1"), "", ""},
		{ask{method: "POST"}.to(base+"/-/LEX_MODELS_V2/imports/", "lex", "eu-west-1"), "models-v2-lex.eu-west-1.amazonaws.com", "/imports/"},
		{ask{method: "POST"}.to(base+"/-/LEX_MODEL_BUILDING_SERVICE/imports/", "lex", "eu-west-1"), "", ""},
		{ask{method: "POST"}.to(base+"/imports/", "lex", "eu-west-1"), "", ""},
		{ask{method: "GET"}.to(base+"/-/LAMBDA_X/x", "lambda", "eu-west-1"), "", ""},
		{ask{method: "GET"}.to(base+"/-/LEX_MODELS_V2/bkt/k", "s3", "eu-west-1"), "", ""},
		{ask{method: "PUT"}.to(base+"/bkt/k", "s3", "eu-west-1"), "", ""},
	} {
		status, body, _, seen := s.do(t, s.request(t, tt.ask))
		switch {
		case tt.host == "" && (status < 400 || len(seen) != 0):
			t.Errorf("%s: status %d, %d requests arrived; want a refusal", tt.ask.url, status, len(seen))
		case tt.host != "" && (status != 200 || len(seen) != 1 || !seen[0].good || seen[0].host != tt.host || seen[0].uri != tt.uri):
			t.Errorf("%s: status %d %s, arrived %+v; want %s%s", tt.ask.url, status, body, seen, tt.host, tt.uri)
		}
	}
}

// TestEscapedSlash reads an object with a path that also can be the name of a bucket.
func TestEscapedSlash(t *testing.T) {
	s := start(t, ViaProxy, "read,!s3:GetObject")
	for _, path := range []string{"/bkt/k", "/bkt%2Fk"} {
		status, _, _, seen := s.do(t, s.request(t, ask{method: "GET"}.to("https://s3.eu-west-1.amazonaws.com"+path, "s3", "eu-west-1")))
		if status != 403 || len(seen) != 0 || s.last().Rule != "!s3:GetObject" {
			t.Errorf("%s: status %d, %d requests left the proxy, call %+v; want a refusal by !s3:GetObject", path, status, len(seen), s.last())
		}
	}
}

package interop_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signproxy"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A proxied is an operation that clients call through the signing proxy.
type proxied struct {
	Service   string         `json:"service"` // the name in boto3
	Operation string         `json:"operation"`
	Input     map[string]any `json:"input"`
	host      string         // in eu-west-1
	read      bool
}

// proxiedCalls lists three reads and three writes of each of ten services. They use all protocols but
// cbor.
func proxiedCalls() (list []proxied) {
	type in = map[string]any
	add := func(service, host string, operations ...any) {
		for i := 0; i < len(operations); i += 2 {
			list = append(list, proxied{service, operations[i].(string), operations[i+1].(in), host, i < 6})
		}
	}
	bucket, key := in{"Bucket": "bkt-1"}, in{"Bucket": "bkt-1", "Key": "a b/c+d"}
	add("s3", "bkt-1.s3.eu-west-1.amazonaws.com", "ListObjectsV2", bucket, "GetBucketAcl", bucket, "HeadObject", key,
		"PutObject", key, "DeleteObject", key, "DeleteBucket", bucket)
	add("ec2", "ec2.eu-west-1.amazonaws.com", "DescribeInstances", in{}, "DescribeVpcs", in{}, "DescribeRegions", in{},
		"TerminateInstances", in{"InstanceIds": []string{"i-1"}}, "DeleteVpc", in{"VpcId": "vpc-1"}, "DeleteVolume", in{"VolumeId": "vol-1"})
	add("iam", "iam.amazonaws.com", "ListUsers", in{}, "ListRoles", in{}, "GetAccountSummary", in{},
		"CreateUser", in{"UserName": "u"}, "DeleteUser", in{"UserName": "u"}, "CreateAccessKey", in{"UserName": "u"})
	table, item := in{"TableName": "tbl"}, in{"TableName": "tbl", "Key": in{"k": in{"S": "v"}}}
	add("dynamodb", "dynamodb.eu-west-1.amazonaws.com", "ListTables", in{}, "DescribeTable", table, "Scan", table,
		"DeleteTable", table, "DeleteItem", item, "PutItem", in{"TableName": "tbl", "Item": in{"k": in{"S": "v"}}})
	function := in{"FunctionName": "f"}
	add("lambda", "lambda.eu-west-1.amazonaws.com", "ListLayers", in{}, "GetAccountSettings", in{}, "GetPolicy", function,
		"DeleteFunction", function, "PublishVersion", function, "PutFunctionConcurrency", in{"FunctionName": "f", "ReservedConcurrentExecutions": 1})
	const queueURL = "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
	queue := in{"QueueUrl": queueURL}
	add("sqs", "sqs.eu-west-1.amazonaws.com", "ListQueues", in{}, "GetQueueUrl", in{"QueueName": "q"}, "GetQueueAttributes", queue,
		"CreateQueue", in{"QueueName": "q"}, "SendMessage", in{"QueueUrl": queueURL, "MessageBody": "m"}, "DeleteQueue", queue)
	topic := in{"TopicArn": "arn:aws:sns:eu-west-1:111122223333:t"}
	add("sns", "sns.eu-west-1.amazonaws.com", "ListTopics", in{}, "ListSubscriptions", in{}, "GetTopicAttributes", topic,
		"CreateTopic", in{"Name": "t"}, "DeleteTopic", topic, "Publish", in{"TopicArn": topic["TopicArn"], "Message": "m"})
	stack := in{"StackName": "s"}
	add("cloudformation", "cloudformation.eu-west-1.amazonaws.com", "ListStacks", in{}, "DescribeStacks", in{}, "ListExports", in{},
		"DeleteStack", stack, "CancelUpdateStack", stack, "CreateStack", in{"StackName": "s", "TemplateBody": "{}"})
	add("route53", "route53.amazonaws.com", "ListHostedZones", in{}, "ListHealthChecks", in{}, "GetHostedZoneCount", in{},
		"DeleteHostedZone", in{"Id": "Z1"}, "DeleteHealthCheck", in{"HealthCheckId": "h"}, "CreateHostedZone", in{"Name": "example.com", "CallerReference": "r"})
	add("cloudwatch", "monitoring.eu-west-1.amazonaws.com", "ListMetrics", in{}, "DescribeAlarms", in{}, "ListDashboards", in{},
		"DeleteAlarms", in{"AlarmNames": []string{"a"}}, "SetAlarmState", in{"AlarmName": "a", "StateValue": "OK", "StateReason": "r"},
		"PutMetricData", in{"Namespace": "n", "MetricData": []in{{"MetricName": "m", "Value": 1}}})
	return list
}

// An awsStand stands for AWS: a transport that answers itself, and checks each signature with the
// SDK's signer.
type awsStand struct {
	mu    sync.Mutex
	hosts []string
	bad   []string // requests with a wrong signature
	put   int      // the bytes of all PUT requests
}

// The real keys of the test, which the clients must not see.
var standKeys = aws.Credentials{AccessKeyID: "ASIAREALREALREALREAL", SecretAccessKey: "real-secret-of-the-role", SessionToken: "real-token-of-the-role"}

func (s *awsStand) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hosts = append(s.hosts, r.URL.Host)
	if !signedBy(r, body, standKeys) {
		s.bad = append(s.bad, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization"))
	}
	kind, answer := "application/json", "{}"
	form, _ := url.ParseQuery(string(body))
	switch action := form.Get("Action"); {
	case r.Header.Get("X-Amz-Target") != "":
		kind = "application/x-amz-json-1.0"
	case r.Header.Get("Smithy-Protocol") != "":
		kind, answer = "application/cbor", "\xa0"
	case action != "":
		kind, answer = "text/xml", "<"+action+"Response><"+action+"Result/></"+action+"Response>"
	case strings.Contains(r.URL.Host, "s3"), strings.Contains(r.URL.Host, "route53"):
		kind, answer = "text/xml", "<Answer/>"
	}
	query := r.URL.Query()
	switch {
	case query.Has("uploads"):
		answer = "<InitiateMultipartUploadResult><UploadId>u-1</UploadId></InitiateMultipartUploadResult>"
	case query.Has("uploadId") && r.Method == http.MethodPost:
		answer = "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"
	case r.Method == http.MethodPut:
		answer = ""
		s.put += len(body)
	}
	h := http.Header{"Etag": {`"e"`}, "Content-Type": {kind}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}
	if r.Header.Get("Smithy-Protocol") != "" {
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Header: h, Body: io.NopCloser(strings.NewReader(answer)), ContentLength: int64(len(answer)), Request: r}, nil
}

// signedBy signs a copy of a request again, and compares the signatures.
func signedBy(r *http.Request, body []byte, keys aws.Credentials) bool {
	have := r.Header.Get("Authorization")
	_, rest, _ := strings.Cut(have, "Credential="+keys.AccessKeyID+"/")
	scope, rest, _ := strings.Cut(rest, ", SignedHeaders=")
	names, _, _ := strings.Cut(rest, ", ")
	parts := strings.Split(scope, "/")
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if len(parts) != 4 || err != nil || r.Header.Get("X-Amz-Security-Token") != keys.SessionToken {
		return false
	}
	again := r.Clone(context.Background())
	again.Header = http.Header{}
	for name := range strings.SplitSeq(names, ";") {
		if values := r.Header.Values(name); values != nil {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	if !strings.Contains(names, "content-length") {
		again.ContentLength = 0
	}
	hash := r.Header.Get("X-Amz-Content-Sha256")
	if hash == "" {
		hash = hashHex(body)
	}
	err = v4.NewSigner().SignHTTP(context.Background(), keys, again, hash, parts[2], parts[1], at, func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = parts[2] == "s3"
	})
	return err == nil && again.Header.Get("Authorization") == have
}

// startSigning starts the signing proxy, and returns the environment of a client.
func startSigning(t *testing.T, stand *awsStand, via signproxy.Way, allow string) []string {
	t.Helper()
	rules, err := opclass.Parse(allow)
	if err != nil {
		t.Fatal(err)
	}
	p, err := signproxy.Start(t.Context(), signproxy.Config{
		Rules: rules, Via: via, Transport: stand, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Credentials: func(context.Context) (ssocache.Credentials, error) {
			return ssocache.Credentials{
				AccessKeyID: standKeys.AccessKeyID, SecretAccessKey: secret.New(standKeys.SecretAccessKey), SessionToken: secret.New(standKeys.SessionToken),
			}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	dir := t.TempDir()
	pairs, err := p.Env(dir, "", "")
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER="}
	for _, kv := range pairs {
		env = append(env, kv[0]+"="+kv[1])
	}
	return env
}

// TestSigningProxy calls 30 reads and 30 writes through the proxy with the rule read. The reads are
// answered, and the writes are refused before they leave.
func TestSigningProxy(t *testing.T) {
	calls := proxiedCalls()
	for _, via := range []signproxy.Way{signproxy.ViaProxy, signproxy.ViaEndpoint} {
		way := map[signproxy.Way]string{signproxy.ViaProxy: "proxy", signproxy.ViaEndpoint: "endpoint"}[via]
		t.Run("boto3 "+way, func(t *testing.T) {
			python := pythonWithBoto3(t)
			stand := new(awsStand)
			cmd := exec.CommandContext(t.Context(), python, absolute("python/operations.py"))
			cmd.Env = startSigning(t, stand, via, "read")
			input, err := json.Marshal(calls)
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin = bytes.NewReader(input)
			out, err := cmd.Output()
			var answers []string
			if err := errors.Join(err, json.Unmarshal(out, &answers)); err != nil {
				t.Fatal(err, stderrOf(err))
			}
			stand.check(t, calls, answers, via)
		})
		cli := map[signproxy.Way]string{
			signproxy.ViaProxy:    "AWS CLI v2",
			signproxy.ViaEndpoint: "AWS CLI v1", // an AWS CLI v2 before 2.13 ignores AWS_ENDPOINT_URL
		}[via]
		t.Run(cli+" "+way, func(t *testing.T) {
			c := clientNamed(cli)
			c.need(t)
			stand := new(awsStand)
			env := startSigning(t, stand, via, "read")
			var some []proxied // one call of each service, because the CLI takes a second for each call
			var answers []string
			for i, call := range calls {
				if i%12 != 1 && i%12 != 10 || via == signproxy.ViaEndpoint && call.Service == "sqs" {
					continue // the AWS CLI v1 calls an old host name of SQS and ignores the endpoint
				}
				input, err := json.Marshal(call.Input)
				if err != nil {
					t.Fatal(err)
				}
				service := call.Service
				if service == "s3" {
					service = "s3api"
				}
				args := slices.Concat(c.base[1:], []string{service, model.CLIName(call.Operation), "--cli-input-json", string(input), "--output", "json"})
				cmd := exec.CommandContext(t.Context(), c.base[0], args...)
				cmd.Env = append(env, "AWS_MAX_ATTEMPTS=1")
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				answer := ""
				if err := cmd.Run(); err != nil {
					answer = stderr.String() + err.Error()
				}
				some, answers = append(some, call), append(answers, answer)
			}
			stand.check(t, some, answers, via)
		})
	}
}

// pythonWithBoto3 returns an interpreter, or skips the test.
func pythonWithBoto3(t *testing.T) string {
	t.Helper()
	for _, p := range findPythons() {
		if p.boto3 != "" {
			return p.path
		}
	}
	t.Skip("boto3 is not installed: apt-get install python3-boto3")
	return ""
}

// TestSigningProxyUploads uploads objects in one part and in several parts. Over TLS, boto3 sends the
// parts as chunks with a checksum at the end.
func TestSigningProxyUploads(t *testing.T) {
	python := pythonWithBoto3(t)
	const program = `
import boto3, io
s3 = boto3.client("s3")
s3.put_object(Bucket="bkt-1", Key="a b+c", Body=b"x" * 100000)
s3.upload_fileobj(io.BytesIO(b"y" * 9000000), "bkt-1", "large")
`
	for _, via := range []signproxy.Way{signproxy.ViaProxy, signproxy.ViaEndpoint} {
		stand := new(awsStand)
		cmd := exec.CommandContext(t.Context(), python, "-c", program)
		cmd.Env = startSigning(t, stand, via, "s3:PutObject,s3:CreateMultipartUpload,s3:UploadPart,s3:CompleteMultipartUpload")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("way %d: %v: %s", via, err, out)
		}
		if stand.put < 9_100_000 || stand.put > 9_200_000 || len(stand.bad) > 0 || len(stand.hosts) != 5 {
			t.Errorf("way %d: %d bytes in %d requests, wrong signatures %q; want 9100000 bytes in 5 requests", via, stand.put, len(stand.hosts), stand.bad)
		}
	}
}

// check compares the answers of a client with what has left the proxy.
func (s *awsStand) check(t *testing.T, calls []proxied, answers []string, via signproxy.Way) {
	t.Helper()
	if len(answers) != len(calls) {
		t.Fatalf("%d answers, want %d", len(answers), len(calls))
	}
	var hosts []string
	for i, call := range calls {
		name := call.Service + ":" + call.Operation
		if call.read {
			host := call.host
			if via == signproxy.ViaEndpoint {
				host = strings.TrimPrefix(host, "bkt-1.")
			}
			hosts = append(hosts, host)
			if answers[i] != "" {
				t.Errorf("%s: %s; want an answer", name, answers[i])
			}
			continue
		}
		if !strings.Contains(answers[i], "AccessDenied") || !strings.Contains(answers[i], "no rule of --allow read") {
			t.Errorf("%s: %q; want a refusal with the rule", name, answers[i])
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.hosts, hosts) {
		t.Errorf("these requests left the proxy: %q\nwant %q", s.hosts, hosts)
	}
	for _, bad := range s.bad {
		t.Errorf("the signature is wrong: %s", bad)
	}
}

func stderrOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(exit.Stderr)
	}
	return ""
}

func hashHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

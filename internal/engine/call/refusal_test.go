package call

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, service, operation, input string
		reply                           *http.Response
		code, message, id, fields       string
	}{
		{"query", "sts", "get-caller-identity", "", answer(403, queryError("InvalidClientTokenId")), "InvalidClientTokenId", "no", "req-1", ""},
		{
			"ec2", "ec2", "describe-instances", "",
			answer(403, "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not\n authorized</Message></Error></Errors><RequestID>req-2</RequestID></Response>"),
			"UnauthorizedOperation", "You are not authorized", "req-2", "",
		},
		{"json", "organizations", "list-accounts", "", answer(400, `{"__type":"com.amazonaws#AccessDeniedException","Message":"no"}`, "x-amzn-requestid", "req-3"), "AccessDeniedException", "no", "req-3", ""},
		{
			"json with details", "organizations", "list-accounts", "", answer(400, `{"__type":"InvalidInputException","Message":"bad","Reason":"INPUT_REQUIRED"}`),
			"InvalidInputException", "bad", "", `{"Reason":"INPUT_REQUIRED"}`,
		},
		{"json without a type", "organizations", "list-accounts", "", answer(400, `{"message":"hm"}`), "400", "hm", "", ""},
		{"json with the code in body and header", "organizations", "list-accounts", "", answer(400, `{"__type":"a#A"}`, "x-amzn-errortype", "B"), "A", "", "", ""},
		{"json without a message", "organizations", "list-accounts", "", answer(400, "", "x-amzn-errortype", "B"), "B", "", "", ""},
		{"no message", "sts", "get-caller-identity", "", answer(403, "<ErrorResponse><Error><Code>C</Code></Error></ErrorResponse>"), "C", "Unknown", "", ""},
		{"an empty message", "sts", "get-caller-identity", "", answer(403, "<ErrorResponse><Error><Code>C</Code><Message/></Error></ErrorResponse>"), "C", "None", "", ""},
		{"rest-xml without a message", "s3api", "list-objects-v2", `{"Bucket":"bbb"}`, answer(403, "<Error><Code>C</Code></Error>"), "C", "", "", ""},
		{"rest-json", "sso", "list-accounts", `{"accessToken":"t"}`, answer(401, `{"message":"Session token not found or invalid"}`, "x-amzn-errortype", "UnauthorizedException:http://x/"), "UnauthorizedException", "Session token not found or invalid", "", `{"message":"Session token not found or invalid"}`},
		{"rest-xml", "s3api", "list-objects-v2", `{"Bucket":"bbb"}`, answer(404, `<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><BucketName>bbb</BucketName><RequestId>r4</RequestId></Error>`), "NoSuchBucket", "The specified bucket does not exist", "r4", ""},
		{
			"rest-xml redirect", "s3api", "list-objects-v2", `{"Bucket":"bbb"}`,
			answer(400, `<Error><Code>PermanentRedirect</Code><Message>Send all future requests to this endpoint.</Message><Endpoint>bbb.s3.eu-west-1.amazonaws.com</Endpoint></Error>`),
			"PermanentRedirect", "Send all future requests to this endpoint: bbb.s3.eu-west-1.amazonaws.com\n" +
				"You can fix this issue by explicitly providing the correct region location using the --region argument, the AWS_DEFAULT_REGION " +
				"environment variable, or the region variable in the AWS CLI configuration file.  You can get the bucket's location by " +
				`running "aws s3api get-bucket-location --bucket BUCKET".`, "", "",
		},
		{"HEAD without a message", "s3api", "head-bucket", `{"Bucket":"bbb"}`, answer(403, ""), "403", "Forbidden", "", ""},
		{"escape sequences", "sts", "get-caller-identity", "", answer(403, queryError("A\n\tB")), "A B", "no", "req-1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(int, *http.Request) (*http.Response, error) { return tt.reply, nil })
			_, err := l.call(t, tt.service, tt.operation, tt.input)
			var e *ServiceError
			if !errors.As(err, &e) {
				t.Fatalf("error %v (%T), want a ServiceError", err, err)
			}
			got := []string{e.Code, e.Message, e.RequestID}
			if diff := cmp.Diff([]string{tt.code, tt.message, tt.id}, got); diff != "" {
				t.Error(diff)
			}
			fields := ""
			if e.Fields != nil {
				fields = compact(e.Fields)
			}
			if fields != tt.fields || e.Retries != 0 || e.Status != tt.reply.StatusCode {
				t.Errorf("fields %s, %d retries, status %d, want fields %s, 0 retries, status %d", fields, e.Retries, e.Status, tt.fields, tt.reply.StatusCode)
			}
		})
	}
}

// The error for an invalid reply names the operation, and does not quote the reply.
func TestBrokenReplies(t *testing.T) {
	tests := []struct {
		name, service, operation, input string
		status                          int
		body, reason                    string
	}{
		{"truncated XML", "sts", "get-caller-identity", "", 200, "<R><GetCallerIdentityResult><Arn>secret", "truncated XML"},
		{"no XML", "sts", "get-caller-identity", "", 200, "secret", "no XML"},
		{"HTML", "sts", "get-caller-identity", "", 200, "<p>secret<br></p>", "invalid XML"},
		{"an empty body", "ec2", "describe-instances", "", 200, "", "truncated XML"},
		{"another wrapper", "sts", "get-caller-identity", "", 200, "<R><secret/></R>", "XML without element GetCallerIdentityResult"},
		{"an entity", "sts", "get-caller-identity", "", 200, `<!DOCTYPE a [<!ENTITY b "secret">]><R>&b;</R>`, "invalid XML"},
		{"two documents", "sts", "get-caller-identity", "", 200, "<R/><R/>", "text after the end of the XML"},
		{"a deep tree", "sts", "get-caller-identity", "", 200, strings.Repeat("<a>", 1000), "XML nested too deeply"},
		{"invalid number", "sts", "assume-role", `{"RoleArn":"arn:aws:iam::111111111111:role/x","RoleSessionName":"me"}`, 200, "<R><AssumeRoleResult><PackedPolicySize>secret</PackedPolicySize></AssumeRoleResult></R>", "PackedPolicySize: not an integer"},
		{"invalid time", "ec2", "describe-instances", "", 200, "<R><reservationSet><item><instancesSet><item><launchTime>secret</launchTime></item></instancesSet></item></reservationSet></R>", "Reservations: 0: Instances: 0: LaunchTime: not a time"},
		{"truncated JSON", "organizations", "list-accounts", "", 200, `{"Accounts":[{"Id":"secret`, "invalid or truncated JSON"},
		{"JSON that is no object", "organizations", "list-accounts", "", 200, `["secret"]`, "JSON that is not an object"},
		{"a member of another type", "organizations", "list-accounts", "", 200, `{"Accounts":{"secret":1}}`, "Accounts: a structure instead of a list"},
		{"a text that is a list", "organizations", "list-accounts", "", 200, `{"NextToken":["secret"]}`, "NextToken: a list instead of a string"},
		{"deep JSON", "organizations", "list-accounts", "", 200, strings.Repeat("[", 1_000_000), "JSON nested too deeply"},
		{"an error in HTML", "sts", "get-caller-identity", "", 403, "<html><body>secret</body></html>", "XML that is not an error of the service"},
		{"an error in plain text", "organizations", "list-accounts", "", 403, "secret", "JSON that is not an error of the service"},
		{"an empty refusal", "sts", "get-caller-identity", "", 403, "", "truncated XML"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(tt.status, tt.body), nil })
			_, err := l.call(t, tt.service, tt.operation, tt.input)
			var e *idcenter.ReplyError
			if !errors.As(err, &e) {
				t.Fatalf("error %v (%T), want a ReplyError", err, err)
			}
			_, op := operation(t, tt.service, tt.operation)
			if e.Reason != tt.reason || e.Operation != op.Name || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want …%s", err, tt.reason)
			}
		})
	}
}

// If S3 replies that the bucket is in another region, the client sends the request there.
func TestBucketInAnotherRegion(t *testing.T) {
	const wrong = `<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'eu-west-1' is wrong; expecting 'us-west-2'</Message><Region>us-west-2</Region></Error>`
	tests := []struct {
		name      string
		operation string
		replies   []*http.Response
		hosts     string
		code      string // "" for success
	}{
		{"region in the error", "list-objects-v2", []*http.Response{answer(400, wrong), answer(200, "<L/>")}, "bbb.s3.eu-west-1.amazonaws.com bbb.s3.us-west-2.amazonaws.com", ""},
		{"region in a header", "head-bucket", []*http.Response{answer(301, "", "x-amz-bucket-region", "us-west-2"), answer(200, "")}, "bbb.s3.eu-west-1.amazonaws.com bbb.s3.us-west-2.amazonaws.com", ""},
		{"no other bucket", "list-objects-v2", []*http.Response{answer(403, `<Error><Code>AccessDenied</Code></Error>`, "x-amz-bucket-region", "us-west-2")}, "bbb.s3.eu-west-1.amazonaws.com", "AccessDenied"},
		{"only one retry", "list-objects-v2", []*http.Response{answer(400, wrong), answer(400, strings.Replace(wrong, "<Region>us-west-2", "<Region>us-west-1", 1))}, "bbb.s3.eu-west-1.amazonaws.com bbb.s3.us-west-2.amazonaws.com", "AuthorizationHeaderMalformed"},
		{"no region", "list-objects-v2", []*http.Response{answer(301, `<Error><Code>PermanentRedirect</Code><Region>evil.example/</Region></Error>`)}, "bbb.s3.eu-west-1.amazonaws.com", "PermanentRedirect"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(try int, _ *http.Request) (*http.Response, error) { return tt.replies[try-1], nil })
			_, err := l.call(t, "s3api", tt.operation, `{"Bucket":"bbb"}`)
			var hosts []string
			for i, r := range l.requests {
				hosts = append(hosts, r.URL.Host)
				region := strings.Split(r.URL.Host, ".")[2]
				if !strings.Contains(r.Header.Get("Authorization"), "/"+region+"/s3/") {
					t.Errorf("request %d has the signature %s, want the region %s", i, r.Header.Get("Authorization"), region)
				}
			}
			if got := strings.Join(hosts, " "); got != tt.hosts {
				t.Errorf("hosts %s, want %s", got, tt.hosts)
			}
			var e *ServiceError
			if code := ""; errors.As(err, &e) != (tt.code != "") || e != nil && e.Code != tt.code {
				t.Errorf("error %v %s, want code %q", err, code, tt.code)
			}
		})
	}
}

// A service may quote the request, as AWS does for a wrong signature. The client removes the keys
// and the token from the quotation.
func TestQuotedSecrets(t *testing.T) {
	const quote = "x-amz-security-token:the-session-token of secret-access-key for the-access-token"
	tests := []struct{ name, service, operation, input, reply string }{
		{"xml", "sts", "get-caller-identity", "", "<ErrorResponse><Error><Code>" + quote + "</Code><Message>" + quote + "</Message></Error><RequestId>" + quote + "</RequestId></ErrorResponse>"},
		{"json", "sso", "list-accounts", `{"accessToken":"the-access-token"}`, `{"message":"` + quote + `","__type":"` + quote + `"}`},
		{"json with details", "organizations", "list-accounts", "", `{"__type":"InvalidInputException","Message":"` + quote + `","Reason":"` + quote + `"}`},
		{"no reply of the service", "sts", "get-caller-identity", "", "<a></" + strings.ReplaceAll(strings.ReplaceAll(quote, ":", "-"), " ", "-") + ">"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(int, *http.Request) (*http.Response, error) {
				return answer(403, tt.reply, "x-amzn-requestid", quote), nil
			})
			l.Credentials.SecretAccessKey, l.Credentials.SessionToken = secret.New("secret-access-key"), secret.New("the-session-token")
			var log strings.Builder
			l.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			_, err := l.call(t, tt.service, tt.operation, tt.input)
			if err == nil {
				t.Fatal("no error, want one")
			}
			text := err.Error() + log.String()
			if e := new(ServiceError); errors.As(err, &e) {
				text += e.Code + e.Message + e.RequestID
				if e.Fields != nil {
					text += compact(e.Fields)
				}
			}
			if !strings.Contains(text, "[redacted]") {
				t.Errorf("no quotation: %s", text)
			}
			hidden := []string{"secret-access-key", "the-session-token"}
			if tt.service == "sso" {
				hidden = []string{"the-access-token"}
			}
			for _, h := range hidden {
				if strings.Contains(text, h) {
					t.Errorf("the error shows the secret %s: %s", h, text)
				}
			}
		})
	}
}

func TestTargets(t *testing.T) {
	tests := []struct {
		name, service, input, region, endpoint string
		fips, dual                             bool
		url                                    string // the expected URL or error
	}{
		{"a global service", "iam", "", "", "", false, false, "https://iam.amazonaws.com/"},
		{"no region", "ec2", "", "", "", false, false, `You must specify a region. You can also configure your region by running "aws configure".`},
		{"no region and an endpoint", "ec2", "", "", "http://127.0.0.1:1", false, false, `You must specify a region. You can also configure your region by running "aws configure".`},
		{"no region needed", "sts", "", "", "", false, false, "https://sts.amazonaws.com/"},
		{"a bad region", "ec2", "", "a/b", "", false, false, "Provided region_name 'a/b' doesn't match a supported format."},
		{"a number as region", "ec2", "", "1", "", false, false, "Provided region_name '1' doesn't match a supported format."},
		{"fips", "ec2", "", "eu-west-1", "", true, false, "https://ec2-fips.eu-west-1.amazonaws.com/"},
		{"an endpoint", "ec2", "", "eu-west-1", "http://127.0.0.1:1/base/", false, false, "http://127.0.0.1:1/base/"},
		{"an endpoint and fips", "ec2", "", "eu-west-1", "http://127.0.0.1:1", true, false, "Invalid Configuration: FIPS and custom endpoint are not supported"},
		{"an endpoint and dual-stack", "ec2", "", "eu-west-1", "http://127.0.0.1:1", false, true, "Invalid Configuration: Dualstack and custom endpoint are not supported"},
		{"a bucket at an address", "s3api", "bbb", "eu-west-1", "http://127.0.0.1:1", false, false, "http://127.0.0.1:1/bbb?versioning="},
		{"a bucket on localhost", "s3api", "bbb", "eu-west-1", "http://localhost:1", false, false, "http://localhost:1/bbb?versioning="},
		{"a bucket at a named endpoint", "s3api", "bbb", "eu-west-1", "https://s3.example:99", false, false, "https://s3.example:99/bbb?versioning="},
		{"dual-stack bucket", "s3api", "bbb", "eu-west-1", "", false, true, "https://bbb.s3.dualstack.eu-west-1.amazonaws.com/?versioning="},
		{"an old bucket", "s3api", "My_Bucket", "us-east-1", "", false, false, "https://s3.us-east-1.amazonaws.com/My_Bucket?versioning="},
		{"no bucket", "s3api", "../b", "us-east-1", "", false, false, "Parameter validation failed:\nInvalid bucket name \"../b\": Bucket name must match the regex \"^[a-zA-Z0-9.\\-_]{1,255}$\""},
	}
	operations := map[string]string{"iam": "list-users", "ec2": "describe-regions", "sts": "get-caller-identity", "s3api": "get-bucket-versioning"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(418, ""), nil })
			l.Region, l.Endpoint, l.FIPS, l.DualStack = tt.region, tt.endpoint, tt.fips, tt.dual
			input := ""
			if tt.input != "" {
				input = fmt.Sprintf(`{"Bucket":%q}`, tt.input)
			}
			_, err := l.call(t, tt.service, operations[tt.service], input)
			got := text(err)
			if len(l.requests) > 0 {
				got = l.requests[0].URL.String()
			}
			if got != tt.url {
				t.Errorf("%s\nwant %s", got, tt.url)
			}
			if e := new(NoRegionError); errors.As(err, &e) != strings.HasPrefix(tt.url, "You must") {
				t.Errorf("error %T, want %q", err, tt.url)
			}
		})
	}
}

func TestInputs(t *testing.T) {
	tests := []struct{ name, service, operation, input, want string }{
		{"missing", "sts", "assume-role", `{"RoleArn":"arn:aws:iam::111111111111:role/x"}`, `Missing required parameter in input: "RoleSessionName"`},
		{"unknown", "ec2", "describe-regions", `{"X":1}`, `Unknown parameter in input: "X", must be one of: RegionNames, AllRegions, DryRun, Filters`},
		{"too short", "sts", "assume-role", `{"RoleArn":"x","RoleSessionName":"me"}`, "Invalid length for parameter RoleArn, value: 1, valid min length: 20"},
		{"too small", "sts", "get-session-token", `{"DurationSeconds":1}`, "Invalid range for parameter DurationSeconds, value: 1, valid min value: 900"},
		{"a wrong type", "ec2", "describe-instances", `{"InstanceIds":"i-1"}`, "parameter InstanceId: must be of type list, not a string"},
		{"a wrong type in a list", "organizations", "list-accounts", `{"MaxResults":"1"}`, "parameter input.MaxResults: must be of type integer, not a string"},
		{"a line break in a header", "sso", "list-accounts", `{"accessToken":"a\nb"}`, "parameter accessToken is sent in a header and must not have line breaks"},
		{"an empty bucket", "s3api", "head-bucket", `{"Bucket":""}`, `Invalid bucket name "": Bucket name must match the regex "^[a-zA-Z0-9.\-_]{1,255}$"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(200, ""), nil })
			_, err := l.call(t, tt.service, tt.operation, tt.input)
			var e *InputError
			if !errors.As(err, &e) || e.Reason != tt.want || len(l.requests) > 0 {
				t.Errorf("%v after %d requests, want %s", err, len(l.requests), tt.want)
			}
		})
	}
}

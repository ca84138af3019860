package cli

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/intercept"
)

// A recorder is a proxy that answers for AWS's host names, and records the requests.
type recorder struct {
	*intercept.Proxy
	bundle string
	answer func(w http.ResponseWriter, r *http.Request)

	mu       sync.Mutex
	requests []string // the method, the URL, the scope of the signature, and the body
}

func newRecorder(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *recorder {
	t.Helper()
	made := &recorder{answer: answer, bundle: filepath.Join(t.TempDir(), "bundle.pem")}
	proxy, err := intercept.Start(made, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := proxy.WriteBundle(made.bundle); err != nil {
		t.Fatal(err)
	}
	made.Proxy = proxy
	return made
}

var signedScope = regexp.MustCompile(`Credential=[^/]+/[0-9]+/([^,]+)/aws4_request`)

func (p *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	scope := "unsigned"
	if m := signedScope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		scope = m[1]
	}
	p.mu.Lock()
	p.requests = append(p.requests, strings.TrimSpace(fmt.Sprintf("%s %s%s %s %s", r.Method, r.Host, r.URL.RequestURI(), scope, body)))
	p.mu.Unlock()
	p.answer(w, r)
}

// run runs a command line with keys in the environment. It returns the exit code, and the text on stdout
// and stderr.
func (p *recorder) run(t *testing.T, config string, more map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"HOME": home, "USERPROFILE": home, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1",
		"AWS_ACCOUNT_ID": "111122223333", "PATH": home, "AWS_CA_BUNDLE": p.bundle,
	}
	for _, pair := range p.Env(p.bundle) {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	for name, v := range more {
		env[name] = v
	}
	var out, errs strings.Builder
	app := &command.App{
		Name: "lanyard", IO: command.Streams{In: strings.NewReader(""), Out: &out, Err: &errs},
		Env: command.Env{
			Lookup:  func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			Environ: func() []string { return p.Env(p.bundle) },
		},
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
	p.mu.Lock()
	p.requests = nil
	p.mu.Unlock()
	code = Run(t.Context(), app, args)
	return code, out.String(), errs.String()
}

// The host of a request can depend on the input, the account and settings. These command lines send one
// request, to the host that AWS's endpoint rules name.
func TestEndpointRules(t *testing.T) {
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Content-Type"), "json") {
			_, _ = io.WriteString(w, "{}")
			return
		}
		_, _ = io.WriteString(w, "<R/>")
	})
	const (
		point   = "arn:aws:s3:us-west-2:111122223333:accesspoint/my-point"
		outpost = "arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-01234567890123456/accesspoint/my-point"
		table   = `--key {"id":{"S":"1"}} --table-name `
	)
	for _, tt := range []struct {
		name, config, line string
		env                map[string]string
		want               string
	}{
		{
			"S3 Control with the account", "", "s3control list-access-points --account-id 444455556666", nil,
			"GET 444455556666.s3-control.eu-west-1.amazonaws.com/v20180820/accesspoint eu-west-1/s3",
		},
		{
			"S3 Control with an outpost", "", "s3control get-access-point --account-id 111122223333 --name " + outpost, nil,
			"GET s3-outposts.eu-west-1.amazonaws.com/v20180820/accesspoint/" + strings.NewReplacer(":", "%3A", "/", "%2F").Replace(outpost) + " eu-west-1/s3-outposts",
		},
		{
			"S3 Control with an endpoint", "", "s3control list-access-points --account-id 444455556666 --endpoint-url https://control.amazonaws.com", nil,
			"GET 444455556666.control.amazonaws.com/v20180820/accesspoint eu-west-1/s3",
		},
		{
			"DynamoDB with the account", "", "dynamodb get-item " + table + "t", nil,
			`POST 111122223333.ddb.eu-west-1.amazonaws.com/ eu-west-1/dynamodb {"TableName":"t","Key":{"id":{"S":"1"}}}`,
		},
		{
			"DynamoDB with the account of an ARN", "", "dynamodb get-item " + table + "arn:aws:dynamodb:eu-west-1:444455556666:table/t", nil,
			`POST 444455556666.ddb.eu-west-1.amazonaws.com/ eu-west-1/dynamodb {"TableName":"arn:aws:dynamodb:eu-west-1:444455556666:table/t","Key":{"id":{"S":"1"}}}`,
		},
		{
			"DynamoDB without the account", "", "dynamodb list-tables --no-paginate",
			map[string]string{"AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled"},
			`POST dynamodb.eu-west-1.amazonaws.com/ eu-west-1/dynamodb {}`,
		},
		{
			"an access point in another region", "", "s3api list-objects-v2 --no-paginate --bucket " + point, nil,
			"GET my-point-111122223333.s3-accesspoint.us-west-2.amazonaws.com/?list-type=2&encoding-type=url us-west-2/s3",
		},
		{
			"an accelerated bucket", "[default]\ns3 =\n  use_accelerate_endpoint = true\n", "s3api head-bucket --bucket my-bucket", nil,
			"HEAD my-bucket.s3-accelerate.amazonaws.com/ eu-west-1/s3",
		},
		{
			"a bucket in the path", "[default]\ns3 =\n  addressing_style = path\n", "s3api head-bucket --bucket my-bucket", nil,
			"HEAD s3.eu-west-1.amazonaws.com/my-bucket eu-west-1/s3",
		},
		{
			"a global endpoint of EventBridge", "", `events put-events --entries [{"Source":"s"}] --endpoint-id abcde.veo`, nil,
			`POST abcde.veo.endpoint.events.amazonaws.com/ events {"Entries":[{"Source":"s"}],"EndpointId":"abcde.veo"}`,
		},
		{
			"a multi-Region access point", "", "s3api head-bucket --bucket arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap", nil,
			"HEAD mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/ s3",
		},
		{
			"a stream", "", "kinesis list-tags-for-resource --resource-arn arn:aws:kinesis:eu-west-1:444455556666:stream/s", nil,
			`POST 444455556666.control-kinesis.eu-west-1.amazonaws.com/ eu-west-1/kinesis {"ResourceARN":"arn:aws:kinesis:eu-west-1:444455556666:stream/s"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := p.run(t, tt.config, tt.env, strings.Fields(tt.line)...)
			if code != 0 || len(p.requests) != 1 || p.requests[0] != tt.want {
				t.Errorf("exit code %d, %s\nrequests %q\nwant     %q", code, stderr, p.requests, tt.want)
			}
		})
	}
}

// Endpoint rules refuse some inputs. No request is sent then.
func TestEndpointRulesRefuse(t *testing.T) {
	p := newRecorder(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for line, want := range map[string]string{
		"s3api head-bucket --bucket arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/p":                                                           "Client was configured for partition `aws` but ARN (`arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/p`) has `aws-cn`",
		"s3control get-bucket --account-id 444455556666 --bucket arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-01234567890123456/bucket/b": "Account ID in arn does not match the AccountId parameter provided",
	} {
		code, _, stderr := p.run(t, "", nil, strings.Fields(line)...)
		if code == 0 || len(p.requests) != 0 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, requests %q, stderr %s, want %s", line, code, p.requests, stderr, want)
		}
	}
	if code, _, stderr := p.run(t, "", map[string]string{"AWS_ACCOUNT_ID_ENDPOINT_MODE": "sometimes"}, "dynamodb", "list-tables"); code != 253 || len(p.requests) != 0 ||
		!strings.Contains(stderr, "account_id_endpoint_mode") {
		t.Errorf("an unknown mode: exit code %d, %s", code, stderr)
	}
}

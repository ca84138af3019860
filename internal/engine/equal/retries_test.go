package equal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"os/exec"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A retryCase is a client that makes calls to a service that fails.
type retryCase struct {
	service, operation, mode string
	attempts, calls          int // attempts 0 means the default
	replies                  []any
}

// A retryLine is the answer of retries.py.
type retryLine struct {
	Times  []float64
	Errors []string
}

// TestRetries compares the number and the times of requests with botocore's, in the modes standard and
// adaptive, with all kinds of failures.
func TestRetries(t *testing.T) {
	needBotocore(t)
	random := rand.New(rand.NewPCG(*seed, 4))
	n := 80
	if *all {
		n = 2000
	}
	var cases []*retryCase
	var stdin bytes.Buffer
	for range n {
		c := newRetryCase(t, random)
		cases = append(cases, c)
		var attempts any
		if c.attempts > 0 {
			attempts = c.attempts
		}
		line, err := json.Marshal([]any{folderOf(c.service), c.operation, c.mode, attempts, c.calls, c.replies})
		if err != nil {
			t.Fatal(err)
		}
		stdin.Write(append(line, '\n'))
	}
	lines, err := runScript(t, exec.CommandContext(t.Context(), "python3", "testdata/retries.py"), stdin.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	requests := 0
	for i, c := range cases {
		var want retryLine
		if err := json.Unmarshal(lines[i], &want); err != nil {
			t.Fatal(err)
		}
		requests += len(want.Times)
		got := c.run(t)
		if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
			t.Errorf("%s %s, mode %s, %d attempts, %v: (-botocore +lanyard)\n%s", c.service, c.operation, c.mode, c.attempts, c.replies, diff)
		}
	}
	t.Logf("%d clients with %d requests", n, requests)
}

// A service of each protocol, with an operation that needs no input, and its empty result.
var retried = [][3]string{
	{"sts", "GetCallerIdentity", "<R><GetCallerIdentityResult></GetCallerIdentityResult></R>"},
	{"ec2", "DescribeRegions", "<R></R>"},
	{"organizations", "DescribeOrganization", "{}"},
	{"account", "ListRegions", "{}"},
	{"cloudfront", "ListDistributions", "<R></R>"},
	{"dynamodb", "ListTables", "{}"},
}

// codes lists codes of errors: transient, throttling, and others.
var codes = []string{
	"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "Throttling", "ThrottlingException", "ThrottledException",
	"RequestThrottledException", "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
	"RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "EC2ThrottledException",
	"IDPCommunicationError", "AccessDenied", "InternalError", "InternalServerException", "ServiceException", "RequestTimeTooSkewed", "ExpiredToken",
}

func newRetryCase(t *testing.T, random *rand.Rand) *retryCase {
	s := retried[random.IntN(len(retried))]
	svc, err := model.Load(s[0])
	if err != nil {
		t.Fatal(err)
	}
	c := &retryCase{service: s[0], operation: s[1], mode: "standard", attempts: random.IntN(6), calls: 1 + random.IntN(3)}
	if random.IntN(2) == 0 {
		c.mode, c.calls = "adaptive", 1+random.IntN(12)
	}
	good := random.IntN(4)
	for range 6 * c.calls {
		if random.IntN(4) < good {
			headers := map[string]string{}
			if random.IntN(3) == 0 {
				headers["x-amz-crc32"] = []string{"1", "2745614147"}[random.IntN(2)] // the second is right for {}
			}
			c.replies = append(c.replies, []any{200, headers, s[2]})
		} else {
			c.replies = append(c.replies, failingReply(svc, random))
		}
	}
	return c
}

func failingReply(svc *model.Service, random *rand.Rand) any {
	status := []int{400, 403, 429, 500, 501, 502, 503, 504}[random.IntN(8)]
	switch random.IntN(6) {
	case 0:
		return []string{"connect", "connect timeout", "read timeout", "reset"}[random.IntN(4)]
	case 1:
		return []any{502 + random.IntN(3), map[string]string{}, "<html>busy</html>"}
	}
	code := codes[random.IntN(len(codes))]
	switch svc.Protocol {
	case model.JSON:
		return []any{status, map[string]string{}, fmt.Sprintf(`{"__type":%q,"message":"no"}`, code)}
	case model.RESTJSON:
		return []any{status, map[string]string{"x-amzn-errortype": code}, `{"message":"no"}`}
	case model.EC2:
		return []any{status, map[string]string{}, "<Response><Errors><Error><Code>" + code + "</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>"}
	}
	return []any{status, map[string]string{}, "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"}
}

// A timeout is an error of a network connection.
type timeout struct{}

func (timeout) Error() string   { return "timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// run makes the calls, without waiting.
func (c *retryCase) run(t *testing.T) retryLine {
	start := time.Unix(1000, 0)
	now, replies := start, c.replies
	made := retryLine{Times: []float64{}}
	client := &call.Client{
		NoSigV4A: true, // like botocore without the library awscrt
		Region:   "eu-west-1", MaxAttempts: c.attempts, RetryMode: c.mode,
		Credentials: call.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: secret.New("secret")},
		Now:         func() time.Time { return now },
		Random:      func() float64 { return 0.5 },
		Sleep: func(_ context.Context, d time.Duration) error {
			now = now.Add(d)
			return nil
		},
		HTTP: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			made.Times = append(made.Times, math.Round(now.Sub(start).Seconds()*1e9)/1e9)
			now = now.Add(time.Second / 10)
			reply := replies[0]
			replies = replies[1:]
			switch reply {
			case "connect":
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			case "connect timeout":
				return nil, &net.OpError{Op: "dial", Err: timeout{}}
			case "read timeout":
				connected(r)
				return nil, timeout{}
			case "reset":
				connected(r)
				return nil, &net.OpError{Op: "read", Err: syscall.ECONNRESET}
			}
			parts, _ := reply.([]any)
			answer := response(nil, parts[2])
			answer.StatusCode, _ = parts[0].(int)
			headers, _ := parts[1].(map[string]string)
			for name, v := range headers {
				answer.Header.Set(name, v)
			}
			return answer, nil
		})},
	}
	svc, err := model.Load(c.service)
	if err != nil {
		t.Fatal(err)
	}
	op, ok := svc.Operation(model.CLIName(c.operation))
	if !ok {
		t.Fatalf("%s has no operation %s", c.service, c.operation)
	}
	for range c.calls {
		_, err := client.Call(t.Context(), svc, op, nil)
		var refused *call.ServiceError
		switch {
		case err == nil:
			made.Errors = append(made.Errors, "")
		case errors.As(err, &refused):
			made.Errors = append(made.Errors, err.Error())
		default:
			made.Errors = append(made.Errors, nameInPython(err))
		}
	}
	return made
}

// connected reports to the client that the request has a connection.
func connected(r *http.Request) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// nameInPython returns botocore's name of an error of the connection.
func nameInPython(err error) string {
	var failed *idcenter.ConnectError
	if !errors.As(err, &failed) {
		return err.Error()
	}
	switch failed.Failure {
	case idcenter.ConnectTimeout:
		return "ConnectTimeoutError"
	case idcenter.ReadTimeout:
		return "ReadTimeoutError"
	case idcenter.ConnectionClosed:
		return "ConnectionClosedError"
	}
	return "EndpointConnectionError"
}

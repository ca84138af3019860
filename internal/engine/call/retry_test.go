package call

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
)

const identityReply = `<R><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></R>`

func queryError(code string) string {
	return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>no</Message></Error><RequestId>req-1</RequestId></ErrorResponse>"
}

func TestRetries(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	tests := []struct {
		name   string
		first  func() (*http.Response, error) // the reply to the first attempts
		after  int                            // how many attempts get the reply first; the next attempt succeeds
		tries  int
		pauses []time.Duration
		text   string // the text of the expected error; "" for no error
	}{
		{"success at once", nil, 0, 1, nil, ""},
		{"throttled once", func() (*http.Response, error) { return answer(400, queryError("Throttling")), nil }, 1, 2, []time.Duration{500 * time.Millisecond}, ""},
		{
			"throttled for good", func() (*http.Response, error) { return answer(400, queryError("Throttling")), nil }, 9, 3,
			[]time.Duration{500 * time.Millisecond, time.Second},
			"An error occurred (Throttling) when calling the GetCallerIdentity operation (reached max retries: 2): no",
		},
		{"a refusal", func() (*http.Response, error) { return answer(403, queryError("AccessDenied")), nil }, 9, 1, nil, "An error occurred (AccessDenied) when calling the GetCallerIdentity operation: no"},
		{"a page of a balancer", func() (*http.Response, error) { return answer(503, "<html>busy</html>"), nil }, 9, 3, []time.Duration{500 * time.Millisecond, time.Second}, "An error occurred (503) when calling the GetCallerIdentity operation (reached max retries: 2): Service Unavailable"},
		{
			"429 from a proxy", func() (*http.Response, error) { return answer(429, "slow down"), nil }, 9, 3,
			[]time.Duration{500 * time.Millisecond, time.Second},
			`The endpoint URL "https://sts.eu-west-1.amazonaws.com" sent an invalid reply to GetCallerIdentity: HTTP 429, no XML`,
		},
		{"an empty 500", func() (*http.Response, error) { return answer(500, ""), nil }, 1, 2, []time.Duration{500 * time.Millisecond}, ""},
		{"not connected", func() (*http.Response, error) { return nil, refused }, 9, 3, []time.Duration{500 * time.Millisecond, time.Second}, `Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com/"`},
		{"connected at last", func() (*http.Response, error) { return nil, refused }, 2, 3, []time.Duration{500 * time.Millisecond, time.Second}, ""},
		{
			"a broken certificate", func() (*http.Response, error) { return nil, errors.New("tls: bad certificate") }, 9, 1, nil,
			"SSL validation failed for https://sts.eu-west-1.amazonaws.com/ tls: bad certificate",
		},
		{
			"a reply that breaks off", func() (*http.Response, error) {
				r := answer(200, "")
				r.Body = io.NopCloser(io.MultiReader(strings.NewReader("<R>"), broken{}))
				return r, nil
			}, 1, 2, []time.Duration{500 * time.Millisecond}, "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(try int, _ *http.Request) (*http.Response, error) {
				if try <= tt.after {
					return tt.first()
				}
				return answer(200, identityReply), nil
			})
			_, err := l.call(t, "sts", "get-caller-identity", "")
			if got := text(err); got != tt.text {
				t.Errorf("error %q, want %q", got, tt.text)
			}
			if len(l.requests) != tt.tries {
				t.Errorf("%d attempts, want %d", len(l.requests), tt.tries)
			}
			if diff := cmp.Diff(tt.pauses, l.pauses); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestRetryModes(t *testing.T) {
	throttled := func(int, *http.Request) (*http.Response, error) { return answer(400, queryError("Throttling")), nil }
	for _, tt := range []struct {
		mode        string
		max, tries  int
		lastPause   time.Duration
		description string
	}{
		{"", 1, 1, 0, "one try"},
		{"standard", 8, 8, 10 * time.Second, "half of at most 20 s"},
		{"legacy", 0, 5, 4 * time.Second, "five tries"},
		{"adaptive", 0, 3, 2 * time.Second, "the pause of the rate limiter"},
	} {
		l := newLine(throttled)
		l.MaxAttempts, l.RetryMode = tt.max, tt.mode
		_, err := l.call(t, "sts", "get-caller-identity", "")
		if err == nil || len(l.requests) != tt.tries {
			t.Errorf("%s: %d attempts, error %v, want %d attempts and an error", tt.description, len(l.requests), err, tt.tries)
		}
		if n := len(l.pauses); n > 0 && l.pauses[n-1] != tt.lastPause {
			t.Errorf("%s: pauses %v, want the last one to be %v", tt.description, l.pauses, tt.lastPause)
		}
	}
}

// The AWS CLI names the number of retries for any error of the last attempt.
func TestRetriesInMessages(t *testing.T) {
	const denied = "An error occurred (AccessDenied) when calling the GetCallerIdentity operation"
	for _, tt := range []struct {
		mode string
		max  int
		want string
	}{
		{"standard", 3, denied + ": no"},
		{"standard", 1, denied + " (reached max retries: 0): no"},
		{"legacy", 1, denied + ": no"},
	} {
		l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(403, queryError("AccessDenied")), nil })
		l.RetryMode, l.MaxAttempts = tt.mode, tt.max
		if _, err := l.call(t, "sts", "get-caller-identity", ""); text(err) != tt.want {
			t.Errorf("mode %s, %d attempts: %q, want %q", tt.mode, tt.max, text(err), tt.want)
		}
	}
}

func TestRetriesOfOneService(t *testing.T) {
	l := newLine(func(try int, _ *http.Request) (*http.Response, error) {
		if try == 1 {
			return answer(400, queryError("IDPCommunicationError")), nil
		}
		return answer(200, identityReply), nil
	})
	if _, err := l.call(t, "sts", "get-caller-identity", ""); err != nil || len(l.requests) != 2 {
		t.Errorf("%d requests, %v, want 2", len(l.requests), err)
	}
	l = newLine(func(try int, _ *http.Request) (*http.Response, error) {
		if try == 1 {
			return answer(200, `{"TableNames":["cut`, "x-amz-crc32", "1"), nil
		}
		return answer(200, "{}", "x-amz-crc32", "2745614147"), nil
	})
	if _, err := l.call(t, "dynamodb", "list-tables", ""); err != nil || len(l.requests) != 2 {
		t.Errorf("%d requests, %v, want 2", len(l.requests), err)
	}
}

// If the service is down and the program continues to call it, the budget stops the retries.
func TestRetryBudget(t *testing.T) {
	l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(503, ""), nil })
	for range 100 {
		if _, err := l.call(t, "sts", "get-caller-identity", ""); err == nil {
			t.Fatal("no error, want one")
		}
	}
	if want := 100 + budget/costOfTry; len(l.requests) != want {
		t.Errorf("%d requests, want %d", len(l.requests), want)
	}
}

func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(func(try int, _ *http.Request) (*http.Response, error) {
			if try < 3 {
				return answer(500, ""), nil
			}
			return answer(200, identityReply), nil
		})
		l.Sleep = nil
		start := time.Now()
		if _, err := l.call(t, "sts", "get-caller-identity", ""); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != 1500*time.Millisecond {
			t.Errorf("the call waited %v, want 1.5s", got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		down := newLine(func(int, *http.Request) (*http.Response, error) { return answer(500, ""), nil })
		down.Sleep = nil
		svc, op := operation(t, "sts", "get-caller-identity")
		if _, err := down.Call(ctx, svc, op, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline", err)
		}
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	l := newLine(func(int, *http.Request) (*http.Response, error) {
		return answer(302, "", "Location", "https://elsewhere.example/"), nil
	})
	_, err := l.call(t, "sts", "get-caller-identity", "")
	if e := new(idcenter.ReplyError); !errors.As(err, &e) || len(l.requests) != 1 {
		t.Errorf("error %v after %d requests, want a ReplyError after 1", err, len(l.requests))
	}
}

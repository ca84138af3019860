package call

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// operation loads an operation by its name on the command line.
func operation(t testing.TB, service, cliName string) (*model.Service, *model.Operation) {
	t.Helper()
	svc, err := model.Load(service)
	if err != nil {
		t.Fatal(err)
	}
	op, ok := svc.Operation(cliName)
	if !ok {
		t.Fatalf("%s has no operation %s", service, cliName)
	}
	return svc, op
}

// object reads an object from JSON. "" means nil.
func object(t testing.TB, text string) *document.Object {
	t.Helper()
	if text == "" {
		return nil
	}
	v, err := document.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*document.Object)
}

// compact returns a value as JSON, with its members in order.
func compact(v any) string {
	switch v := v.(type) {
	case *document.Object:
		var parts []string
		for name, m := range v.All() {
			parts = append(parts, compact(name)+":"+compact(m))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, compact(e))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// A wireFunc answers requests without a network.
type wireFunc func(*http.Request) (*http.Response, error)

func (f wireFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer returns a reply. headers alternates between names and values.
func answer(status int, body string, headers ...string) *http.Response {
	r := &http.Response{StatusCode: status, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// A line is a client that records its requests, with a function that answers them.
type line struct {
	*Client
	requests []*http.Request
	bodies   []string
	pauses   []time.Duration
}

func newLine(f func(try int, r *http.Request) (*http.Response, error)) *line {
	l := &line{}
	l.Client = &Client{
		Region: "eu-west-1",
		HTTP: &http.Client{Transport: wireFunc(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			l.requests, l.bodies = append(l.requests, r), append(l.bodies, string(body))
			return f(len(l.requests), r)
		})},
		Credentials: Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: secret.New("secret"), SessionToken: secret.New("token")},
		UserAgent:   "test/1",
		Now:         func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) },
		Random:      func() float64 { return 0.5 },
		Sleep: func(_ context.Context, d time.Duration) error {
			l.pauses = append(l.pauses, d)
			return nil
		},
	}
	return l
}

// call calls an operation with the JSON input.
func (l *line) call(t testing.TB, service, cliName, input string) (*document.Object, error) {
	t.Helper()
	svc, op := operation(t, service, cliName)
	return l.Call(t.Context(), svc, op, object(t, input))
}

package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestForward(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Other", "yes")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, r.Method+" "+r.Host+" "+r.URL.RequestURI()+" "+string(body))
	}))
	defer other.Close()
	x := newTester(t, emulator.Config{Forward: other.URL})
	x.login("jane")
	x.srv.ResetCounts()
	key := x.keys("111122223333", "AdministratorAccess")
	host := strings.TrimPrefix(x.srv.URL, "http://")
	large := strings.Repeat("x", 1<<20) // larger than the bodies of the emulator's operations
	for _, tt := range []struct {
		name, service, method, path, body, host, target string
		status                                          int
		want                                            string
	}{
		{"REST", "lambda", "GET", "/2015-03-31/functions/?a=b", "", "", "", 418, "GET " + host + " /2015-03-31/functions/?a=b "},
		{"query", "iam", "POST", "/", "Action=ListUsers", "", "", 418, "POST " + host + " / Action=ListUsers"},
		{"a large body", "cloudformation", "POST", "/", large, "", "", 418, "POST " + host + " / " + large},
		{"JSON", "dynamodb", "POST", "/", "{}", "", "DynamoDB_20120810.ListTables", 418, "POST " + host + " / {}"},
		{"a path of Identity Center", "lambda", "POST", "/token", "{}", "", "", 418, "POST " + host + " /token {}"},
		{"AWS's host", "iam", "POST", "/", "Action=ListUsers", "iam.amazonaws.com", "", 418, "POST iam.amazonaws.com / Action=ListUsers"},
		{"a service of the emulator", "sts", "POST", "/", identityBody, "", "", 200, "GetCallerIdentityResult"},
		{"an operation that the emulator lacks", "organizations", "POST", "/", "{}", "", "AWSOrganizationsV20161128.CreateAccount", 501, "does not serve"},
	} {
		r := signedRequest{method: tt.method, url: x.srv.URL + tt.path, body: tt.body, service: tt.service, region: "us-east-1", key: key, at: x.srv.Now()}
		if tt.target != "" {
			r.header = map[string]string{"X-Amz-Target": tt.target}
		}
		if tt.host != "" {
			r.change = func(r *http.Request) { r.Host = tt.host }
		}
		if status, body := r.do(t); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s: status %d, body %.200s, want %d, %.200s", tt.name, status, body, tt.status, tt.want)
		}
	}
	if resp, _ := x.do("GET", "/nothing", nil); resp.StatusCode != 404 || resp.Header.Get("X-Other") != "" {
		t.Errorf("unsigned request: status %d, want 404 of the emulator", resp.StatusCode)
	}
	if got := x.srv.Count("Forwarded"); got != 6 {
		t.Errorf("Count(Forwarded) = %d, want 6", got)
	}
	log := x.srv.Requests()
	if i := len(log) - 4; log[i].Operation != "Forwarded" || log[i].Status != 418 || log[i].Host != "iam.amazonaws.com" {
		t.Errorf("record %+v, want the forwarded request", log[i])
	}

	// If the other server is down, the error names it, in the protocol of the request.
	other.Close()
	r := signedRequest{method: "POST", url: x.srv.URL + "/", body: "{}", service: "dynamodb", region: "us-east-1", key: key, at: x.srv.Now(), header: map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables"}}
	if status, body := r.do(t); status != 502 || !strings.HasPrefix(body, `{"__type":"BadGateway","message":"The emulator did not reach `+other.URL) {
		t.Errorf("status %d, body %s, want 502", status, body)
	}
	for _, bad := range []string{"127.0.0.1:5000", "ftp://x", "http://", "http://u:p@x", "http://x?y"} {
		if err := (emulator.Config{Forward: bad}).Validate(); err == nil {
			t.Errorf("Validate accepts the URL %q", bad)
		}
	}
}

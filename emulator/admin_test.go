package emulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

const adminToken = "admin-secret"

func (x *tester) adminDo(method, path, body string) (int, map[string]any) {
	x.Helper()
	resp, out := x.do(method, "/_emulator/"+path, body, "Authorization", "Bearer "+adminToken)
	return resp.StatusCode, out
}

func (x *tester) adminMust(status int, method, path, body string) map[string]any {
	x.Helper()
	got, out := x.adminDo(method, path, body)
	if got != status {
		x.Fatalf("%s %s %s: %d %v, want %d", method, path, body, got, out, status)
	}
	return out
}

func TestAdmin(t *testing.T) {
	x := newTester(t, emulator.Config{AdminToken: adminToken})
	x.login("jane")
	must := x.adminMust
	if out := must(200, "GET", "state", ""); out["sessions"] != 1.0 || out["now"] != "2026-11-22T12:00:00Z" || out["clients"] != 1.0 {
		t.Errorf("state = %v, want one session and one client", out)
	}
	if out := must(200, "GET", "counts", ""); out["CreateToken:authorization_code"] != 1.0 || out["Admin"] != nil {
		t.Errorf("counts = %v, want one CreateToken and no Admin", out)
	}
	must(204, "DELETE", "counts", "")
	if x.srv.Count("CreateToken") != 0 {
		t.Error("the counts are not 0 after the reset")
	}
	must(204, "POST", "expire", "")
	if x.valid() {
		t.Error("the access token works after expire")
	}
	x.keep(x.must(200, "/token", x.token("refresh_token", "refreshToken", x.refresh)))
	must(200, "POST", "advance", `{"duration":"30m"}`)
	if got := x.srv.Now().Sub(fixedNow()); got != 30*time.Minute {
		t.Errorf("the clock moved by %v, want 30m", got)
	}
	must(204, "POST", "faults", `{"operation":"ListAccounts","status":503,"delay":"1ms","count":1}`)
	if out := must(200, "GET", "faults", ""); !strings.Contains(out[""].(string), `"delay":"1ms"`) {
		t.Errorf("the faults are %v", out)
	}
	if resp, _ := x.portal("/assignment/accounts"); resp.StatusCode != 503 {
		t.Errorf("status %d with the fault, want 503", resp.StatusCode)
	}
	must(204, "POST", "faults", `{"drop":true}`)
	must(204, "DELETE", "faults", "") // the fault does not affect the admin API
	must(400, "POST", "revoke", `{"user":"jnae"}`)
	must(204, "POST", "revoke", `{"user":"jane"}`)
	if x.valid() {
		t.Error("the access token works after revoke")
	}
	dev := x.must(200, "/device_authorization", map[string]any{"clientId": x.id, "clientSecret": x.secret, "startUrl": x.startURL})
	must(400, "POST", "approve", `{"userCode":"BCDF-BCDF","user":"jane"}`)
	must(204, "POST", "approve", `{"userCode":"`+dev["userCode"].(string)+`","user":"jane"}`)
	must(400, "POST", "deny", `{"userCode":"`+dev["userCode"].(string)+`"}`)
	must(400, "POST", "advance", `{"duration":"soon"}`)
	must(400, "POST", "advance", `{"duration":"1000000h"}`)
	must(400, "POST", "advance", `{"duration":"-1000000h"}`)
	must(400, "POST", "faults", `{"statsu":1}`)
	must(400, "POST", "faults", `{"probability":2}`)
	must(404, "GET", "nope", "")

	var log []emulator.RequestRecord
	if err := json.Unmarshal([]byte(must(200, "GET", "requests", "")[""].(string)), &log); err != nil {
		t.Fatal(err)
	}
	last := log[len(log)-1]
	if last.Operation != "StartDeviceAuthorization" || last.Status != 200 || last.Path != "/device_authorization" || last.ID == "" {
		t.Errorf("the last record of the log is %+v", last)
	}
}

// The admin API rejects faults for unknown operations, because such faults would have no effect.
func TestAdminFaults(t *testing.T) {
	x := newTester(t, emulator.Config{AdminToken: adminToken})
	x.login("jane")
	must := x.adminMust
	must(400, "POST", "faults", `{"status":500,"retryAfter":"soon"}`)
	must(400, "POST", "faults", `{"retryAfter":"2s"}`)
	for wrote, want := range map[string]string{
		"GetRoleCredential": "similar operations: GetRoleCredentials", "getrolecredentials": "similar operations: GetRoleCredentials",
		"CreateToken:refresh": "CreateToken:refresh_token", "ListAccount": "ListAccountRoles, ListAccounts", "Nonsense": "the operations are: AssumeRole, ",
	} {
		out := must(400, "POST", "faults", `{"operation":"`+wrote+`","status":500}`)
		if text, _ := out["error"].(string); !strings.Contains(text, "no operation "+`"`+wrote+`"; `) || !strings.Contains(text, want) {
			t.Errorf("error for a fault of %s: %s, want the suggestion %s", wrote, text, want)
		}
	}
	must(204, "POST", "faults", `{"operation":"ListAccounts","status":429,"retryAfter":"1500ms","count":1}`)
	if out := must(200, "GET", "faults", ""); !strings.Contains(out[""].(string), `"retryAfter":"1.5s"`) {
		t.Errorf("the faults are %v", out)
	}
	if resp, _ := x.portal("/assignment/accounts"); resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "2" {
		t.Errorf("status %d, Retry-After %q with the fault, want 429 and 2", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	must(400, "POST", "rateLimits", `{"on":true,"retryAfter":"-1s"}`)
	must(204, "POST", "rateLimits", `{"on":true,"retryAfter":"3s"}`)
	for range 21 {
		x.portal("/assignment/accounts")
	}
	if resp, _ := x.portal("/assignment/accounts"); resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "3" {
		t.Errorf("status %d, Retry-After %q above the limit, want 429 and 3", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	must(204, "POST", "rateLimits", `{"on":false}`)
}

func TestAdminRefuses(t *testing.T) {
	x := newTester(t, emulator.Config{AdminToken: adminToken})
	for _, tt := range []struct {
		name, host, token, origin string
		want                      int
	}{
		{"with the token", "", "Bearer " + adminToken, "", 200},
		{"as localhost", "localhost:80", "Bearer " + adminToken, "", 200},
		{"as [::1]", "[::1]:80", "Bearer " + adminToken, "", 200},
		{"without a token", "", "", "", 401},
		{"with a wrong token", "", "Bearer admin-secreT", "", 401},
		{"with an empty token", "", "Bearer ", "", 401},
		{"from a page", "", "Bearer " + adminToken, "http://127.0.0.1", 403},
		{"by another name", "example.com", "Bearer " + adminToken, "", 403},
		{"by a name that looks like loopback", "127.0.0.1.example.com", "Bearer " + adminToken, "", 403},
		{"by another address", "10.0.0.1", "Bearer " + adminToken, "", 403},
	} {
		req, err := http.NewRequest("GET", x.srv.URL+"/_emulator/state", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = tt.host
		req.Header.Set("Authorization", tt.token)
		if tt.origin != "" {
			req.Header.Set("Origin", tt.origin)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
	}
	off := newTester(t, emulator.Config{})
	if status, _ := off.adminDo("GET", "state", ""); status != 404 {
		t.Errorf("status %d without an admin token in the Config, want 404", status)
	}
}

func TestRequestLogKeepsTheLatest(t *testing.T) {
	x := newTester(t, emulator.Config{})
	for range 1100 {
		post(x.srv, "/token", "{}")
	}
	post(x.srv, "/client/register", "{}")
	log := x.srv.Requests()
	if len(log) != 1000 || log[999].Operation != "RegisterClient" || log[0].Operation != "CreateToken" {
		t.Errorf("%d records, the last is %+v, want 1000 and RegisterClient", len(log), log[len(log)-1])
	}
}

func TestRateLimits(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	x.srv.SetRateLimits(true)
	count := func(n int, f func() int) (ok int) {
		for range n {
			if f() == 200 {
				ok++
			}
		}
		return ok
	}
	list := func() int {
		resp, out := x.portal("/assignment/accounts?max_result=1")
		if resp.StatusCode == 429 && out["message"] != "HTTP 429 Unknown Code" {
			t.Errorf("body %v, want the message HTTP 429 Unknown Code", out)
		}
		return resp.StatusCode
	}
	if got := count(40, list); got != 20 {
		t.Errorf("%d listings in a second, want 20", got)
	}
	x.srv.Advance(500 * time.Millisecond)
	if got := count(40, list); got != 10 {
		t.Errorf("%d listings in the next half second, want 10", got)
	}
	reg := map[string]any{"clientName": "n", "clientType": "public"}
	if got := count(30, func() int { resp, _ := x.do("POST", "/client/register", reg); return resp.StatusCode }); got != 20 {
		t.Errorf("%d registrations in a second, want 20", got)
	}
	x.fails(400, "SlowDownException", "slow_down", "/client/register", reg)
	start := map[string]any{"clientId": x.id, "clientSecret": x.secret, "startUrl": x.startURL}
	if got := count(100, func() int { resp, _ := x.do("POST", "/device_authorization", start); return resp.StatusCode }); got != 80 {
		t.Errorf("%d device codes in a second, want 80", got)
	}
	x.fails(400, "SlowDownException", "slow_down", "/token", x.token("refresh_token", "refreshToken", x.refresh))
	x.srv.SetRateLimits(false)
	if got := count(40, list); got != 40 {
		t.Errorf("%d of 40 requests succeeded without limits, want 40", got)
	}
}

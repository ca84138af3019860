package emulator_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestFaults(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	list := func() (int, map[string]any) {
		resp, out := x.portal("/assignment/accounts")
		return resp.StatusCode, out
	}
	x.srv.ResetCounts()
	x.srv.AddFault(emulator.Fault{Operation: "ListAccounts", Count: 2, Status: 429})
	x.srv.AddFault(emulator.Fault{Operation: "ListAccounts", Count: 1, Status: 503, Code: "ServiceUnavailable", Message: "m"})
	for i, want := range []int{429, 429, 503, 200} {
		if got, out := list(); got != want {
			t.Errorf("request %d: %d %v, want %d", i, got, out, want)
		}
	}
	if got := x.srv.Count("ListAccounts"); got != 4 {
		t.Errorf("Count = %d, want 4", got)
	}
	x.srv.AddFault(emulator.Fault{Operation: "CreateToken:refresh_token", Status: 400, Code: "InvalidGrantException"})
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token("refresh_token", "refreshToken", x.refresh))
	x.srv.ClearFaults()
	x.keep(x.must(200, "/token", x.token("refresh_token", "refreshToken", x.refresh)))

	x.srv.AddFault(emulator.Fault{Count: 1, ContentType: "text/html"})
	if resp, out := x.portal("/assignment/accounts"); resp.Header.Get("Content-Type") != "text/html" || out["accountList"] == nil {
		t.Errorf("header %v, want the content type text/html and the accounts", resp.Header)
	}
	x.srv.AddFault(emulator.Fault{Count: 1, Delay: 30 * time.Millisecond})
	start := time.Now()
	if list(); time.Since(start) < 30*time.Millisecond {
		t.Error("the fault does not delay the response")
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	get := func() error {
		resp, err := http.Get(x.srv.URL + "/start/style.css")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.ReadAll(resp.Body)
		return err
	}
	x.srv.AddFault(emulator.Fault{Drop: true, Count: 2}) // net/http sends a GET twice
	if err := get(); !errors.Is(err, io.EOF) {
		t.Errorf("dropped connection: error %v, want EOF", err)
	}
	x.srv.ClearFaults()
	x.srv.AddFault(emulator.Fault{Truncate: true, Count: 1})
	if err := get(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("truncated response: error %v, want unexpected EOF", err)
	}
	x.srv.AddFault(emulator.Fault{Operation: "CreateToken", Count: 1, Status: 500, After: true})
	body := x.token("refresh_token", "refreshToken", x.refresh)
	x.fails(500, "InternalServerException", "server_error", "/token", body)
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", body) // the client did not get the response, but the token is used
}

func TestProbabilityWithSeed(t *testing.T) {
	share := func() int {
		x := newTester(t, emulator.Config{Seed: 7})
		x.srv.AddFault(emulator.Fault{Probability: 0.3, Status: 500, Operation: "CreateToken"})
		n := 0
		for range 200 {
			if resp, _ := x.do("POST", "/token", "{}"); resp.StatusCode == 500 {
				n++
			}
		}
		return n
	}
	a, b := share(), share()
	if a != b || a < 40 || a > 80 {
		t.Errorf("%d and %d of 200 requests failed, want equal numbers of about 60", a, b)
	}
}

func TestSeedRepeats(t *testing.T) {
	a, b := newTester(t, emulator.Config{Seed: 3}), newTester(t, emulator.Config{Seed: 3})
	c := newTester(t, emulator.Config{Seed: 4})
	d := newTester(t, emulator.Config{})
	if a.id != b.id || a.secret != b.secret || a.id == c.id || a.id == d.id {
		t.Errorf("the client ids are %s %s %s %s", a.id, b.id, c.id, d.id)
	}
}

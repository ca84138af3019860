package emulator_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// The test runs each curl line of docs/emulator.md unchanged, and checks its effect.
func TestCurlLinesOfTheManual(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	manual, err := os.ReadFile("../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	x := newTester(t, emulator.Config{AdminToken: adminToken})
	keys := func() int { // keys returns the status of the portal's response while a fault is active
		resp, _ := x.portal("/federation/credentials?account_id=111122223333&role_name=AdministratorAccess")
		return resp.StatusCode
	}
	refresh := func() bool {
		resp, out := x.do("POST", "/token", x.token("refresh_token", "refreshToken", x.refresh))
		if resp.StatusCode == 200 {
			x.keep(out)
		}
		return resp.StatusCode == 200
	}
	contains := func(text string) func(string) bool {
		return func(out string) bool { return strings.Contains(out, text) }
	}
	// The keys are the arguments after the header. A value checks the effect of the line. The
	// test signs in before each line.
	effects := map[string]func(out string) bool{
		`-d '{"duration":"70m"}' $E/advance`: func(string) bool { return !x.valid() && refresh() && x.valid() },
		`-X POST $E/expire`:                  func(string) bool { return !x.valid() && refresh() && x.valid() },
		`-d '{"user":"jane"}' $E/revoke`:     func(string) bool { return !x.valid() && !refresh() },
		`-d '{"operation":"GetRoleCredentials","count":2,"status":429,"retryAfter":"2s"}' $E/faults`: func(string) bool {
			first, second := keys(), keys()
			return first == 429 && second == 429 && keys() == 200
		},
		`-d '{"operation":"CreateToken:refresh_token","count":1,"status":500,"after":true}' $E/faults`: func(string) bool {
			first := refresh() // the client does not get the response with the new token
			return !first && !refresh()
		},
		`$E/faults`: func(out string) bool { return strings.TrimSpace(out) == "[]" },
		`-X DELETE $E/faults`: func(string) bool {
			x.srv.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Status: 503})
			return keys() == 503 // the test runs the line again below
		},
		`-d '{"on":true,"retryAfter":"1s"}' $E/rateLimits`: func(string) bool {
			for range 25 {
				if resp, _ := x.portal("/assignment/accounts"); resp.StatusCode == 429 {
					return resp.Header.Get("Retry-After") == "1"
				}
			}
			return false
		},
		`-d '{"on":false}' $E/rateLimits`: func(string) bool {
			for range 25 {
				if !x.valid() {
					return false
				}
			}
			return true
		},
		`-d '{"subject":"repo:example/app","duration":"15m"}' $E/webIdentityToken`: func(out string) bool {
			var in struct{ Token string }
			if json.Unmarshal([]byte(out), &in) != nil {
				return false
			}
			resp, err := http.PostForm(x.srv.URL+"/", url.Values{
				"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {pipelineRole}, "RoleSessionName": {"ci"}, "WebIdentityToken": {in.Token},
			})
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			return resp.StatusCode == 200
		},
		`-d '{"serial":"arn:aws:iam::444455556666:mfa/robin"}' $E/mfaCode`: func(out string) bool {
			var in struct{ Code string }
			return json.Unmarshal([]byte(out), &in) == nil && x.assume(robin(), secureRole, "SerialNumber", robinsDevice, "TokenCode", in.Code).status == 200
		},
		`$E/state`:            contains(`"startUrl":`),
		`$E/counts`:           contains(`"RegisterClient":`),
		`-X DELETE $E/counts`: func(string) bool { return len(x.srv.Counts()) == 0 },
		`$E/requests`:         contains(`"host":"127.0.0.1:`),
	}
	run := func(line string) string {
		t.Helper()
		cmd := exec.Command("sh", "-c", `H="Authorization: Bearer $LANYARD_EMULATOR_ADMIN_TOKEN" E=$LANYARD_EMULATOR_URL/_emulator; `+line)
		cmd.Env = append(os.Environ(), "LANYARD_EMULATOR_ADMIN_TOKEN="+adminToken, "LANYARD_EMULATOR_URL="+x.srv.URL)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", line, err, out)
		}
		return string(out)
	}
	left := maps.Clone(effects)
	for line := range strings.Lines(string(manual)) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), `curl -sSf -H "$H" `)
		if !ok {
			continue
		}
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimSpace(line)
		effect := effects[line]
		if effect == nil {
			t.Errorf("the test does not know the effect of %s", line)
			continue
		}
		delete(left, line)
		x.login("jane")
		out := run(`curl -sSf -H "$H" ` + line)
		if out != "" && !strings.HasSuffix(out, "\n") {
			t.Errorf("%s: the output ends without a newline: %s", line, out)
		}
		if !effect(out) {
			t.Errorf("%s: no effect: %s", line, out)
		}
		if line == `-X DELETE $E/faults` {
			if run(`curl -sSf -H "$H" ` + line); keys() != 200 {
				t.Errorf("%s: the portal still fails, want status 200", line)
			}
		}
	}
	if len(left) > 0 || !strings.Contains(string(manual), `H="Authorization: Bearer $LANYARD_EMULATOR_ADMIN_TOKEN" E=$LANYARD_EMULATOR_URL/_emulator`) {
		t.Errorf("docs/emulator.md lacks %v", left)
	}
}

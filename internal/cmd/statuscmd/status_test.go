package statuscmd

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestSessionEndText(t *testing.T) {
	in := func(at, latest time.Duration, configured bool) broker.SessionEnd {
		return broker.SessionEnd{At: noon.Add(at), Latest: noon.Add(latest), Configured: configured}
	}
	for _, tt := range []struct {
		name string
		end  broker.SessionEnd
		want string
	}{
		{"unknown", broker.SessionEnd{}, ""},
		{"configured", in(5*time.Hour+12*time.Minute, 5*time.Hour+12*time.Minute, true), "in 5h12m"},
		{"configured, and over", in(-time.Minute, -time.Minute, true), "passed, by sso_session_duration"},
		{"learned roughly", in(7*time.Hour, 8*time.Hour, false), "in 7h00m to 8h00m"},
		{"learned well", in(7*time.Hour+50*time.Minute, 8*time.Hour+10*time.Minute, false), "in about 8h00m"},
		{"learned, and soon", in(-time.Minute, 20*time.Minute, false), "within 20m"},
		{"learned wrongly", in(-time.Hour, -time.Minute, false), ""},
	} {
		if got := endText(tt.end, noon); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestState(t *testing.T) {
	const green, yellow, red = "\x1b[32m", "\x1b[33m", "\x1b[31m"
	exactly := func(d time.Duration) broker.SessionEnd {
		return broker.SessionEnd{At: noon.Add(d), Latest: noon.Add(d), Configured: true}
	}
	learned := func(at, latest time.Duration) broker.SessionEnd {
		return broker.SessionEnd{At: noon.Add(at), Latest: noon.Add(latest)}
	}
	for _, tt := range []struct {
		name        string
		state       string
		left        time.Duration
		refreshable bool
		end         broker.SessionEnd
		want        string
	}{
		{"valid", "valid", time.Hour, true, broker.SessionEnd{}, green + "valid"},
		{"a token that ends soon and can be refreshed", "valid", time.Minute, true, broker.SessionEnd{}, green + "valid"},
		{"a token that ends soon and cannot be refreshed", "valid", soon, false, broker.SessionEnd{}, yellow + "ends soon"},
		{"a token that cannot be refreshed", "valid", soon + time.Second, false, broker.SessionEnd{}, green + "valid"},
		{"refreshable", "refreshable", -time.Minute, true, broker.SessionEnd{}, green + "refreshable"},
		{"the session end is near", "valid", time.Hour, true, exactly(soon), yellow + "ends soon"},
		{"the session end is far", "valid", time.Hour, true, exactly(soon + time.Second), green + "valid"},
		{"the configured session end has passed", "valid", time.Hour, true, exactly(-time.Second), green + "valid"},
		{"refreshable, and the session end is near", "refreshable", -time.Minute, true, exactly(time.Minute), yellow + "ends soon"},
		{"the learned session end is near", "valid", time.Hour, true, learned(soon, time.Hour), yellow + "ends soon"},
		{"the earliest session end has passed", "valid", time.Hour, true, learned(-time.Hour, soon), yellow + "ends soon"},
		{"the latest session end is far", "valid", time.Hour, true, learned(-time.Hour, time.Hour), green + "valid"},
		{"ended", "expired", -time.Minute, false, exactly(time.Minute), red + "ended"},
		{"unreadable", "unreadable", 0, false, broker.SessionEnd{}, red + "unreadable"},
		{"unknown", "unknown", 0, false, broker.SessionEnd{}, red + "unknown"},
		{"signed out", "none", 0, false, broker.SessionEnd{}, "signed out"},
	} {
		s := sessionStatus{SSOSession: "corp", State: tt.state, Refreshable: tt.refreshable, expires: noon.Add(tt.left), end: tt.end}
		text := printed(t, 80, false, s)
		first, _, _ := strings.Cut(text, "\n")
		if _, got, _ := strings.Cut(strings.TrimSuffix(first, "\x1b[m"), indent); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// printed returns the page of one session. The width 0 means a pipe.
func printed(t *testing.T, width int, full bool, s sessionStatus) string {
	t.Helper()
	var out bytes.Buffer
	app := &command.App{IO: command.Streams{OutTerminal: width > 0, Width: width}, Now: func() time.Time { return noon }, Out: command.NewWriter(&out, false)}
	app.Env.Lookup = func(name string) (string, bool) {
		v, ok := map[string]string{"TERM": "xterm"}[name]
		return v, ok
	}
	if err := printPage(app, []sessionStatus{s}, nil, full); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// busy returns a session with long names, a hundred profiles and thirty roles.
func busy() sessionStatus {
	s := sessionStatus{
		StartURL: "https://a-name-that-is-rather-long-" + strings.Repeat("x", 60) + ".awsapps.com/start", Region: "eu-central-1",
		SSOSession: "production-" + strings.Repeat("y", 90), State: "valid", User: "jane." + strings.Repeat("z", 60) + "@example.com",
		ExpiresAt: "2026-11-22T12:59:00Z", expires: noon.Add(59 * time.Minute), Refreshable: true,
		end: broker.SessionEnd{At: noon.Add(7 * time.Hour), Latest: noon.Add(8 * time.Hour)},
	}
	for i := range 100 {
		s.Profiles = append(s.Profiles, fmt.Sprintf("profile-%d-世界", i))
	}
	for i := range 30 {
		s.Roles = append(s.Roles, role{AccountID: fmt.Sprintf("%012d", i), RoleName: strings.Repeat("Role", 1+i%8), expires: noon.Add(time.Hour)})
	}
	s.Roles[0].RoleName = ""
	s.show = "lanyard status --sso-session corp"
	return s
}

func TestPageFitsTheTerminal(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for _, full := range []bool{false, true} {
			text := plain(printed(t, width, full, busy()))
			for line := range strings.Lines(text) {
				if n := terminal.Width(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("%d columns, full %v: the line %q has %d columns", width, full, line, n)
				}
			}
			lines, accounts := strings.Count(text, "\n"), strings.Count(text, "0000000000")
			switch {
			case !full && (lines > 16 || accounts != someRoles || !strings.Contains(text, "and 25 more") || !strings.Contains(text, busy().show)):
				t.Errorf("%d columns: %d lines, %d roles, want at most 16 lines and %d roles:\n%s", width, lines, accounts, someRoles, text)
			case full && (accounts != 30 || strings.Count(text, "世界") != 100 || strings.Contains(text, "more")):
				t.Errorf("%d columns, full: %d roles, want 30 roles and 100 profiles:\n%s", width, accounts, text)
			}
		}
	}
}

// plain returns text without colours.
func plain(text string) string {
	return strings.NewReplacer("\x1b[1m", "", "\x1b[32m", "", "\x1b[m", "").Replace(text)
}

func TestPage(t *testing.T) {
	s := busy()
	s.SSOSession, s.StartURL, s.User = "corp", "https://example.awsapps.com/start", "jane@example.com"
	s.Profiles, s.Roles = []string{"dev", "prod"}, s.Roles[:2]
	ended := sessionStatus{StartURL: "https://old.awsapps.com/start", Region: "us-east-1", State: "expired", ExpiresAt: "x", expires: noon.Add(-time.Hour), login: "lanyard sso login --profile old"}
	gone := sessionStatus{StartURL: "https://gone.awsapps.com/start", Region: "eu-west-1", State: "valid", ExpiresAt: "x", expires: noon.Add(time.Hour), orphan: true, Store: "keychain"}
	passed := sessionStatus{StartURL: "https://old.awsapps.com/start", Region: "us-east-1", State: "valid", ExpiresAt: "x", expires: noon.Add(-time.Second), Refreshable: true}
	for _, tt := range []struct {
		s    sessionStatus
		want string
	}{
		{passed, `https://old.awsapps.com/start  valid
  region       us-east-1
  token        expires now; refreshed automatically
`},
		{s, `corp  valid
  portal       https://example.awsapps.com/start (eu-central-1)
  user         jane@example.com
  token        expires in 59m; refreshed automatically
  session end  in 7h00m to 8h00m
  profiles     dev, prod
  roles        000000000000  (not in the config)  1h00m
               000000000001  RoleRole             1h00m
`},
		{ended, `https://old.awsapps.com/start  ended
  region       us-east-1
  token        expired 1h00m ago
  sign in      lanyard sso login --profile old
`},
		{gone, `https://gone.awsapps.com/start  valid, not in the config
  region       eu-west-1
  token        expires in 1h00m; it cannot be refreshed
  store        keychain
`},
	} {
		if diff := cmp.Diff(tt.want, printed(t, 0, false, tt.s)); diff != "" {
			t.Error(diff)
		}
	}
}

// In a pipe, names are whole, but lists are as short as on a terminal.
func TestPageInAPipe(t *testing.T) {
	s := busy()
	text := printed(t, 0, false, s)
	for _, want := range []string{s.SSOSession + "  valid\n", s.StartURL + " (eu-central-1)\n", s.User + "\n", "profile-0-世界, profile-1-世界, profile-2-世界 and 97 more\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Errorf("colours in a pipe: %q", text)
	}
}

// The names come from files that other programs write.
func TestPageHidesControlCharacters(t *testing.T) {
	const evil = "a\x1b]0;pwned\ab"
	s := sessionStatus{
		StartURL: evil, Region: evil, SSOSession: evil, State: "expired", User: evil, Profiles: []string{evil},
		Roles: []role{{AccountID: evil, RoleName: evil, expires: noon}}, login: evil,
	}
	text := printed(t, 80, false, s)
	if strings.Contains(text, "\x1b]") || strings.Contains(text, "\a") || strings.Count(text, "a\ufffd]0;pwned\ufffdb") != 8 {
		t.Errorf("page %q, want no control characters", text)
	}
}

//go:build unix

package cli_test

import (
	"strings"
	"testing"
)

const twoSessions = corpBlock + `
[sso-session other]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
`

func TestLoginChoosesAmongSessions(t *testing.T) {
	t.Run("menu", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: twoSessions}, "sso", "login")
		tm.expect("Choose the session to sign in to:")
		tm.answer("> corp, ", "oth")
		tm.answer("> other, ", "\r")
		tm.expect("Signing in to other\n")
		tm.signIn("jane")
		tm.expect("Successfully logged into Start URL: " + startURL)
		tm.exits(0)
		tm.start(terminalOptions{}, "status", "--check", "--sso-session", "other")
		tm.exits(0)
		tm.start(terminalOptions{}, "status", "--check", "--sso-session", "corp")
		tm.exits(1)
	})
	t.Run("plain", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: twoSessions, env: []string{"TERM=dumb"}}, "sso", "login")
		tm.expect("Choose the session to sign in to:")
		tm.expect("corp")
		tm.answer("Type a number, or words to search for: ", "2\n")
		tm.expect("Signing in to other\n")
		tm.signIn("jane")
		tm.exits(0)
	})
	t.Run("cancelled", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: twoSessions}, "sso", "login")
		tm.answer("> corp, ", "\x1b")
		tm.exits(130)
	})
}

func TestLoginShowsWhatItWaitsFor(t *testing.T) {
	const waiting = "lanyard: waiting for the sign-in, "
	t.Run("terminal", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: corpBlock}, "sso", "login", "--sso-session", "corp")
		tm.expect(waiting)
		tm.expect(" left (Ctrl-C cancels)")
		tm.signIn("jane")
		tm.expect("Successfully logged into Start URL: " + startURL)
		tm.exits(0)
		raw := string(tm.screen)
		if i := strings.LastIndex(raw, waiting); !strings.Contains(raw[i:], "\r\x1b[K\x1b[32mSuccessfully logged into Start URL:\x1b[m ") {
			t.Errorf("the line is not erased before the result: %q", raw[i:])
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: corpBlock}, "sso", "login", "--sso-session", "corp", "--no-browser")
		tm.answer(waiting, "\x03")
		tm.exits(130)
	})
	t.Run("dumb", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: corpBlock, env: []string{"TERM=dumb"}}, "sso", "login", "--sso-session", "corp")
		tm.signIn("jane")
		tm.expect("Successfully logged into Start URL: " + startURL)
		tm.exits(0)
		if raw := string(tm.screen); strings.Contains(raw, "waiting") || strings.Contains(raw, "\x1b") {
			t.Errorf("a waiting line or colours in a dumb terminal: %q", raw)
		}
	})
	t.Run("NO_COLOR", func(t *testing.T) {
		tm := sit(t, terminalOptions{config: corpBlock, env: []string{"NO_COLOR=1"}}, "sso", "login", "--sso-session", "corp")
		tm.expect(waiting)
		tm.signIn("jane")
		tm.expect("Successfully logged into Start URL: " + startURL)
		tm.exits(0)
		if raw := string(tm.screen); strings.Contains(raw, "\x1b[32m") {
			t.Errorf("colours in spite of NO_COLOR: %q", raw)
		}
	})
}

func TestStatusOnATerminal(t *testing.T) {
	const long = `[sso-session production-of-the-department-with-the-very-long-name-that-does-not-fit]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
`
	for _, cols := range []uint16{80, 120} {
		tm := sit(t, terminalOptions{config: long, cols: cols, rows: 40}, "status")
		tm.exits(0)
		text := tm.text()
		for line := range strings.Lines(text) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > int(cols) && !strings.Contains(line, "lanyard sso login") {
				t.Errorf("%d columns: %q has %d", cols, line, n)
			}
		}
		if !strings.Contains(text, "  signed out\n") || !strings.Contains(string(tm.screen), "\x1b[1mproduction-of-") {
			t.Errorf("%d columns: %q", cols, tm.screen)
		}
	}
}

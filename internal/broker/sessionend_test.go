package broker_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func (f *fixture) sessionEnd() broker.SessionEnd { return f.Process().SessionEnd(f.Session) }

// lasts uses the session every twenty minutes for d. It reports whether the session was valid
// all the time.
func (f *fixture) lasts(d time.Duration) bool {
	for end := time.Now().Add(d); time.Now().Before(end); sleep(20 * time.Minute) {
		if _, err := f.Token(); err != nil {
			return false
		}
	}
	return true
}

func (f *fixture) mustLast(d time.Duration) {
	f.T.Helper()
	if !f.lasts(d) {
		f.T.Fatalf("the session ended within %v, want it to be valid", d)
	}
}

func TestConfiguredSessionEnd(t *testing.T) {
	withFixture(t, emulator.Config{PortalSession: 90 * time.Hour}, func(f *fixture) {
		f.Session.Duration = 8 * time.Hour
		if h := f.sessionEnd(); !h.At.IsZero() {
			t.Errorf("session end before the sign-in: %+v, want unknown", h)
		}
		var want time.Time
		check := func(when string) {
			t.Helper()
			if h := f.sessionEnd(); !h.Configured || !h.At.Equal(want) || !h.Latest.Equal(want) {
				t.Errorf("session end %s: %+v, want %v", when, h, want)
			}
		}
		f.Login()
		want = time.Now().Add(8 * time.Hour)
		check("after the sign-in")
		f.mustLast(3 * time.Hour)
		check("after refreshes")

		// After a refresh by another program, the time of the sign-in is unknown.
		tok := f.Stored("corp")
		tok.RefreshToken = secret.New("by another program")
		if err := f.Files.SaveToken("corp", tok); err != nil {
			t.Fatal(err)
		}
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("session end after a refresh by another program: %+v, want unknown", h)
		}
		f.Login()
		want = time.Now().Add(8 * time.Hour)
		check("after the next sign-in")
	})
}

func TestSessionEndAfterAdopt(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		session := f.Session
		f.Session.Name = "" // a legacy profile, which is then moved to a session
		f.Login()
		want := time.Now().Add(8 * time.Hour)
		f.Session = session
		f.Session.Duration = 8 * time.Hour
		if err := f.Process().Adopt(f.T.Context(), f.Session, []string{f.Session.StartURL}); err != nil {
			t.Fatal(err)
		}
		if h := f.sessionEnd(); !h.At.Equal(want) {
			t.Errorf("session end %+v, want %v", h, want)
		}
	})
}

// Another program has signed in. The time of that sign-in stays unknown.
func TestSessionEndUnknownAfterSignInByAnotherProgram(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Session.Duration = 8 * time.Hour
		f.Login()
		if err := os.Remove(f.historyFile()); err != nil {
			t.Fatal(err)
		}
		f.mustLast(3 * time.Hour)
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("session end %+v, want unknown", h)
		}
	})
}

func TestSessionEndWithoutRefreshToken(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Session.Duration, f.Session.Scopes = 12*time.Hour, nil
		f.Login()
		want := time.Now().Add(12 * time.Hour)
		sleep(time.Hour)
		if h := f.sessionEnd(); !h.At.Equal(want) || !h.Configured {
			t.Errorf("session end %+v, want %v", h, want)
		}
		f.Session.Duration = 0
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("session end %+v, want unknown", h)
		}
	})
}

func (f *fixture) historyFile() string {
	return filepath.Join(f.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName("corp"), ".json")+".horizon")
}

func TestLearnedSessionEnd(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		if f.lasts(20 * time.Hour) {
			t.Fatal("the session is still valid after eight hours")
		}
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("session end after the end: %+v, want unknown", h)
		}
		_, err := f.Token() // nothing is learned from a second refusal
		mustBeEnded(t, err)
		sleep(24 * time.Hour)
		_, err = f.Token()
		mustBeEnded(t, err)

		begun := time.Now()
		f.Login()
		h := f.sessionEnd()
		lower, upper := h.At.Sub(begun), h.Latest.Sub(begun)
		if h.Configured || lower > 8*time.Hour || lower < 7*time.Hour || upper < 8*time.Hour || upper > 9*time.Hour {
			t.Errorf("learned %v to %v, want a range of at most two hours around 8h", lower, upper)
		}
		if content, err := os.ReadFile(f.historyFile()); err != nil || !regexp.MustCompile(`^lanyard-horizon( \d+){4} [0-9a-f]{24}\n$`).Match(content) {
			t.Errorf("history file %q: %v; want the format of lanyard-horizon", content, err)
		}

		// Nothing is learned or lost if the session ends while it is not used.
		sleep(20 * time.Hour)
		_, err = f.Token()
		mustBeEnded(t, err)
		begun = time.Now()
		f.Login()
		if h := f.sessionEnd(); h.At.Sub(begun) != lower || h.Latest.Sub(begun) != upper {
			t.Errorf("learned %v to %v, want %v to %v", h.At.Sub(begun), h.Latest.Sub(begun), lower, upper)
		}
	})
}

// A session is revoked early. The age learned from it is discarded when the next session
// becomes older.
func TestSessionEndAfterRevokedSession(t *testing.T) {
	withFixture(t, emulator.Config{PortalSession: 90 * time.Hour}, func(f *fixture) {
		f.Login()
		f.mustLast(2 * time.Hour)
		f.Emu.RevokeSessions("jane")
		sleep(time.Hour)
		_, err := f.Token()
		mustBeEnded(t, err)
		begun := time.Now()
		f.Login()
		if h := f.sessionEnd(); h.Latest.Sub(begun).Round(time.Hour) != 3*time.Hour {
			t.Errorf("learned %+v, want at most three hours", h)
		}
		f.mustLast(5 * time.Hour)
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("session end %+v of a session that is older, want unknown", h)
		}
	})
}

func TestSessionEndNotLearnedFromFailures(t *testing.T) {
	tests := []struct {
		name  string
		fault emulator.Fault
	}{
		{"internal error", emulator.Fault{Operation: "CreateToken", Status: 500}},
		{"invalid client registration", emulator.Fault{Operation: "CreateToken", Status: 401, Code: "InvalidClientException"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withFixture(t, emulator.Config{PortalSession: 90 * time.Hour}, func(f *fixture) {
				f.Login()
				f.mustLast(2 * time.Hour)
				f.Emu.AddFault(tt.fault)
				sleep(2 * time.Hour)
				if _, err := f.Token(); err == nil {
					t.Fatal("no error")
				}
				f.Emu.ClearFaults()
				f.Login()
				if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
					t.Errorf("learned %+v, want nothing", h)
				}
			})
		})
	}
}

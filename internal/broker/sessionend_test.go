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

// live uses the session every twenty minutes for d, and says whether it lived so
// long.
func (f *fixture) live(d time.Duration) bool {
	for end := time.Now().Add(d); time.Now().Before(end); sleep(20 * time.Minute) {
		if _, err := f.Token(); err != nil {
			return false
		}
	}
	return true
}

func (f *fixture) mustLive(d time.Duration) {
	f.T.Helper()
	if !f.live(d) {
		f.T.Fatalf("the session did not live for %v", d)
	}
}

func TestConfiguredSessionEnd(t *testing.T) {
	withFixture(t, emulator.Config{PortalSession: 90 * time.Hour}, func(f *fixture) {
		f.Session.Duration = 8 * time.Hour
		if h := f.sessionEnd(); !h.At.IsZero() {
			t.Errorf("before the sign-in it is %+v", h)
		}
		var want time.Time
		check := func(when string) {
			t.Helper()
			if h := f.sessionEnd(); !h.Configured || !h.At.Equal(want) || !h.Latest.Equal(want) {
				t.Errorf("%s it is %+v, want %v", when, h, want)
			}
		}
		f.Login()
		want = time.Now().Add(8 * time.Hour)
		check("after the sign-in")
		f.mustLive(3 * time.Hour)
		check("after renewals")

		// Another program renews, and nobody knows any more which sign-in this is.
		tok := f.Stored("corp")
		tok.RefreshToken = secret.New("of another program")
		if err := f.Files.SaveToken("corp", tok); err != nil {
			t.Fatal(err)
		}
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("after a renewal by another program it is %+v", h)
		}
		f.Login()
		want = time.Now().Add(8 * time.Hour)
		check("after the next sign-in")
	})
}

func TestSessionEndAfterAdopt(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		session := f.Session
		f.Session.Name = "" // a legacy profile, which is then given a session
		f.Login()
		want := time.Now().Add(8 * time.Hour)
		f.Session = session
		f.Session.Duration = 8 * time.Hour
		if err := f.Process().Adopt(f.T.Context(), f.Session, []string{f.Session.StartURL}); err != nil {
			t.Fatal(err)
		}
		if h := f.sessionEnd(); !h.At.Equal(want) {
			t.Errorf("it is %+v, want %v", h, want)
		}
	})
}

// A renewal of what another program has signed in to does not make its sign-in
// known.
func TestSessionEndUnknownAfterSignInByAnotherProgram(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Session.Duration = 8 * time.Hour
		f.Login()
		if err := os.Remove(f.track()); err != nil {
			t.Fatal(err)
		}
		f.mustLive(3 * time.Hour)
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("it is %+v, want unknown", h)
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
			t.Errorf("it is %+v, want %v", h, want)
		}
		f.Session.Duration = 0
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("it is %+v, want unknown", h)
		}
	})
}

func (f *fixture) track() string {
	return filepath.Join(f.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName("corp"), ".json")+".horizon")
}

func TestLearnedSessionEnd(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		if f.live(20 * time.Hour) {
			t.Fatal("the session of eight hours lived on")
		}
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("after the end it is %+v", h)
		}
		_, err := f.Token() // a second refusal teaches nothing
		mustBeEnded(t, err)
		sleep(24 * time.Hour)
		_, err = f.Token()
		mustBeEnded(t, err)

		begun := time.Now()
		f.Login()
		h := f.sessionEnd()
		lower, upper := h.At.Sub(begun), h.Latest.Sub(begun)
		if h.Configured || lower > 8*time.Hour || lower < 7*time.Hour || upper < 8*time.Hour || upper > 9*time.Hour {
			t.Errorf("learned %v to %v, want what contains 8h", lower, upper)
		}
		if content, err := os.ReadFile(f.track()); err != nil || !regexp.MustCompile(`^lanyard-horizon( \d+){4} [0-9a-f]{24}\n$`).Match(content) {
			t.Errorf("%v, %q", err, content)
		}

		// A night without use narrows nothing, and loses nothing.
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

// A session that was ended early teaches what the next one disproves.
func TestSessionEndAfterRevokedSession(t *testing.T) {
	withFixture(t, emulator.Config{PortalSession: 90 * time.Hour}, func(f *fixture) {
		f.Login()
		f.mustLive(2 * time.Hour)
		f.Emu.RevokeSessions("jane")
		sleep(time.Hour)
		_, err := f.Token()
		mustBeEnded(t, err)
		begun := time.Now()
		f.Login()
		if h := f.sessionEnd(); h.Latest.Sub(begun).Round(time.Hour) != 3*time.Hour {
			t.Errorf("learned %+v, want three hours at most", h)
		}
		f.mustLive(5 * time.Hour)
		if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
			t.Errorf("a session older than that leaves %+v", h)
		}
	})
}

func TestSessionEndNotLearnedFromFailures(t *testing.T) {
	tests := []struct {
		name  string
		fault emulator.Fault
	}{
		{"of the service", emulator.Fault{Operation: "CreateToken", Status: 500}},
		{"of the registration", emulator.Fault{Operation: "CreateToken", Status: 401, Code: "InvalidClientException"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withFixture(t, emulator.Config{PortalSession: 90 * time.Hour}, func(f *fixture) {
				f.Login()
				f.mustLive(2 * time.Hour)
				f.Emu.AddFault(tt.fault)
				sleep(2 * time.Hour)
				if _, err := f.Token(); err == nil {
					t.Fatal("no failure")
				}
				f.Emu.ClearFaults()
				f.Login()
				if h := f.sessionEnd(); h != (broker.SessionEnd{}) {
					t.Errorf("learned %+v", h)
				}
			})
		})
	}
}

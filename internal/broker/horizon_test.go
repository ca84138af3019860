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

func (w *world) horizon() broker.Horizon { return w.Process().Horizon(w.Session) }

// live uses the session every twenty minutes for d, and says whether it lived so
// long.
func (w *world) live(d time.Duration) bool {
	for end := time.Now().Add(d); time.Now().Before(end); sleep(20 * time.Minute) {
		if _, err := w.Token(); err != nil {
			return false
		}
	}
	return true
}

func (w *world) mustLive(d time.Duration) {
	w.T.Helper()
	if !w.live(d) {
		w.T.Fatalf("the session did not live for %v", d)
	}
}

func TestHorizonThatIsConfigured(t *testing.T) {
	inWorld(t, emulator.Config{PortalSession: 90 * time.Hour}, func(w *world) {
		w.Session.Duration = 8 * time.Hour
		if h := w.horizon(); !h.At.IsZero() {
			t.Errorf("before the sign-in it is %+v", h)
		}
		var want time.Time
		check := func(when string) {
			t.Helper()
			if h := w.horizon(); !h.Configured || !h.At.Equal(want) || !h.Latest.Equal(want) {
				t.Errorf("%s it is %+v, want %v", when, h, want)
			}
		}
		w.Login()
		want = time.Now().Add(8 * time.Hour)
		check("after the sign-in")
		w.mustLive(3 * time.Hour)
		check("after renewals")

		// Another program renews, and nobody knows any more which sign-in this is.
		tok := w.Stored("corp")
		tok.RefreshToken = secret.New("of another program")
		if err := w.Files.SaveToken("corp", tok); err != nil {
			t.Fatal(err)
		}
		if h := w.horizon(); h != (broker.Horizon{}) {
			t.Errorf("after a renewal by another program it is %+v", h)
		}
		w.Login()
		want = time.Now().Add(8 * time.Hour)
		check("after the next sign-in")
	})
}

func TestHorizonGoesWithTheToken(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		session := w.Session
		w.Session.Name = "" // a legacy profile, which is then given a session
		w.Login()
		want := time.Now().Add(8 * time.Hour)
		w.Session = session
		w.Session.Duration = 8 * time.Hour
		if err := w.Process().Adopt(w.T.Context(), w.Session, []string{w.Session.StartURL}); err != nil {
			t.Fatal(err)
		}
		if h := w.horizon(); !h.At.Equal(want) {
			t.Errorf("it is %+v, want %v", h, want)
		}
	})
}

// A renewal of what another program has signed in to does not make its sign-in
// known.
func TestHorizonOfAnotherProgramsSignIn(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Session.Duration = 8 * time.Hour
		w.Login()
		if err := os.Remove(w.track()); err != nil {
			t.Fatal(err)
		}
		w.mustLive(3 * time.Hour)
		if h := w.horizon(); h != (broker.Horizon{}) {
			t.Errorf("it is %+v, want unknown", h)
		}
	})
}

func TestHorizonOfATokenThatCannotBeRenewed(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Session.Duration, w.Session.Scopes = 12*time.Hour, nil
		w.Login()
		want := time.Now().Add(12 * time.Hour)
		sleep(time.Hour)
		if h := w.horizon(); !h.At.Equal(want) || !h.Configured {
			t.Errorf("it is %+v, want %v", h, want)
		}
		w.Session.Duration = 0
		if h := w.horizon(); h != (broker.Horizon{}) {
			t.Errorf("it is %+v, want unknown", h)
		}
	})
}

func (w *world) track() string {
	return filepath.Join(w.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName("corp"), ".json")+".horizon")
}

func TestHorizonThatIsLearned(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		if w.live(20 * time.Hour) {
			t.Fatal("the session of eight hours lived on")
		}
		if h := w.horizon(); h != (broker.Horizon{}) {
			t.Errorf("after the end it is %+v", h)
		}
		_, err := w.Token() // a second refusal teaches nothing
		mustBeEnded(t, err)
		sleep(24 * time.Hour)
		_, err = w.Token()
		mustBeEnded(t, err)

		begun := time.Now()
		w.Login()
		h := w.horizon()
		lower, upper := h.At.Sub(begun), h.Latest.Sub(begun)
		if h.Configured || lower > 8*time.Hour || lower < 7*time.Hour || upper < 8*time.Hour || upper > 9*time.Hour {
			t.Errorf("learned %v to %v, want what contains 8h", lower, upper)
		}
		if content, err := os.ReadFile(w.track()); err != nil || !regexp.MustCompile(`^lanyard-horizon( \d+){4} [0-9a-f]{24}\n$`).Match(content) {
			t.Errorf("%v, %q", err, content)
		}

		// A night without use narrows nothing, and loses nothing.
		sleep(20 * time.Hour)
		_, err = w.Token()
		mustBeEnded(t, err)
		begun = time.Now()
		w.Login()
		if h := w.horizon(); h.At.Sub(begun) != lower || h.Latest.Sub(begun) != upper {
			t.Errorf("learned %v to %v, want %v to %v", h.At.Sub(begun), h.Latest.Sub(begun), lower, upper)
		}
	})
}

// A session that was ended early teaches what the next one disproves.
func TestHorizonOfASessionThatWasRevoked(t *testing.T) {
	inWorld(t, emulator.Config{PortalSession: 90 * time.Hour}, func(w *world) {
		w.Login()
		w.mustLive(2 * time.Hour)
		w.Emu.RevokeSessions("jane")
		sleep(time.Hour)
		_, err := w.Token()
		mustBeEnded(t, err)
		begun := time.Now()
		w.Login()
		if h := w.horizon(); h.Latest.Sub(begun).Round(time.Hour) != 3*time.Hour {
			t.Errorf("learned %+v, want three hours at most", h)
		}
		w.mustLive(5 * time.Hour)
		if h := w.horizon(); h != (broker.Horizon{}) {
			t.Errorf("a session older than that leaves %+v", h)
		}
	})
}

func TestHorizonIsNotLearnedFromAFailure(t *testing.T) {
	tests := []struct {
		name  string
		fault emulator.Fault
	}{
		{"of the service", emulator.Fault{Operation: "CreateToken", Status: 500}},
		{"of the registration", emulator.Fault{Operation: "CreateToken", Status: 401, Code: "InvalidClientException"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, emulator.Config{PortalSession: 90 * time.Hour}, func(w *world) {
				w.Login()
				w.mustLive(2 * time.Hour)
				w.Emu.AddFault(tt.fault)
				sleep(2 * time.Hour)
				if _, err := w.Token(); err == nil {
					t.Fatal("no failure")
				}
				w.Emu.ClearFaults()
				w.Login()
				if h := w.horizon(); h != (broker.Horizon{}) {
					t.Errorf("learned %+v", h)
				}
			})
		})
	}
}

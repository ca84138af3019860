package agent_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// If the config becomes invalid, the agent continues to refresh its sessions. If only its
// memory has a token, the agent also continues if the session is removed from the config.
func TestConfigBecomesInvalid(t *testing.T) {
	invalid := func(w *fixture) []agent.Watched {
		return []agent.Watched{{Session: w.Session, Problem: "a bad setting"}}
	}
	tests := map[string]struct {
		list   func(w *fixture) []agent.Watched
		err    error
		memory bool
		goesOn bool
	}{
		"an invalid setting":         {list: invalid, goesOn: true},
		"unreadable":                 {err: errors.New("not now"), goesOn: true},
		"session removed":            {},
		"an invalid setting, memory": {list: invalid, memory: true, goesOn: true},
		"unreadable, memory":         {err: errors.New("not now"), memory: true, goesOn: true},
		"session removed, memory":    {memory: true, goesOn: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, emulator.Config{}, func(w *fixture) {
				if tt.memory {
					w.server.Memory = new(agent.Memory)
				}
				var changed atomic.Bool
				good := w.server.Watched
				w.server.Watched = func() ([]agent.Watched, error) {
					switch {
					case !changed.Load():
						return good()
					case tt.list != nil:
						return tt.list(w), nil
					}
					return nil, tt.err
				}
				w.Login()
				r := w.watch()
				time.Sleep(time.Minute)
				changed.Store(true)
				time.Sleep(3 * time.Hour)
				if r.hasEnded() == tt.goesOn {
					t.Errorf("the agent has ended: %v, want %v", r.hasEnded(), !tt.goesOn)
				}
				if kept := w.Stored("corp").Left(time.Now()) > 0; kept != tt.goesOn {
					t.Errorf("the session was refreshed: %v, want %v", kept, tt.goesOn)
				}
			})
		})
	}
}

// The agent does not refresh a session whose settings were invalid from the start.
func TestConfigIsInvalidFromTheStart(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *fixture) {
		w.server.Watched = func() ([]agent.Watched, error) {
			return []agent.Watched{{Session: w.Session, Problem: "a bad setting"}}, nil
		}
		w.Login()
		w.watch()
		time.Sleep(3 * time.Hour)
		w.Count(refresh, 0)
	})
}

// A sign-out of one session does not make the agent forget another session, even if the other
// session's service is unreachable.
func TestSignOutOfAnotherSession(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *fixture) {
		w.Login()
		net := w.breakNetwork()
		r := w.watch()
		time.Sleep(2 * time.Hour)
		w.server.Forget()
		time.Sleep(10 * time.Second)
		if r.hasEnded() {
			t.Fatal("the agent has ended")
		}
		net.mended.Store(true)
		time.Sleep(10 * time.Minute)
		if w.Stored("corp").Left(time.Now()) <= 0 {
			t.Error("the session was not refreshed after the service became reachable")
		}
	})
}

// The agent notices a new sign-in at once, even during the pause before its next attempt with
// the old token.
func TestSignInDuringPause(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *fixture) {
		w.Login()
		net := w.breakNetwork()
		w.watch()
		time.Sleep(2 * time.Hour)
		net.mended.Store(true)
		w.Login()
		time.Sleep(20 * time.Second)
		if s := w.server.State(); s.Sessions[0].Problem != "" || s.Sessions[0].State != "kept" {
			t.Errorf("the sign-in was not noticed: %+v", s.Sessions[0])
		}
	})
}

// End gets the watched sessions after all work has finished.
func TestEndGetsTheWatchedSessions(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *fixture) {
		w.Login()
		var told []agent.Watched
		r := w.watch(func(list []agent.Watched) { told = list })
		time.Sleep(time.Minute)
		r.stop()
		<-r.ended
		if len(told) != 1 || told[0].Session.Name != "corp" {
			t.Errorf("End got %+v, want the session corp", told)
		}
	})
}

// Only a session's own service can end it. If a command asks another service because of its
// environment, the agent keeps the session.
func TestOnlyTheOwnServiceEndsASession(t *testing.T) {
	t.Run("asked through the agent", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *fixture) {
			w.Login()
			r := w.watch()
			time.Sleep(time.Minute)
			w.server.MarkEnded(w.Session, agent.Settings{OIDC: profile.Endpoint{URL: "http://127.0.0.1:2"}})
			time.Sleep(time.Minute)
			if r.hasEnded() {
				t.Fatal("the agent has ended")
			}
			w.server.MarkEnded(w.Session, agent.Settings{Proxies: "others"})
			time.Sleep(time.Minute)
			if !r.hasEnded() {
				t.Error("the agent goes on, although its own service has ended the session")
			}
		})
	})
	t.Run("asked by another process", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *fixture) {
			w.Login()
			time.Sleep(2 * time.Hour)
			var elsewhere atomic.Bool
			elsewhere.Store(true)
			w.Before = func(r *http.Request) (*http.Response, error) {
				if !elsewhere.Load() {
					return nil, nil
				}
				return &http.Response{
					StatusCode: http.StatusBadRequest, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
					Body: io.NopCloser(strings.NewReader(`{"error":"invalid_grant","error_description":"Unknown"}`)),
				}, nil
			}
			tok := w.Stored("corp")
			tok.Origin = ssocache.Origin{} // as another program writes it
			if err := w.Files.SaveToken("corp", tok); err != nil {
				t.Fatal(err)
			}
			other := w.Process()
			local := profile.Endpoint{URL: "http://127.0.0.1:2", From: "AWS_ENDPOINT_URL_SSO", Env: true}
			other.Endpoints = func() (broker.Endpoints, error) { return broker.Endpoints{SignIn: local, Portal: local}, nil }
			_, err := other.Get(w.T.Context(), broker.Request{Session: w.Session, Purpose: broker.AccessToken})
			var ended *broker.SessionError
			if !errors.As(err, &ended) {
				t.Fatalf("the request to the other service succeeded: %v", err)
			}
			elsewhere.Store(false)
			w.watch()
			time.Sleep(3 * time.Minute)
			if w.Stored("corp").Left(time.Now()) <= 0 {
				t.Error("the agent has dropped the session")
			}
		})
	})
}

// With a refresh window nearly as long as the token's lifetime, the agent does not refresh
// all the time.
func TestRefreshWindowAlmostAsLongAsLifetime(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *fixture) {
		w.Session.RefreshWindow, w.Session.HasWindow = time.Hour-time.Second, true
		w.Login()
		w.watch()
		time.Sleep(time.Hour)
		if got := w.Emu.Count(refresh); got < 3 || got > 5 {
			t.Errorf("%d refreshes in an hour, want 4", got)
		}
	})
}

// The agent ends if clients cannot reach it any more.
func TestSocketIsRemoved(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *fixture) {
		w.Login()
		var gone atomic.Bool
		w.server.Lost = func() error {
			if gone.Load() {
				return errors.New("no such file")
			}
			return nil
		}
		r := w.watch()
		time.Sleep(time.Minute)
		gone.Store(true)
		time.Sleep(time.Minute)
		if !r.hasEnded() {
			t.Error("the agent still runs")
		}
	})
}

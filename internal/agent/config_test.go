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

// Whatever becomes of the config while an agent runs, a session that it has kept
// fresh is kept fresh. One whose token is nowhere else is, also where the config does
// not name it any more.
func TestTheConfigIsSpoilt(t *testing.T) {
	spoilt := func(w *world) []agent.Watched {
		return []agent.Watched{{Session: w.Session, Problem: "a bad setting"}}
	}
	tests := map[string]struct {
		list   func(w *world) []agent.Watched
		err    error
		memory bool
		goesOn bool
	}{
		"a bad setting":             {list: spoilt, goesOn: true},
		"it cannot be read":         {err: errors.New("not now"), goesOn: true},
		"the session is gone":       {},
		"a bad setting, memory":     {list: spoilt, memory: true, goesOn: true},
		"it cannot be read, memory": {err: errors.New("not now"), memory: true, goesOn: true},
		"it is gone, memory":        {memory: true, goesOn: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, emulator.Config{}, func(w *world) {
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
				if r.over() == tt.goesOn {
					t.Errorf("the agent has ended: %v", r.over())
				}
				if kept := w.Stored("corp").Left(time.Now()) > 0; kept != tt.goesOn {
					t.Errorf("the session was kept fresh: %v", kept)
				}
			})
		})
	}
}

// A bad setting from the beginning is not guessed at.
func TestTheConfigWasNeverGood(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *world) {
		w.server.Watched = func() ([]agent.Watched, error) {
			return []agent.Watched{{Session: w.Session, Problem: "a bad setting"}}, nil
		}
		w.Login()
		w.watch()
		time.Sleep(3 * time.Hour)
		w.Count(refresh, 0)
	})
}

// That one session was signed out of is no reason to forget another, not even one
// whose service cannot be reached at the moment.
func TestASignOutOfAnother(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
		w.Login()
		net := w.breakNetwork()
		r := w.watch()
		time.Sleep(2 * time.Hour)
		w.server.Forget()
		time.Sleep(10 * time.Second)
		if r.over() {
			t.Fatal("the agent has ended")
		}
		net.mended.Store(true)
		time.Sleep(10 * time.Minute)
		if w.Stored("corp").Left(time.Now()) <= 0 {
			t.Error("the session was not renewed once the service could be reached")
		}
	})
}

// A new sign-in is noticed at once, also while tries with the token before it are put
// off.
func TestASignInBetweenTries(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
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

// The end is told what was watched, once all work is done.
func TestTheEndIsTold(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *world) {
		w.Login()
		var told []agent.Watched
		r := w.watch(func(list []agent.Watched) { told = list })
		time.Sleep(time.Minute)
		r.stop()
		<-r.ended
		if len(told) != 1 || told[0].Session.Name != "corp" {
			t.Errorf("told of %+v", told)
		}
	})
}

// Only the service that a session is of can end it: one command that is led to another
// one, by its environment, changes nothing for the rest.
func TestAnotherServicesWord(t *testing.T) {
	t.Run("to somebody who asked", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *world) {
			w.Login()
			r := w.watch()
			time.Sleep(time.Minute)
			w.server.MarkOver(w.Session, agent.Settings{OIDC: profile.Endpoint{URL: "http://127.0.0.1:2"}})
			time.Sleep(time.Minute)
			if r.over() {
				t.Fatal("the agent has ended")
			}
			w.server.MarkOver(w.Session, agent.Settings{Proxies: "whichever"})
			time.Sleep(time.Minute)
			if !r.over() {
				t.Error("the agent goes on, although its own service has ended the session")
			}
		})
	})
	t.Run("to another process", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *world) {
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
				t.Fatalf("it went well elsewhere: %v", err)
			}
			elsewhere.Store(false)
			w.watch()
			time.Sleep(3 * time.Minute)
			if w.Stored("corp").Left(time.Now()) <= 0 {
				t.Error("the agent has given the session up")
			}
		})
	})
}

// A window that is nearly as long as a token's life does not have it renewed all the
// time.
func TestAWindowOfNearlyTheLife(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *world) {
		w.Session.RefreshWindow, w.Session.HasWindow = time.Hour-time.Second, true
		w.Login()
		w.watch()
		time.Sleep(time.Hour)
		if got := w.Emu.Count(refresh); got < 3 || got > 5 {
			t.Errorf("%d renewals in an hour, want 4", got)
		}
	})
}

// An agent that clients cannot reach any more is of no use.
func TestTheSocketIsGone(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *world) {
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
		if !r.over() {
			t.Error("it goes on")
		}
	})
}

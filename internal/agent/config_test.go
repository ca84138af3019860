package agent_test

import (
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/emulator"
	"lanyard/internal/agent"
)

// Whatever becomes of the config while an agent runs, a session that it has kept
// fresh is kept fresh. One whose token is nowhere else is, also where the config does
// not name it any more.
func TestTheConfigIsSpoilt(t *testing.T) {
	spoilt := func(w *world) []agent.Watched {
		return []agent.Watched{{Session: w.session, Problem: "a bad setting"}}
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
				w.login()
				r := w.watch()
				time.Sleep(time.Minute)
				changed.Store(true)
				time.Sleep(3 * time.Hour)
				if r.over() == tt.goesOn {
					t.Errorf("the agent has ended: %v", r.over())
				}
				if kept := w.stored().Left(time.Now()) > 0; kept != tt.goesOn {
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
			return []agent.Watched{{Session: w.session, Problem: "a bad setting"}}, nil
		}
		w.login()
		w.watch()
		time.Sleep(3 * time.Hour)
		w.count(refresh, 0)
	})
}

// That one session was signed out of is no reason to forget another, not even one
// whose service cannot be reached at the moment.
func TestASignOutOfAnother(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
		w.login()
		var broken atomic.Bool
		broken.Store(true)
		w.before = func(*http.Request) (*http.Response, error) {
			if broken.Load() {
				return nil, errors.New("no route to host")
			}
			return nil, nil
		}
		r := w.watch()
		time.Sleep(2 * time.Hour)
		w.server.Forget()
		time.Sleep(10 * time.Second)
		if r.over() {
			t.Fatal("the agent has ended")
		}
		broken.Store(false)
		time.Sleep(10 * time.Minute)
		if w.stored().Left(time.Now()) <= 0 {
			t.Error("the session was not renewed once the service could be reached")
		}
	})
}

// A new sign-in is noticed at once, also while tries with the token before it are put
// off.
func TestASignInBetweenTries(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
		w.login()
		var broken atomic.Bool
		broken.Store(true)
		w.before = func(*http.Request) (*http.Response, error) {
			if broken.Load() {
				return nil, errors.New("no route to host")
			}
			return nil, nil
		}
		w.watch()
		time.Sleep(2 * time.Hour)
		broken.Store(false)
		w.login()
		time.Sleep(20 * time.Second)
		if s := w.server.State(); s.Sessions[0].Problem != "" || s.Sessions[0].State != "kept" {
			t.Errorf("the sign-in was not noticed: %+v", s.Sessions[0])
		}
	})
}

// The end is told what was watched, once all work is done.
func TestTheEndIsTold(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *world) {
		w.login()
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

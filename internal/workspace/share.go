package workspace

import (
	"net/http"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// This file lets one process work with many profiles at the same time. Each profile has its own
// Workspace. All of them share the connections, the open stores and the sessions of the config.

// A shared holds what several workspaces share. It is safe for concurrent use.
type shared struct {
	open     func(store string) (keystore.Backend, error)            // of the first workspace
	sessions func() ([]profile.SessionUse, []profile.Warning, error) // of the config. It reads the config once

	mu         sync.Mutex
	transports map[transportKey]*http.Transport
	backends   map[string]openedBackend
}

// A sessionsOf holds the result of [profile.Sessions].
type sessionsOf struct {
	uses     []profile.SessionUse
	warnings []profile.Warning
	err      error
}

// A transportKey holds the settings of a transport.
type transportKey struct {
	bundle      string // the path of the CA certificates
	noVerifySSL bool
	connect     time.Duration
}

type openedBackend struct {
	backend keystore.Backend
	err     error
}

// Share makes the workspaces of [Workspace.With] share connections, open stores and the sessions of
// the config with w. Call it before the first request.
func (w *Workspace) Share() {
	files := sync.OnceValue(func() sessionsOf { // the whole config can be large
		uses, warnings, err := profile.Sessions(w.In)
		return sessionsOf{uses, warnings, err}
	})
	sessions := func() ([]profile.SessionUse, []profile.Warning, error) {
		s := files()
		return s.uses, s.warnings, s.err
	}
	w.shared = &shared{open: w.Stores.open, sessions: sessions, transports: map[transportKey]*http.Transport{}, backends: map[string]openedBackend{}}
	w.Stores.shared = w.shared
}

// With returns a workspace for another App of the same process and home folder. The App usually
// names another profile. Workspaces of With can be used at the same time, each by one goroutine.
// Call Share first.
func (w *Workspace) With(app *command.App) *Workspace {
	made := &Workspace{
		App: app, NoHome: w.NoHome, Home: w.Home, NeverSignsIn: w.NeverSignsIn, NeverAsks: w.NeverAsks, Limiter: w.Limiter,
		Stores: &Stores{App: app, Home: w.Home, shared: w.shared}, shared: w.shared,
	}
	made.read()
	return made
}

// backend opens a store once for all workspaces. So the user enters a passphrase once.
func (s *shared) backend(store string) (keystore.Backend, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.backends[store]
	if !ok {
		o.backend, o.err = s.open(store)
		s.backends[store] = o
	}
	return o.backend, o.err
}

// transport returns the transport for the settings. make makes the first one.
func (s *shared) transport(key transportKey, make func() (*http.Transport, error)) (*http.Transport, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.transports[key]; t != nil {
		return t, nil
	}
	t, err := make()
	if err == nil {
		s.transports[key] = t
	}
	return t, err
}

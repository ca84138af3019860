// Package brokertest is the world of the tests of broker and agent: one home folder and
// one Identity Center, an emulator in the same process. It needs no network, so a
// test can run in a bubble of fake time ([testing/synctest]).
package brokertest

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The role that the world's requests ask for.
const Account, Admin = "111122223333", "AdministratorAccess"

// Refresh is the operation that renews a token, for [World.Count].
const Refresh = "CreateToken:refresh_token"

// A World is one home folder and one Identity Center. The brokers of the world share
// nothing but the folder, as processes do.
type World struct {
	T       *testing.T
	Emu     *emulator.Emulator
	Files   keystore.Files
	Session profile.Session
	Names   []string // the session's other names

	// Before, if set, sees every request first and may answer it.
	Before func(*http.Request) (*http.Response, error)
	Hold   func() func() // holds signals back; nil holds nothing
	Warned []string      // the warnings of the processes

	ahead atomic.Int64 // nanoseconds that the processes' clock is ahead of the service's
}

// New returns a world in which nobody is signed in. Of c only the durations count.
func New(t *testing.T, c emulator.Config) *World {
	t.Helper()
	base := emulator.BuiltIn()
	base.TokenLifetime, base.RefreshGrace, base.PortalSession = c.TokenLifetime, c.RefreshGrace, c.PortalSession
	emu, err := emulator.New(base)
	if err != nil {
		t.Fatal(err)
	}
	return &World{
		T: t, Emu: emu,
		Files:   keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}},
		Session: profile.Session{Name: "corp", StartURL: emu.StartURL(), Region: emu.Region(), Scopes: []string{"sso:account:access"}},
	}
}

// WithSession returns the same folder and Identity Center with another session, which
// has the other names.
func (w *World) WithSession(s profile.Session, names ...string) *World {
	return &World{T: w.T, Emu: w.Emu, Files: w.Files, Session: s, Names: names}
}

// SetClock sets the processes' clock ahead of the service's, or behind it.
func (w *World) SetClock(ahead time.Duration) { w.ahead.Store(int64(ahead)) }

// Now is the processes' clock.
func (w *World) Now() time.Time { return time.Now().Round(0).Add(time.Duration(w.ahead.Load())) }

// RoundTrip carries a request to the emulator without a network, which a bubble
// of fake time could not wait for.
func (w *World) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.Before != nil {
		if resp, err := w.Before(r); resp != nil || err != nil {
			return resp, err
		}
	}
	return emulatortest.Transport(w.Emu).RoundTrip(r)
}

// Client returns a client of AWS's own endpoints, which are on 127.0.0.1:1.
func (w *World) Client() *idcenter.Client { return w.ClientAt(broker.Endpoints{}) }

// ClientAt returns a client of the endpoints.
func (w *World) ClientAt(e broker.Endpoints) *idcenter.Client {
	const aws = "http://127.0.0.1:1"
	c, err := idcenter.New(idcenter.Options{
		Region: w.Session.Region, OIDCEndpoint: cmp.Or(e.SignIn.URL, aws), PortalEndpoint: cmp.Or(e.Portal.URL, aws),
		HTTP: &http.Client{Transport: w}, Now: w.Now,
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

// Process returns a broker as a new process without an agent makes it.
func (w *World) Process() *broker.Broker {
	return &broker.Broker{
		Cache:    w.Files,
		Connect:  func(_ profile.Session, e broker.Endpoints) (broker.Service, error) { return w.ClientAt(e), nil },
		Siblings: func(profile.Session) []string { return w.Names },
		Warn:     func(text string) { w.Warned = append(w.Warned, text) },
		Hold:     w.Hold,
		Now:      w.Now,
	}
}

// Login signs jane in, and sets the counts of operations back.
func (w *World) Login() {
	w.T.Helper()
	_, err := w.Process().Login(w.T.Context(), w.Session, w.ByCode("sso login", w.Approve))
	if err != nil {
		w.T.Fatalf("login: %v", err)
	}
	w.Emu.ResetCounts()
}

// ByCode is a sign-in by a device code, which show shows to the person.
func (w *World) ByCode(caller string, show func(string)) broker.SignIn {
	return broker.SignIn{Caller: caller, Do: func(ctx context.Context, keep broker.Keep) error {
		_, err := w.Client().SignIn(ctx, idcenter.SignIn{
			SessionName: w.Session.Name, StartURL: w.Session.StartURL, Scopes: w.Session.Scopes, Device: true,
			Show: show, Keep: keep,
		})
		return err
	}}
}

// Approve plays the person who reads what a device sign-in shows.
func (w *World) Approve(shown string) {
	if code := userCode.FindString(shown); code != "" {
		if err := w.Emu.Approve(code, "jane"); err != nil {
			w.T.Error(err)
		}
	}
}

var userCode = regexp.MustCompile(`\b[A-Z]{4}-[A-Z]{4}\b`)

// Logout signs out of the session.
func (w *World) Logout() broker.SignOut {
	w.T.Helper()
	out, err := w.Process().Logout(w.T.Context(), w.Session, nil)
	if err != nil {
		w.T.Fatalf("logout: %v", err)
	}
	return out
}

// Request asks for the keys of the role.
func (w *World) Request() broker.Request {
	return broker.Request{Session: w.Session, AccountID: Account, RoleName: Admin, Caller: "test"}
}

// Get asks for the role's credentials as a new process.
func (w *World) Get() (ssocache.Credentials, error) {
	a, err := w.Process().Get(w.T.Context(), w.Request())
	return a.Credentials, err
}

// MustGet is Get for a request that must succeed.
func (w *World) MustGet() ssocache.Credentials {
	w.T.Helper()
	c, err := w.Get()
	if err != nil {
		w.T.Fatalf("credentials: %v", err)
	}
	return c
}

// Token asks for the session's token as a new process.
func (w *World) Token() (ssocache.Token, error) {
	r := broker.Request{Session: w.Session, Purpose: broker.AccessToken}
	a, err := w.Process().Get(w.T.Context(), r)
	return a.Token, err
}

// Stored returns the token that the cache holds under key.
func (w *World) Stored(key string) ssocache.Token {
	w.T.Helper()
	tok, err := w.Files.LoadToken(key)
	if err != nil {
		w.T.Fatal(err)
	}
	return tok
}

// Companion is the path of a file that guards the session.
func (w *World) Companion(suffix string) string {
	return filepath.Join(w.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName(w.Session.StartURL), ".json")+suffix)
}

// Count checks how often an operation was asked for.
func (w *World) Count(operation string, want int) {
	w.T.Helper()
	if got := w.Emu.Count(operation); got != want {
		w.T.Errorf("%s was called %d times, want %d", operation, got, want)
	}
}

// Unwritable makes the cache a place where nothing can be stored: for root,
// whom modes do not stop, another user's home.
func (w *World) Unwritable() {
	w.T.Helper()
	var err error
	if os.Geteuid() == 0 {
		err = os.Chown(w.Files.Home, 1000, 1000)
	} else {
		err = errors.Join(os.Chmod(w.Files.SSO(), 0o500), os.MkdirAll(w.Files.Roles(), 0o500))
	}
	if err != nil {
		w.T.Fatal(err)
	}
}

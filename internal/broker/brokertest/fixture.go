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

// Refresh is the operation that renews a token, for [Fixture.Count].
const Refresh = "CreateToken:refresh_token"

// A Fixture is one home folder and one Identity Center. The brokers of the world share
// nothing but the folder, as processes do.
type Fixture struct {
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
func New(t *testing.T, c emulator.Config) *Fixture {
	t.Helper()
	base := emulator.BuiltIn()
	base.TokenLifetime, base.RefreshGrace, base.PortalSession = c.TokenLifetime, c.RefreshGrace, c.PortalSession
	emu, err := emulator.New(base)
	if err != nil {
		t.Fatal(err)
	}
	return &Fixture{
		T: t, Emu: emu,
		Files:   keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}},
		Session: profile.Session{Name: "corp", StartURL: emu.StartURL(), Region: emu.Region(), Scopes: []string{"sso:account:access"}},
	}
}

// WithSession returns the same folder and Identity Center with another session, which
// has the other names.
func (f *Fixture) WithSession(s profile.Session, names ...string) *Fixture {
	return &Fixture{T: f.T, Emu: f.Emu, Files: f.Files, Session: s, Names: names}
}

// SetClock sets the processes' clock ahead of the service's, or behind it.
func (f *Fixture) SetClock(ahead time.Duration) { f.ahead.Store(int64(ahead)) }

// Now is the processes' clock.
func (f *Fixture) Now() time.Time { return time.Now().Round(0).Add(time.Duration(f.ahead.Load())) }

// RoundTrip carries a request to the emulator without a network, which a bubble
// of fake time could not wait for.
func (f *Fixture) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.Before != nil {
		if resp, err := f.Before(r); resp != nil || err != nil {
			return resp, err
		}
	}
	return emulatortest.Transport(f.Emu).RoundTrip(r)
}

// Client returns a client of AWS's own endpoints, which are on 127.0.0.1:1.
func (f *Fixture) Client() *idcenter.Client { return f.ClientAt(broker.Endpoints{}) }

// ClientAt returns a client of the endpoints.
func (f *Fixture) ClientAt(e broker.Endpoints) *idcenter.Client {
	const aws = "http://127.0.0.1:1"
	c, err := idcenter.New(idcenter.Options{
		Region: f.Session.Region, OIDCEndpoint: cmp.Or(e.SignIn.URL, aws), PortalEndpoint: cmp.Or(e.Portal.URL, aws),
		HTTP: &http.Client{Transport: f}, Now: f.Now,
	})
	if err != nil {
		f.T.Fatal(err)
	}
	return c
}

// Process returns a broker as a new process without an agent makes it.
func (f *Fixture) Process() *broker.Broker {
	return &broker.Broker{
		Cache:    f.Files,
		Connect:  func(_ profile.Session, e broker.Endpoints) (broker.Service, error) { return f.ClientAt(e), nil },
		Siblings: func(profile.Session) []string { return f.Names },
		Warn:     func(text string) { f.Warned = append(f.Warned, text) },
		Hold:     f.Hold,
		Now:      f.Now,
	}
}

// Login signs jane in, and sets the counts of operations back.
func (f *Fixture) Login() {
	f.T.Helper()
	_, err := f.Process().Login(f.T.Context(), f.Session, f.ByCode("sso login", f.Approve))
	if err != nil {
		f.T.Fatalf("login: %v", err)
	}
	f.Emu.ResetCounts()
}

// ByCode is a sign-in by a device code, which show shows to the person.
func (f *Fixture) ByCode(caller string, show func(string)) broker.SignIn {
	return broker.SignIn{Caller: caller, Do: func(ctx context.Context, keep broker.Keep) error {
		_, err := f.Client().SignIn(ctx, idcenter.SignIn{
			SessionName: f.Session.Name, StartURL: f.Session.StartURL, Scopes: f.Session.Scopes, Device: true,
			Show: show, Keep: keep,
		})
		return err
	}}
}

// Approve plays the person who reads what a device sign-in shows.
func (f *Fixture) Approve(shown string) {
	if code := userCode.FindString(shown); code != "" {
		if err := f.Emu.Approve(code, "jane"); err != nil {
			f.T.Error(err)
		}
	}
}

var userCode = regexp.MustCompile(`\b[A-Z]{4}-[A-Z]{4}\b`)

// Logout signs out of the session.
func (f *Fixture) Logout() broker.SignOut {
	f.T.Helper()
	out, err := f.Process().Logout(f.T.Context(), f.Session, nil)
	if err != nil {
		f.T.Fatalf("logout: %v", err)
	}
	return out
}

// Request asks for the keys of the role.
func (f *Fixture) Request() broker.Request {
	return broker.Request{Session: f.Session, AccountID: Account, RoleName: Admin, Caller: "test"}
}

// Get asks for the role's credentials as a new process.
func (f *Fixture) Get() (ssocache.Credentials, error) {
	a, err := f.Process().Get(f.T.Context(), f.Request())
	return a.Credentials, err
}

// MustGet is Get for a request that must succeed.
func (f *Fixture) MustGet() ssocache.Credentials {
	f.T.Helper()
	c, err := f.Get()
	if err != nil {
		f.T.Fatalf("credentials: %v", err)
	}
	return c
}

// Token asks for the session's token as a new process.
func (f *Fixture) Token() (ssocache.Token, error) {
	r := broker.Request{Session: f.Session, Purpose: broker.AccessToken}
	a, err := f.Process().Get(f.T.Context(), r)
	return a.Token, err
}

// Stored returns the token that the cache holds under key.
func (f *Fixture) Stored(key string) ssocache.Token {
	f.T.Helper()
	tok, err := f.Files.LoadToken(key)
	if err != nil {
		f.T.Fatal(err)
	}
	return tok
}

// Companion is the path of a file that guards the session.
func (f *Fixture) SessionFile(suffix string) string {
	return filepath.Join(f.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName(f.Session.StartURL), ".json")+suffix)
}

// Count checks how often an operation was asked for.
func (f *Fixture) Count(operation string, want int) {
	f.T.Helper()
	if got := f.Emu.Count(operation); got != want {
		f.T.Errorf("%s was called %d times, want %d", operation, got, want)
	}
}

// Unwritable makes the cache a place where nothing can be stored: for root,
// whom modes do not stop, another user's home.
func (f *Fixture) Unwritable() {
	f.T.Helper()
	var err error
	if os.Geteuid() == 0 {
		err = os.Chown(f.Files.Home, 1000, 1000)
	} else {
		err = errors.Join(os.Chmod(f.Files.SSO(), 0o500), os.MkdirAll(f.Files.Roles(), 0o500))
	}
	if err != nil {
		f.T.Fatal(err)
	}
}

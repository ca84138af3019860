// Package brokertest provides a fixture for the tests of the broker and the agent. A fixture
// has a home folder, and an emulated Identity Center in the same process. The fixture uses no
// network, so tests can run with fake time ([testing/synctest]).
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

// Account and Admin name the role that the fixture's requests ask for.
const Account, Admin = "111122223333", "AdministratorAccess"

// Refresh is the operation that refreshes a token, for [Fixture.Count].
const Refresh = "CreateToken:refresh_token"

// A Fixture holds a home folder and an emulated Identity Center. Its brokers share only the
// folder, like processes.
type Fixture struct {
	T       *testing.T
	Emu     *emulator.Emulator
	Files   keystore.Files
	Session profile.Session
	Names   []string // the session's other names

	// Before, if not nil, is called with every request, and may answer it.
	Before func(*http.Request) (*http.Response, error)
	Hold   func() func() // broker.Broker.Hold of each process
	Warned []string      // the warnings that the processes have printed

	ahead atomic.Int64 // nanoseconds that the processes' clock is ahead of the service's
}

// New returns a fixture without a sign-in. New uses only the durations of c.
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

// WithSession returns a fixture for another session in the same folder and Identity Center.
// names are the session's other names.
func (f *Fixture) WithSession(s profile.Session, names ...string) *Fixture {
	return &Fixture{T: f.T, Emu: f.Emu, Files: f.Files, Session: s, Names: names}
}

// SetClock sets how far the processes' clock is ahead of the service's.
func (f *Fixture) SetClock(ahead time.Duration) { f.ahead.Store(int64(ahead)) }

// Now returns the time by the processes' clock.
func (f *Fixture) Now() time.Time { return time.Now().Round(0).Add(time.Duration(f.ahead.Load())) }

// RoundTrip sends a request to the emulator without a network, because fake time does not
// advance while a process waits for the network.
func (f *Fixture) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.Before != nil {
		if resp, err := f.Before(r); resp != nil || err != nil {
			return resp, err
		}
	}
	return emulatortest.Transport(f.Emu).RoundTrip(r)
}

// Client returns a client for AWS's own endpoints, which are at 127.0.0.1:1 here.
func (f *Fixture) Client() *idcenter.Client { return f.ClientAt(broker.Endpoints{}) }

// ClientAt returns a client for the endpoints.
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

// Process returns the broker of a new process without an agent.
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

// Login signs jane in and resets the counts of operations.
func (f *Fixture) Login() {
	f.T.Helper()
	_, err := f.Process().Login(f.T.Context(), f.Session, f.ByCode("sso login", f.Approve))
	if err != nil {
		f.T.Fatalf("login: %v", err)
	}
	f.Emu.ResetCounts()
}

// ByCode returns a sign-in by device code. show gets the text for the user.
func (f *Fixture) ByCode(caller string, show func(string)) broker.SignIn {
	return broker.SignIn{Caller: caller, Do: func(ctx context.Context, keep broker.Keep) error {
		_, err := f.Client().SignIn(ctx, idcenter.SignIn{
			SessionName: f.Session.Name, StartURL: f.Session.StartURL, Scopes: f.Session.Scopes, Device: true,
			Show: show, Keep: keep,
		})
		return err
	}}
}

// Approve finds the device code in the output of a program, and approves it as jane.
func (f *Fixture) Approve(output string) {
	if code := userCode.FindString(output); code != "" {
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

// Request returns a request for the role's credentials.
func (f *Fixture) Request() broker.Request {
	return broker.Request{Session: f.Session, AccountID: Account, RoleName: Admin, Caller: "test"}
}

// Get gets the role's credentials in a new process.
func (f *Fixture) Get() (ssocache.Credentials, error) {
	a, err := f.Process().Get(f.T.Context(), f.Request())
	return a.Credentials, err
}

// MustGet calls Get, and fails the test on an error.
func (f *Fixture) MustGet() ssocache.Credentials {
	f.T.Helper()
	c, err := f.Get()
	if err != nil {
		f.T.Fatalf("credentials: %v", err)
	}
	return c
}

// Token gets the session's token in a new process.
func (f *Fixture) Token() (ssocache.Token, error) {
	r := broker.Request{Session: f.Session, Purpose: broker.AccessToken}
	a, err := f.Process().Get(f.T.Context(), r)
	return a.Token, err
}

// Stored returns the token that the cache has under key.
func (f *Fixture) Stored(key string) ssocache.Token {
	f.T.Helper()
	tok, err := f.Files.LoadToken(key)
	if err != nil {
		f.T.Fatal(err)
	}
	return tok
}

// SessionFile returns the path of a sidecar file of the session.
func (f *Fixture) SessionFile(suffix string) string {
	return filepath.Join(f.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName(f.Session.StartURL), ".json")+suffix)
}

// Count fails the test unless the operation was called want times.
func (f *Fixture) Count(operation string, want int) {
	f.T.Helper()
	if got := f.Emu.Count(operation); got != want {
		f.T.Errorf("%s was called %d times, want %d", operation, got, want)
	}
}

// Unwritable makes the cache unwritable. Modes do not stop root, so for root the home folder
// gets another owner.
func (f *Fixture) Unwritable() {
	f.T.Helper()
	var err error
	if os.Geteuid() == 0 {
		err = os.Chown(f.Files.Home, 1000, 1000)
	} else {
		for _, dir := range []string{f.Files.SSO(), f.Files.Roles()} {
			err = errors.Join(err, os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o500))
			f.T.Cleanup(func() { _ = os.Chmod(dir, 0o700) }) // else the folder could not be removed
		}
	}
	if err != nil {
		f.T.Fatal(err)
	}
}

package broker_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const account, admin = "111122223333", "AdministratorAccess"

// A world is one home folder and one Identity Center, in a bubble of fake time.
// The brokers of the world share nothing but the folder, as processes do.
type world struct {
	t       *testing.T
	emu     *emulator.Emulator
	files   keystore.Files
	session profile.Session
	names   []string // the session's other names

	// before, if set, sees every request first and may answer it.
	before func(*http.Request) (*http.Response, error)
	warned []string
	hold   func() func()
	ahead  time.Duration // how far the clock of the processes is ahead of the service's
}

// inWorld runs a test in a world of its own.
func inWorld(t *testing.T, c emulator.Config, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		base := emulator.BuiltIn()
		base.TokenLifetime, base.RefreshGrace, base.PortalSession = c.TokenLifetime, c.RefreshGrace, c.PortalSession
		emu, err := emulator.New(base)
		if err != nil {
			t.Fatal(err)
		}
		test(&world{
			t: t, emu: emu,
			files:   keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}},
			session: profile.Session{Name: "corp", StartURL: emu.StartURL(), Region: emu.Region(), Scopes: []string{"sso:account:access"}},
		})
	})
}

// RoundTrip carries a request to the emulator without a network, which a bubble
// of fake time could not wait for.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.before != nil {
		if resp, err := w.before(r); resp != nil || err != nil {
			return resp, err
		}
	}
	return emulatortest.Transport(w.emu).RoundTrip(r)
}

// AWS is on 127.0.0.1:1.
func (w *world) client() *idcenter.Client { return w.clientAt(broker.Endpoints{}) }

func (w *world) clientAt(e broker.Endpoints) *idcenter.Client {
	const aws = "http://127.0.0.1:1"
	c, err := idcenter.New(idcenter.Options{
		Region: w.session.Region, OIDCEndpoint: cmp.Or(e.SignIn.URL, aws), PortalEndpoint: cmp.Or(e.Portal.URL, aws),
		HTTP: &http.Client{Transport: w}, Now: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// now is the processes' clock.
func (w *world) now() time.Time { return time.Now().Add(w.ahead) }

// process is a broker as a new process would make it.
func (w *world) process() *broker.Broker {
	return &broker.Broker{
		Cache:    w.files,
		Connect:  func(_ profile.Session, e broker.Endpoints) (broker.Service, error) { return w.clientAt(e), nil },
		Siblings: func(profile.Session) []string { return w.names },
		Warn:     func(text string) { w.warned = append(w.warned, text) },
		Hold:     w.hold,
		Now:      w.now,
	}
}

func (w *world) login() {
	w.t.Helper()
	_, err := w.process().Login(w.t.Context(), w.session, w.byCode("sso login", w.approve))
	if err != nil {
		w.t.Fatalf("login: %v", err)
	}
	w.emu.ResetCounts()
}

// byCode is a sign-in by a device code, which show shows to the person.
func (w *world) byCode(caller string, show func(string)) broker.SignIn {
	return broker.SignIn{Caller: caller, Do: func(ctx context.Context, keep broker.Keep) error {
		_, err := w.client().SignIn(ctx, idcenter.SignIn{
			SessionName: w.session.Name, StartURL: w.session.StartURL, Scopes: w.session.Scopes, Device: true,
			Show: show, Keep: keep,
		})
		return err
	}}
}

// approve plays the person who reads what a device sign-in shows.
func (w *world) approve(shown string) {
	if code := userCode.FindString(shown); code != "" {
		if err := w.emu.Approve(code, "jane"); err != nil {
			w.t.Error(err)
		}
	}
}

var userCode = regexp.MustCompile(`\b[A-Z]{4}-[A-Z]{4}\b`)

func (w *world) request() broker.Request {
	return broker.Request{Session: w.session, AccountID: account, RoleName: admin, Caller: "test"}
}

// get asks for the role's credentials as a new process.
func (w *world) get() (ssocache.Credentials, error) {
	a, err := w.process().Get(w.t.Context(), w.request())
	return a.Credentials, err
}

func (w *world) mustGet() ssocache.Credentials {
	w.t.Helper()
	c, err := w.get()
	if err != nil {
		w.t.Fatalf("credentials: %v", err)
	}
	return c
}

// token asks for the session's token as a new process.
func (w *world) token() (ssocache.Token, error) {
	r := broker.Request{Session: w.session, Purpose: broker.AccessToken}
	a, err := w.process().Get(w.t.Context(), r)
	return a.Token, err
}

func (w *world) stored(key string) ssocache.Token {
	w.t.Helper()
	tok, err := w.files.LoadToken(key)
	if err != nil {
		w.t.Fatal(err)
	}
	return tok
}

// companion is the path of a file that guards the session.
func (w *world) companion(suffix string) string {
	return filepath.Join(w.files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName(w.session.StartURL), ".json")+suffix)
}

// count checks how often an operation was asked for.
func (w *world) count(operation string, want int) {
	w.t.Helper()
	if got := w.emu.Count(operation); got != want {
		w.t.Errorf("%s was called %d times, want %d", operation, got, want)
	}
}

const refresh = "CreateToken:refresh_token"

// sleep lets fake time pass.
func sleep(d time.Duration) { time.Sleep(d) }

func mustBeEnded(t *testing.T, err error) {
	t.Helper()
	var s *broker.SessionError
	if !errors.As(err, &s) || err.Error() != broker.EndedText {
		t.Errorf("error %v, want the guide's message", err)
	}
}

// unwritable makes the cache a place where nothing can be stored: for root,
// whom modes do not stop, another user's home.
func (w *world) unwritable() {
	w.t.Helper()
	var err error
	if os.Geteuid() == 0 {
		err = os.Chown(w.files.Home, 1000, 1000)
	} else {
		err = errors.Join(os.Chmod(w.files.SSO(), 0o500), os.MkdirAll(w.files.Roles(), 0o500))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

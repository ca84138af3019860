package agent_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const refresh = "CreateToken:refresh_token"

// A world is one home folder, its Identity Center and its agent.
type world struct {
	t       *testing.T
	emu     *emulator.Emulator
	files   keystore.Files
	session profile.Session
	server  *agent.Server

	step   atomic.Int64 // nanoseconds that the clock on the wall was set by
	before func(*http.Request) (*http.Response, error)
}

func newWorld(t *testing.T, c emulator.Config) *world {
	t.Helper()
	base := emulator.BuiltIn()
	base.TokenLifetime, base.PortalSession = c.TokenLifetime, c.PortalSession
	emu, err := emulator.New(base)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, emu: emu,
		files:   keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}},
		session: profile.Session{Name: "corp", StartURL: emu.StartURL(), Region: emu.Region(), Scopes: []string{"sso:account:access"}},
	}
	w.server = &agent.Server{
		Broker: func(_ agent.Settings, _ []string, warn func(string)) *broker.Broker {
			b := w.process()
			b.Warn = warn
			return b
		},
		Watched: func() ([]agent.Watched, error) { return []agent.Watched{{Session: w.session}}, nil },
		Now:     w.now,
	}
	return w
}

// inBubble runs a test in a world whose time is not real.
func inBubble(t *testing.T, c emulator.Config, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newWorld(t, c)) })
}

func (w *world) now() time.Time { return time.Now().Round(0).Add(time.Duration(w.step.Load())) }

// RoundTrip implements [http.RoundTripper].
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.before != nil {
		if resp, err := w.before(r); resp != nil || err != nil {
			return resp, err
		}
	}
	return emulatortest.Transport(w.emu).RoundTrip(r)
}

// A broken network counts what is tried until it is mended.
type brokenNetwork struct {
	mended atomic.Bool
	tries  atomic.Int64
}

func (w *world) breakNetwork() *brokenNetwork {
	n := new(brokenNetwork)
	w.before = func(*http.Request) (*http.Response, error) {
		if n.mended.Load() {
			return nil, nil
		}
		n.tries.Add(1)
		return nil, errors.New("no route to host")
	}
	return n
}

func (w *world) client() *idcenter.Client {
	c, err := idcenter.New(idcenter.Options{
		Region: w.session.Region, OIDCEndpoint: "http://127.0.0.1:1", PortalEndpoint: "http://127.0.0.1:1",
		HTTP: &http.Client{Transport: w},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// process is a broker as a process without an agent has it.
func (w *world) process() *broker.Broker {
	return &broker.Broker{
		Cache: w.files, Now: w.now,
		Connect: func(profile.Session, broker.Endpoints) (broker.Service, error) { return w.client(), nil },
	}
}

var userCode = regexp.MustCompile(`\b[A-Z]{4}-[A-Z]{4}\b`)

func (w *world) login() {
	w.t.Helper()
	_, err := w.process().Login(w.t.Context(), w.session, broker.SignIn{Do: func(ctx context.Context, keep broker.Keep) error {
		_, err := w.client().SignIn(ctx, idcenter.SignIn{
			Keep:        keep,
			SessionName: w.session.Name, StartURL: w.session.StartURL, Scopes: w.session.Scopes, Device: true,
			Show: func(text string) {
				if code := userCode.FindString(text); code != "" {
					if err := w.emu.Approve(code, "jane"); err != nil {
						w.t.Error(err)
					}
				}
			},
		})
		return err
	}})
	if err != nil {
		w.t.Fatalf("login: %v", err)
	}
	w.emu.ResetCounts()
}

func (w *world) logout() {
	w.t.Helper()
	if _, err := w.process().Logout(w.t.Context(), w.session, nil); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) stored() ssocache.Token {
	w.t.Helper()
	tok, err := w.files.LoadToken("corp")
	if err != nil {
		w.t.Fatal(err)
	}
	return tok
}

func (w *world) count(operation string, want int) {
	w.t.Helper()
	if got := w.emu.Count(operation); got != want {
		w.t.Errorf("%s was called %d times, want %d", operation, got, want)
	}
}

// A running agent.
type running struct {
	stop  context.CancelFunc
	ended chan struct{}
}

func (w *world) serve(l net.Listener) running {
	ctx, cancel := context.WithCancel(w.t.Context())
	r := running{cancel, make(chan struct{})}
	go func() {
		defer close(r.ended)
		if err := w.server.Serve(ctx, l); err != nil {
			w.t.Error(err)
		}
	}()
	w.t.Cleanup(func() { cancel(); <-r.ended })
	return r
}

// over says whether the agent has ended by itself.
func (r running) over() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// A deaf listener has no clients, and no network that a bubble could not wait for.
type deaf chan struct{}

func (d deaf) Accept() (net.Conn, error) { <-d; return nil, net.ErrClosed }
func (d deaf) Close() error              { close(d); return nil }
func (d deaf) Addr() net.Addr            { return &net.UnixAddr{} }

// watch runs the agent without clients. Who is given is told of its end.
func (w *world) watch(told ...func([]agent.Watched)) running {
	w.server.End = func(_ context.Context, _ bool, list []agent.Watched) []string {
		for _, tell := range told {
			tell(list)
		}
		return nil
	}
	return w.serve(make(deaf))
}

// The browser of programs under emulator run: the command that BROWSER names, and the
// stand-in that signs in for --auto-approve.

package emulatorcmd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator/awsproxy"
	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// newBrowse returns the command that is the BROWSER of programs under emulator run.
func newBrowse(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use: "browse URL", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Be the browser of a program under emulator run",
		RunE:  func(cmd *cobra.Command, args []string) error { return browse(cmd.Context(), app, args[0]) },
	}
}

// browse opens a page in the user's own browser, with the environment that emulator run
// was started in. With --auto-approve it hands the page to the stand-in browser of emulator
// run instead, and returns before the client has got its callback.
func browse(ctx context.Context, app *command.App, page string) error {
	base := app.Env.Get(urlVariable)
	if base == "" {
		return command.Usagef("%s is not set: this is a part of emulator run", urlVariable)
	}
	page, ours := atEmulator(page, base)
	address := app.Env.Get(standInVariable)
	if address == "" {
		return browser.Open(ctx, page, usersEnvironment(app.Env.Environ()), app.IO.Err)
	}
	if !ours {
		return command.Usagef("%s is no page of the emulator, and nobody is here to look at it", oneLine(page))
	}
	return askStandIn(ctx, address, page)
}

// atEmulator returns the address under which a browser without our proxy finds the page,
// and whether the page is the emulator's.
func atEmulator(page, base string) (at string, ours bool) {
	p, err := url.Parse(page)
	if err != nil {
		return page, false
	}
	b, err := url.Parse(base)
	if err != nil {
		return page, false
	}
	if p.Scheme == "https" && p.User == nil && (p.Port() == "" || p.Port() == "443") && awsproxy.Serves(p.Hostname()) {
		p.Scheme, p.Host = b.Scheme, b.Host
	}
	return p.String(), p.Scheme == b.Scheme && p.Host == b.Host && p.User == nil
}

// askStandIn hands a page to the stand-in browser of the emulator run around us.
func askStandIn(ctx context.Context, address, page string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(page))
	if err != nil {
		return withoutURL(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return fmt.Errorf("emulator run does not answer: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(text)))
	}
	return err
}

const (
	// callbackLimit is how long the stand-in keeps trying to call a client back.
	callbackLimit = time.Minute
	// callbackPause is the pause before it tries again.
	callbackPause = 50 * time.Millisecond
)

// A standIn is the browser of programs under emulator run --auto-approve. It opens
// the emulator's page while the program waits, so that the program learns of a
// page that fails. Then it calls the program back on its own time: the program may
// not answer before its browser command has returned. The AWS CLI does not, because
// Python's webbrowser waits for the command in BROWSER.
//
// A nil *standIn does nothing.
type standIn struct {
	base   string // of the emulator
	path   string // a secret, so that no web page can use it
	client http.Client
	ctx    context.Context // ends with emulator run
	cancel context.CancelFunc
	calls  sync.WaitGroup
	mu     sync.Mutex // guards warn
	warn   func(text, hint string)
}

// newStandIn returns the stand-in browser of the emulator at base.
func newStandIn(base string, warn func(text, hint string)) *standIn {
	s := &standIn{base: base, path: "/_emulator-run/" + rand.Text(), warn: warn}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.client = http.Client{
		Transport: &http.Transport{DisableKeepAlives: true}, // all of it is on this machine: no proxy
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > 10 || !s.ours(req.URL) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
	return s
}

// address returns the URL to which browse reports a page.
func (s *standIn) address() string {
	if s == nil {
		return ""
	}
	return s.base + s.path
}

// beside answers at the stand-in's own address and leaves the rest to next.
func (s *standIn) beside(next http.Handler) http.Handler {
	if s == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != s.path {
			next.ServeHTTP(w, r)
			return
		}
		page, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
		if err == nil {
			err = s.open(string(page))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	})
}

// close ends the calls that are under way.
func (s *standIn) close() {
	if s == nil {
		return
	}
	s.cancel()
	s.calls.Wait()
}

// ours reports whether an address is the emulator's.
func (s *standIn) ours(u *url.URL) bool { return u.Scheme+"://"+u.Host == s.base }

// open opens a page of the emulator and follows its redirects. It follows a redirect to
// the waiting program in the background.
func (s *standIn) open(page string) error {
	u, err := url.Parse(page)
	if err != nil || !s.ours(u) {
		return errors.New("this is no page of the emulator")
	}
	a, err := s.get(u, 10*time.Second)
	if err != nil {
		return err
	}
	switch {
	case a.to == nil && a.code == http.StatusOK:
		return nil // the end of a sign-in by code
	case a.to == nil || s.ours(a.to):
		return fmt.Errorf("the sign-in page answered %s", a.status)
	}
	s.calls.Go(func() { s.callBack(a.to) })
	return nil
}

// callBack brings the answer of a sign-in to the program. The address holds the
// authorization code and is never printed.
func (s *standIn) callBack(to *url.URL) {
	a, err := s.get(to, callbackLimit)
	for start := time.Now(); notListening(err) && time.Since(start) < callbackLimit; {
		if sleep.For(s.ctx, callbackPause) != nil {
			return
		}
		a, err = s.get(to, callbackLimit)
	}
	if err == nil && a.code >= http.StatusBadRequest {
		err = errors.New("it answered " + a.status)
	}
	if err != nil && s.ctx.Err() == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.warn(fmt.Sprintf("the program that signs in did not take the answer at %s: %v", to.Host, err), "")
	}
}

// An answer is what a page replied, without its body.
type answer struct {
	code   int
	status string   // the code with its text
	to     *url.URL // where it redirects; nil for nowhere
}

// get requests the address and drops the body of the answer.
func (s *standIn) get(u *url.URL, limit time.Duration) (answer, error) {
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return answer{}, withoutURL(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, withoutURL(err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	to, redirect := resp.Location()
	if redirect != nil {
		to = nil // there is no redirect, or none that can be followed
	}
	return answer{resp.StatusCode, resp.Status, to}, err
}

// notListening reports whether err means that no program listens there yet.
func notListening(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// withoutURL returns the cause of an error of net/http, which names the whole URL.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

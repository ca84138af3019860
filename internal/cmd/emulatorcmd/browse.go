// The browser of programs under emulator run. It is the command in BROWSER, or with
// --auto-approve the auto-approve browser.

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

// newBrowse returns the command that BROWSER names for programs under emulator run.
func newBrowse(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use: "browse URL", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Act as the browser of a program under emulator run",
		RunE:  func(cmd *cobra.Command, args []string) error { return browse(cmd.Context(), app, args[0]) },
	}
}

// browse opens a page in the user's browser, with the user's environment. With --auto-approve,
// browse sends the page to the auto-approve browser of emulator run. Then it returns before the
// client gets its callback.
func browse(ctx context.Context, app *command.App, page string) error {
	base := app.Env.Get(urlVariable)
	if base == "" {
		return command.Usagef("%s is not set; only emulator run starts this command", urlVariable)
	}
	page, isEmulator := atEmulator(page, base)
	address := app.Env.Get(approverVariable)
	if address == "" {
		return browser.Open(ctx, page, usersEnvironment(app.Env.Environ()), app.IO.Err)
	}
	if !isEmulator {
		return command.Usagef("%s is not a page of the emulator; --auto-approve opens no other pages", oneLine(page))
	}
	return askApprover(ctx, address, page)
}

// atEmulator returns the address where a browser without the proxy reaches the page. isEmulator
// reports whether the page belongs to the emulator.
func atEmulator(page, base string) (address string, isEmulator bool) {
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

// askApprover sends a page to the auto-approve browser of emulator run.
func askApprover(ctx context.Context, address, page string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(page))
	if err != nil {
		return withoutURL(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return fmt.Errorf("emulator run does not respond: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(text)))
	}
	return err
}

const (
	// callbackLimit is how long the auto-approve browser tries to reach the client's callback.
	callbackLimit = time.Minute
	// callbackPause is the pause between two attempts.
	callbackPause = 50 * time.Millisecond
)

// An approver is the browser of programs under emulator run --auto-approve. A nil *approver does
// nothing.
//
// The approver opens the emulator's page while the program waits, so the program gets the error
// if the page fails. The approver calls the program's callback in the background, because a
// program may not accept the callback before its browser command returns. The AWS CLI is such a
// program: Python's webbrowser waits for the command in BROWSER.
type approver struct {
	base   string // the base URL of the emulator
	path   string // secret, so that web pages cannot use the approver
	client http.Client
	ctx    context.Context // ends with emulator run
	cancel context.CancelFunc
	calls  sync.WaitGroup
	mu     sync.Mutex // guards warn
	warn   func(text, hint string)
}

// newApprover returns the auto-approve browser of the emulator at base.
func newApprover(base string, warn func(text, hint string)) *approver {
	s := &approver{base: base, path: "/_emulator-run/" + rand.Text(), warn: warn}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.client = http.Client{
		Transport: &http.Transport{DisableKeepAlives: true}, // all requests stay on this machine, so they need no proxy
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > 10 || !s.isEmulator(req.URL) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
	return s
}

// address returns the URL to which browse sends a page.
func (s *approver) address() string {
	if s == nil {
		return ""
	}
	return s.base + s.path
}

// wrap returns a handler for the auto-approve browser's address. The handler passes all other
// requests to next.
func (s *approver) wrap(next http.Handler) http.Handler {
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

// close cancels the running callbacks.
func (s *approver) close() {
	if s == nil {
		return
	}
	s.cancel()
	s.calls.Wait()
}

// isEmulator reports whether a URL belongs to the emulator.
func (s *approver) isEmulator(u *url.URL) bool { return u.Scheme+"://"+u.Host == s.base }

// open opens a page of the emulator and follows its redirects. It follows a redirect to
// the client in the background.
func (s *approver) open(page string) error {
	u, err := url.Parse(page)
	if err != nil || !s.isEmulator(u) {
		return errors.New("not a page of the emulator")
	}
	a, err := s.get(u, 10*time.Second)
	if err != nil {
		return err
	}
	switch {
	case a.to == nil && a.code == http.StatusOK:
		return nil // this is the last page of a sign-in with a device code
	case a.to == nil || s.isEmulator(a.to):
		return fmt.Errorf("the sign-in page returned %s", a.status)
	}
	s.calls.Go(func() { s.callBack(a.to) })
	return nil
}

// callBack sends the result of a sign-in to the client. The callback URL contains the authorization
// code, so callBack does not print it.
func (s *approver) callBack(callback *url.URL) {
	a, err := s.get(callback, callbackLimit)
	for start := time.Now(); notListening(err) && time.Since(start) < callbackLimit; {
		if sleep.For(s.ctx, callbackPause) != nil {
			return
		}
		a, err = s.get(callback, callbackLimit)
	}
	if err == nil && a.code >= http.StatusBadRequest {
		err = errors.New("status " + a.status)
	}
	if err != nil && s.ctx.Err() == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.warn(fmt.Sprintf("the client rejected its callback at %s: %v", callback.Host, err), "")
	}
}

// A reply is the response to a request for a page, without the body.
type reply struct {
	code   int
	status string   // code and text
	to     *url.URL // the target of a redirect, or nil
}

// get requests the URL and discards the body of the response.
func (s *approver) get(u *url.URL, limit time.Duration) (reply, error) {
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return reply{}, withoutURL(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return reply{}, withoutURL(err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	to, redirect := resp.Location()
	if redirect != nil {
		to = nil // the response is no redirect, or a malformed one
	}
	return reply{resp.StatusCode, resp.Status, to}, err
}

// notListening reports whether err means that no program listens at the address.
func notListening(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// withoutURL returns the cause of an error of net/http. The text of the error itself contains the
// whole URL.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

package idcenter

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// This file has the sign-in in the browser: the page that the user visits, and the callback
// server that receives the redirect. device.go has the sign-in by device code.

// signInByBrowser signs in by the authorization code grant with PKCE (RFC 7636) and a
// loopback redirect (RFC 8252, section 7.3). It listens before it makes a request, so that it
// can report a port in use first.
func (c *Client) signInByBrowser(ctx context.Context, s SignIn) (Result, error) {
	cb, err := listen(s.CallbackPort)
	if err != nil {
		return Result{}, err
	}
	defer cb.close(ctx)
	if s.Timeout <= 0 {
		s.Timeout = defaultTimeout
	}
	waiting, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	var last *round
	res, err := c.withRegistration(ctx, s, func(reg Registration) (Grant, error) {
		last = cb.expect(newState())
		grant, err := c.authorize(ctx, waiting, s, reg, cb, last)
		if err != nil {
			taken, _ := last.answered()
			var refused *CallbackError
			if !taken || errors.As(err, &refused) && refused.Code != "access_denied" {
				c.drop(s, reg)
			}
			last.finish(err)
		}
		return grant, err
	})
	if err == nil {
		err = s.Keep(ctx, res)
		last.finish(err)
	}
	return res, err
}

// authorize sends the user to the service, and exchanges the code from the callback for a
// grant. waiting is ctx with the time limit for the user. The callback page waits for the
// result.
func (c *Client) authorize(ctx, waiting context.Context, s SignIn, reg Registration, cb *callback, round *round) (Grant, error) {
	verifier := newVerifier()
	s.Listening(cb.port)
	target := c.authorizeURL(reg, s.scopes(), cb.redirectURL(), round.state, verifier)
	byCode := "run this command again with the '--use-device-code' option"
	if s.ByCode != "" {
		byCode = "run: " + s.ByCode
	}
	var failed <-chan error
	if s.NoBrowser {
		s.Show("Browser will not be automatically opened.\nPlease visit the following URL:\n\n" + target + "\n")
	} else {
		s.Show("Attempting to open your default browser. If the browser does not open, open the following URL.\n" +
			"If you are unable to open the URL on this device, " + byCode + ".\n\n" +
			target + "\n\n")
		failed = s.open(ctx, target)
	}

	done := s.Waiting(s.Timeout)
	code, err := s.await(waiting, cb, round, failed)
	done()
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return Grant{}, err
	}
	grant, err := c.createToken(ctx, reg, &ssooidc.CreateTokenInput{
		GrantType:    new(grantCode),
		Code:         new(code.Reveal()),
		CodeVerifier: new(verifier.Reveal()),
		RedirectUri:  new(cb.redirectURL()),
	}, 0)
	return grant, expired(err)
}

// await returns the code from the browser, or from the address that the user pastes. failed
// receives an error if the browser cannot be opened.
func (s SignIn) await(waiting context.Context, cb *callback, round *round, failed <-chan error) (secret.String, error) {
	for {
		select {
		case err := <-failed:
			s.notOpened(err)
		case got := <-round.got:
			return got.code, got.err
		case <-waiting.Done():
			return secret.String{}, ErrExpired
		case text, open := <-s.Pasted:
			if !open {
				s.Pasted = nil
			} else if !cb.pasted(round, text) {
				s.Show("This is not the address that the browser shows after the sign-in. Paste the address that begins with " + cb.redirectURL() + "?\n")
			}
		}
	}
}

// expired returns ErrExpired if the service refused a code because it has expired.
func expired(err error) error {
	var refusal *ServiceError
	if errors.As(err, &refusal) && refusal.is("ExpiredTokenException", "expired_token") {
		return ErrExpired
	}
	return err
}

// authorizeURL returns the URL at which the user signs in. The parameters have the AWS CLI's
// order. The service expects "scopes", not OAuth's "scope".
func (c *Client) authorizeURL(reg Registration, scopes []string, redirect, state string, verifier secret.String) string {
	challenge := sha256.Sum256([]byte(verifier.Reveal()))
	var b strings.Builder
	b.WriteString(c.oidcURL + "/authorize?response_type=code")
	for _, p := range [][2]string{
		{"client_id", reg.ClientID},
		{"redirect_uri", redirect},
		{"state", state},
		{"code_challenge_method", "S256"},
		{"scopes", strings.Join(scopes, " ")},
		{"code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:])},
	} {
		b.WriteString("&" + p[0] + "=" + strings.ReplaceAll(url.QueryEscape(p[1]), "+", "%20"))
	}
	return b.String()
}

// newVerifier returns a PKCE verifier of 64 characters with 6 random bits each (RFC 7636,
// section 4.1).
func newVerifier() secret.String {
	b := make([]byte, 48)
	_, _ = rand.Read(b) // never fails
	return secret.New(base64.RawURLEncoding.EncodeToString(b))
}

// newState returns a random UUID (RFC 9562, version 4).
func newState() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

const (
	headerBudget = 5 * time.Second        // for the headers of a request to the callback server
	pageBudget   = 30 * time.Second       // how long the callback page waits for the tokens
	followBudget = time.Second            // how long close waits for the browser to follow the redirect to the page
	leaveBudget  = 500 * time.Millisecond // how long close waits for the end of a response
)

// A CallbackError is the error that the service sent through the browser instead of a code.
type CallbackError struct {
	Code        string // OAuth's error, "access_denied"
	Description string // may be empty
}

func (e *CallbackError) Error() string {
	details := [][2]string{{"error", e.Code}}
	if e.Description != "" {
		details = append(details, [2]string{"error_description", e.Description})
	}
	return "Error loading authorization code: Failed to retrieve an authorization code." + detailsText(details)
}

// Is reports whether e is ErrInvalidClient or ErrUnauthorizedClient.
func (e *CallbackError) Is(target error) bool {
	switch target {
	case ErrInvalidClient:
		return e.Code == "invalid_client"
	case ErrUnauthorizedClient:
		return e.Code == "unauthorized_client"
	}
	return false
}

// A callback is the web server on 127.0.0.1 that receives the browser's redirect. Any program
// and any web page on this machine can send requests to this server. The server answers a
// request without the sign-in's state with status 400, and changes nothing.
type callback struct {
	host   string // "127.0.0.1:PORT"
	port   int
	server *http.Server

	mu    sync.Mutex
	round *round // the current attempt
}

// A round is one attempt to sign in, with its own state and code.
type round struct {
	state string
	got   chan outcome  // receives the first answer
	over  chan struct{} // closed by finish
	seen  chan struct{} // closed when the browser has got the result page

	mu      sync.Mutex
	taken   bool  // an answer has arrived
	visited bool  // an answer has arrived from a browser
	failure error // the result; valid after over is closed
	shown   sync.Once
}

// An outcome is the answer of the service that the browser delivers.
type outcome struct {
	code secret.String
	err  error
}

// listen starts the server. Port 0 means any free port.
func listen(port int) (*callback, error) {
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("Unable to initialize the OAuth 2.0 authorization callback handler: %w \n "+
			"You may use --use-device-code to fall back to the device code flow which does not require the callback handler.", err)
	}
	cb := &callback{host: listener.Addr().String(), port: listener.Addr().(*net.TCPAddr).Port}
	cb.server = &http.Server{
		Handler:           http.HandlerFunc(cb.serve),
		ReadHeaderTimeout: headerBudget,
		IdleTimeout:       headerBudget,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // the log would quote requests of other programs
	}
	cb.server.SetKeepAlivesEnabled(false)
	go func() { _ = cb.server.Serve(listener) }() // ends with the listener
	return cb, nil
}

// redirectURL returns the URL to which the service redirects the browser.
func (cb *callback) redirectURL() string { return "http://" + cb.host + redirectPath }

// expect starts a round.
func (cb *callback) expect(state string) *round {
	r := &round{state: state, got: make(chan outcome, 1), over: make(chan struct{}), seen: make(chan struct{})}
	cb.mu.Lock()
	defer cb.mu.Unlock()
	cb.round = r
	return r
}

func (cb *callback) serve(w http.ResponseWriter, req *http.Request) {
	cb.mu.Lock()
	r := cb.round
	cb.mu.Unlock()
	strict(w.Header())
	taken := false
	if r != nil {
		taken, _ = r.answered()
	}
	switch {
	case r == nil || req.Method != http.MethodGet || req.Host != cb.host:
	case req.URL.Path == redirectPath:
		if page := r.answer(req.URL.RawQuery, true); page != "" {
			// Redirect, so that the URL with the code does not stay in the browser's history.
			w.Header().Set("Location", page)
			w.WriteHeader(http.StatusSeeOther)
			return
		}
	case (req.URL.Path == donePath || req.URL.Path == failedPath) && taken:
		r.show(w, req)
		return
	}
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, strangerPage())
}

// answer reads the query of a redirect. It returns the path of the page to show, or "" if the
// query is not an answer to this round. Only the first answer counts: a reload or a prefetch
// leads to the same page and changes nothing. visit means that the answer comes from a
// browser, not from the user's paste.
func (r *round) answer(rawQuery string, visit bool) (page string) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil || len(query["state"]) != 1 || len(query["code"]) > 1 || len(query["error"]) > 1 ||
		subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(r.state)) != 1 {
		return ""
	}
	got := outcome{code: secret.New(query.Get("code"))}
	page = donePath
	switch {
	case query.Get("error") != "":
		got.err = &CallbackError{Code: clean(query.Get("error")), Description: clean(query.Get("error_description"))}
		page = failedPath
	case got.code.IsZero():
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.visited = r.visited || visit
	if !r.taken {
		r.taken = true
		r.got <- got
	}
	return page
}

// pasted reads the address that the user pasted, and reports whether it contains an answer.
func (cb *callback) pasted(r *round, text secret.String) bool {
	u, err := url.Parse(strings.TrimSpace(text.Reveal()))
	return err == nil && u.Scheme == "http" && u.Host == cb.host && u.User == nil && u.Path == redirectPath &&
		r.answer(u.RawQuery, false) != ""
}

// answered reports whether an answer has arrived, and whether a browser sent an answer.
func (r *round) answered() (taken, visited bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken, r.visited
}

// finish ends the round, so that the page can show the result. err is nil after a success.
func (r *round) finish(err error) {
	r.failure = err
	close(r.over)
}

// close stops the server. If a browser has delivered an answer, close first waits a short
// time, until the browser has got the page. The end of ctx also ends the wait.
func (cb *callback) close(ctx context.Context) {
	cb.mu.Lock()
	r := cb.round
	cb.mu.Unlock()
	if r != nil {
		if _, visited := r.answered(); visited {
			select {
			case <-r.seen:
			case <-time.After(followBudget):
			case <-ctx.Done():
			}
		}
	}
	leave, cancel := context.WithTimeout(ctx, leaveBudget)
	defer cancel()
	_ = cb.server.Shutdown(leave) // Close ends connections that are still open
	_ = cb.server.Close()
}

// The paths of the result pages. Their URLs contain no code and no state.
const (
	donePath   = "/oauth/done"
	failedPath = "/oauth/failed"
)

// show waits until the round is over and sends the page with the result. Success and failure
// have different URLs, so that a reload cannot show the wrong page.
func (r *round) show(w http.ResponseWriter, req *http.Request) {
	select {
	case <-r.over:
	case <-req.Context().Done():
		return
	case <-time.After(pageBudget):
		w.WriteHeader(http.StatusGatewayTimeout)
		_, _ = io.WriteString(w, waitingPage())
		return
	}
	right := donePath
	if r.failure != nil {
		right = failedPath
	}
	if req.URL.Path != right {
		w.Header().Set("Location", right)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	if r.failure == nil {
		_, _ = io.WriteString(w, successPage())
	} else {
		_, _ = io.WriteString(w, failurePage(r.failure))
	}
	r.shown.Do(func() { close(r.seen) })
}

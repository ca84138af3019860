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

// The sign-in in the browser: the page that the user visits, and the port at which the
// browser comes back. device.go has the other way to sign in.

// signInByBrowser is the authorization code grant with PKCE (RFC 7636) and a
// loopback redirect (RFC 8252, section 7.3). It listens before it asks the
// service for anything, so that a port in use is told at once.
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

// authorize sends the person to the service and changes the code they bring back
// for a grant. waiting is ctx with the time that the person has. The page of the
// round waits for its result.
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

	code, err := s.await(waiting, cb, round, failed)
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

// await returns the code from the browser, or the one that the user pastes. failed
// brings the error of the browser.
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
				s.Show("That is not the address at which the browser ended. It begins with " + cb.redirectURL() + "?\n")
			}
		}
	}
}

// expired makes the service's refusal of a code whose time is over ErrExpired.
func expired(err error) error {
	var refusal *ServiceError
	if errors.As(err, &refusal) && refusal.is("ExpiredTokenException", "expired_token") {
		return ErrExpired
	}
	return err
}

// authorizeURL is where the person signs in. The parameters have the AWS CLI's
// order; the service's name of one is scopes, not OAuth's scope.
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

// newVerifier returns a PKCE verifier: 64 characters, 6 random bits each. (RFC
// 7636, section 4.1, allows 66 characters; 64 of them make every one as likely.)
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
	headerBudget = 5 * time.Second        // a visitor's, to say what they want
	pageBudget   = 30 * time.Second       // how long a page waits for the tokens
	followBudget = time.Second            // how long we stay for a browser that has yet to follow the redirect
	leaveBudget  = 500 * time.Millisecond // how long we stay for the last byte of a page
)

// A CallbackError is the error that the browser brought back from the service instead of
// a code.
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

// A callback is the web server on 127.0.0.1 to which the browser comes back. Any
// program and any web page on this machine can speak to it. A request without our state
// gets 400 and changes nothing.
type callback struct {
	host   string // "127.0.0.1:PORT"
	port   int
	server *http.Server

	mu    sync.Mutex
	round *round // the sign-in that is waited for
}

// A round is one try to sign in: one state, one code.
type round struct {
	state string
	got   chan outcome  // gets the first answer
	over  chan struct{} // closed by finish
	seen  chan struct{} // closed when the person has been shown how it ended

	mu      sync.Mutex
	taken   bool  // there was an answer
	visited bool  // the browser itself brought one
	failure error // how it ended; valid after over
	shown   sync.Once
}

// An outcome is the answer that the browser brought.
type outcome struct {
	code secret.String
	err  error
}

// listen starts the server; 0 is any free port.
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
		ErrorLog:          log.New(io.Discard, "", 0), // it would quote visitors
	}
	cb.server.SetKeepAlivesEnabled(false)
	go func() { _ = cb.server.Serve(listener) }() // ends with the listener
	return cb, nil
}

// redirectURL returns where the service shall send the browser.
func (cb *callback) redirectURL() string { return "http://" + cb.host + redirectPath }

// expect begins a round.
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
			// Away from the URL with the code: it must not stay in the history.
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

// answer takes the query of a redirect and returns the page to go on to; "" if
// it is not an answer to this round. Only the first one counts: what a reload or
// a prefetch sends again leads to the same page and changes nothing. visit says
// that it is a browser that waits for that page.
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

// pasted takes an answer that the user pasted, and reports whether it is one.
func (cb *callback) pasted(r *round, text secret.String) bool {
	u, err := url.Parse(strings.TrimSpace(text.Reveal()))
	return err == nil && u.Scheme == "http" && u.Host == cb.host && u.User == nil && u.Path == redirectPath &&
		r.answer(u.RawQuery, false) != ""
}

// answered reports whether there was an answer, and whether a browser brought one.
func (r *round) answered() (taken, visited bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken, r.visited
}

// finish tells the page how the round ended, err nil being success.
func (r *round) finish(err error) {
	r.failure = err
	close(r.over)
}

// close stays until a browser that brought an answer has been shown the page,
// but not for long, and ends the server. A cancelled ctx ends it at once.
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
	_ = cb.server.Shutdown(leave) // a silent visitor holds it up: then Close
	_ = cb.server.Close()
}

// The pages on which a sign-in ends. Their URLs carry nothing.
const (
	donePath   = "/oauth/done"
	failedPath = "/oauth/failed"
)

// show holds the visitor until the round is over, and tells them how it ended.
// Success has a URL of its own, so that a reload of it cannot show a failure.
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

package emulatortest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator"
)

// pageLimit is the largest number of pages in a sign-in.
const pageLimit = 12

// SignIn plays a user with a new browser. It opens the URL that a program printed, signs in as
// the user, allows the request, and follows the redirect to the program. The address is the URL
// of /authorize, or the complete verification URL of a device with the code.
//
// SignIn returns an error if a page or the program reports a failure.
func (s *Server) SignIn(ctx context.Context, address, user string) error {
	return s.visit(ctx, address, user, "allow")
}

// Refuse plays a user who signs in and then denies the request of the program. It returns the
// errors of [Server.SignIn], except the error that reports the denial.
func (s *Server) Refuse(ctx context.Context, address, user string) error {
	err := s.visit(ctx, address, user, "deny")
	if errors.Is(err, errDenied) {
		return nil
	}
	return err
}

var errDenied = errors.New("access_denied")

func (s *Server) visit(ctx context.Context, address, user, decision string) error {
	v, err := newVisitor(s, user, decision)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("sign in as %s: %w", user, err)
	}
	for range pageLimit {
		if req, err = v.open(req); err != nil {
			return fmt.Errorf("sign in as %s: %w", user, err)
		}
		if req == nil {
			return nil
		}
	}
	return fmt.Errorf("sign in as %s: more than 12 pages at %s", user, address)
}

// A visitor is a user with a browser.
type visitor struct {
	server   *Server
	user     emulator.User
	decision string
	browser  http.Client
	tried    bool // the visitor has sent the sign-in form
}

func newVisitor(s *Server, user, decision string) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{server: s, user: emulator.User{Name: user}, decision: decision}
	v.browser = http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, u := range s.Users() {
		if u.Name == user {
			v.user = u
		}
	}
	return v, nil
}

// open loads a page and returns the next request. It returns nil at the end of the sign-in.
func (v *visitor) open(req *http.Request) (*http.Request, error) {
	resp, err := v.browser.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", req.URL.Path, err)
	}
	if to := resp.Header.Get("Location"); to != "" && resp.StatusCode/100 == 3 {
		u, err := req.URL.Parse(to)
		if err != nil {
			return nil, fmt.Errorf("redirect from %s: %w", req.URL.Path, err)
		}
		return http.NewRequestWithContext(req.Context(), http.MethodGet, u.String(), nil)
	}
	if "http://"+req.URL.Host != v.server.URL {
		return nil, atProgram(req.URL, resp.StatusCode)
	}
	return v.act(req, pageOf(string(b)))
}

// atProgram returns the result of the sign-in from the program's own page.
func atProgram(u *url.URL, status int) error {
	switch code := u.Query().Get("error"); {
	case code == "access_denied":
		return errDenied
	case code != "":
		return fmt.Errorf("the sign-in failed with %s: %s", code, u.Query().Get("error_description"))
	case status >= 400:
		return fmt.Errorf("the program returned status %d for %s", status, u.Path)
	}
	return nil
}

// act fills the form of the page and returns the request that submits it.
func (v *visitor) act(req *http.Request, pg page) (*http.Request, error) {
	switch pg.id {
	case "signin":
		if v.tried && !pg.fields.Has("code") {
			return nil, errors.New(pg.message)
		}
		v.tried = true
		pg.fields.Set("username", v.user.Name)
		pg.fields.Set("password", v.user.Password)
		if pg.fields.Has("code") {
			code, err := emulator.TOTPCode(v.user.TOTP, v.server.Now())
			if err != nil {
				return nil, err
			}
			if pg.message != "" && strings.Contains(pg.message, "wrong") {
				return nil, errors.New(pg.message)
			}
			pg.fields.Set("code", code)
		}
	case "device":
		if pg.message != "" || pg.fields.Get("user_code") == "" {
			return nil, fmt.Errorf("device page: %s", pg.message)
		}
	case "consent", "confirm":
		pg.fields.Set("decision", v.decision)
	case "done":
		return nil, nil
	default:
		return nil, fmt.Errorf("page %q says: %s", pg.id, pg.message)
	}
	u, err := req.URL.Parse(pg.action)
	if err != nil {
		return nil, fmt.Errorf("form of page %q: %w", pg.id, err)
	}
	next, err := http.NewRequestWithContext(req.Context(), http.MethodPost, u.String(), strings.NewReader(pg.fields.Encode()))
	if err != nil {
		return nil, err
	}
	next.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	next.Header.Set("Origin", v.server.URL)
	return next, nil
}

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

// pageLimit is how many pages a person looks at before giving up.
const pageLimit = 12

// SignIn plays a person with a new browser: it opens an address that a program
// has printed, signs in as the user, allows what is asked for, and follows the
// way back to the program. The address is that of /authorize, or the complete
// verification address of a device (the one with the code in it).
//
// It returns an error if a page or the program's answer shows a failure.
func (s *Server) SignIn(ctx context.Context, address, user string) error {
	return s.visit(ctx, address, user, "allow")
}

// Refuse plays a person who signs in as the user and then refuses what the
// program asks for. Its errors are those of [Server.SignIn], but for the refusal.
func (s *Server) Refuse(ctx context.Context, address, user string) error {
	err := s.visit(ctx, address, user, "deny")
	if errors.Is(err, errRefused) {
		return nil
	}
	return err
}

var errRefused = errors.New("access_denied")

func (s *Server) visit(ctx context.Context, address, user, decision string) error {
	p, err := newPerson(s, user, decision)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("sign in as %s: %w", user, err)
	}
	for range pageLimit {
		if req, err = p.open(req); err != nil {
			return fmt.Errorf("sign in as %s: %w", user, err)
		}
		if req == nil {
			return nil
		}
	}
	return fmt.Errorf("sign in as %s: %s leads round in circles", user, address)
}

// A person has a browser and knows a password.
type person struct {
	server   *Server
	user     emulator.User
	decision string
	browser  http.Client
	tried    bool // the sign-in form was sent
}

func newPerson(s *Server, user, decision string) (*person, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	p := &person{server: s, user: emulator.User{Name: user}, decision: decision}
	p.browser = http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, u := range s.Users() {
		if u.Name == user {
			p.user = u
		}
	}
	return p, nil
}

// open loads a page and returns the request that follows from it; nil at the end.
func (p *person) open(req *http.Request) (*http.Request, error) {
	resp, err := p.browser.Do(req)
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
	if "http://"+req.URL.Host != p.server.URL {
		return nil, atProgram(req.URL, resp.StatusCode)
	}
	return p.act(req, pageOf(string(b)))
}

// atProgram judges the end of the way: the program's own page.
func atProgram(u *url.URL, status int) error {
	switch code := u.Query().Get("error"); {
	case code == "access_denied":
		return errRefused
	case code != "":
		return fmt.Errorf("the sign-in ended with %s: %s", code, u.Query().Get("error_description"))
	case status >= 400:
		return fmt.Errorf("the program answered %s with status %d", u.Path, status)
	}
	return nil
}

// act does what the page asks for.
func (p *person) act(req *http.Request, pg page) (*http.Request, error) {
	switch pg.id {
	case "signin":
		if p.tried && !pg.fields.Has("code") {
			return nil, errors.New(pg.message)
		}
		p.tried = true
		pg.fields.Set("username", p.user.Name)
		pg.fields.Set("password", p.user.Password)
		if pg.fields.Has("code") {
			code, err := emulator.TOTPCode(p.user.TOTP, p.server.Now())
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
		pg.fields.Set("decision", p.decision)
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
	next.Header.Set("Origin", p.server.URL)
	return next, nil
}

// The pages for browsers: paths, cookies, forms, and the sign-in page.

package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
	"github.com/lanyard-cli/lanyard/emulator/web"
)

// The paths of the pages. The browser sends the cookie to all of these paths.
const (
	startPath   = "/start/"
	signInPath  = "/start/signin"
	signOutPath = "/start/signout"
	consentPath = "/start/authorize"
	devicePath  = "/start/device"
	keysPath    = "/start/keys"
	consolePath = "/start/console"
	stylePath   = "/start/style.css"
	scriptPath  = "/start/shortcut.js"
)

// addPages adds the routes of the pages.
func (e *Emulator) addPages(routes map[string]*route) {
	page := func(name string, f func(*call) response) *operation {
		return &operation{name: name, run: f, fail: func(c *call, err *apiError) response {
			return e.failurePage(c, err.status, "Something went wrong", err.message)
		}}
	}
	add := func(path string, methods map[string]*operation) {
		routes[path] = &route{methods: methods, other: func(c *call) response {
			return e.failurePage(c, http.StatusMethodNotAllowed, "Method not allowed", "This page does not accept requests of this kind.")
		}}
	}
	add("/authorize", map[string]*operation{"GET": page("Authorize", e.authorize)})
	add(consentPath, map[string]*operation{"GET": page("Page", e.consent), "POST": page("Page", e.form(e.consented))})
	add(signInPath, map[string]*operation{"GET": page("Page", e.signIn), "POST": page("Page", e.form(e.signedIn))})
	add(devicePath, map[string]*operation{"GET": page("Page", e.deviceEntry), "POST": page("Page", e.form(e.deviceEntered))})
	add(startPath, map[string]*operation{"GET": page("Page", e.portalPage)})
	add(keysPath, map[string]*operation{"GET": page("Page", e.keysPage)})
	add(consolePath, map[string]*operation{"GET": page("Page", e.toConsole)})
	add(signOutPath, map[string]*operation{"POST": page("Page", e.form(e.signOut))})
	for _, path := range []string{"/", "/start"} { // for users who type the address by hand
		add(path, map[string]*operation{"GET": page("Page", func(*call) response { return redirect(startPath) })})
	}
	federation := &operation{name: "Federation", rename: federationAction, run: e.federation, fail: failText}
	add("/federation", map[string]*operation{"GET": federation, "POST": federation})
	for path, file := range map[string]struct {
		kind string
		data []byte
	}{stylePath: {"text/css; charset=utf-8", web.Style()}, scriptPath: {"text/javascript; charset=utf-8", web.Script()}} {
		add(path, map[string]*operation{"GET": page("Page", func(*call) response {
			return response{http.StatusOK, http.Header{"Content-Type": {file.kind}, "Cache-Control": {"max-age=300"}, "X-Content-Type-Options": {"nosniff"}}, file.data}
		})})
	}
}

// A visit is a request of a browser, with the data of its cookie.
type visit struct {
	cookie string // the value of the cookie; never ""
	fresh  bool   // the response must set the cookie
	user   string // "" if no user is signed in
	id     string // the id of the session
}

// visit returns the data of the browser's cookie. If the browser sent no cookie, visit makes a
// new cookie.
func (e *Emulator) visit(c *call) visit {
	if ck, err := c.Cookie(e.cookie); err == nil {
		if id, ok := e.seal.Open(seal.Cookie, ck.Value); ok {
			v := visit{cookie: ck.Value}
			defer e.lock()()
			if s, ok := e.sessions.get(id, c.now); ok {
				v.user, v.id = s.user, s.id
			}
			return v
		}
	}
	return visit{cookie: e.seal.Seal(seal.Cookie, e.random.Bytes(16)), fresh: true}
}

// form returns a handler for a form. The handler calls f if the form came from a page of this
// emulator in the same browser.
func (e *Emulator) form(f func(*call, visit, url.Values) response) func(*call) response {
	return func(c *call) response {
		in, err := url.ParseQuery(string(c.body))
		v := e.visit(c)
		origin := c.Header.Get("Origin") // browsers send it with each form
		switch {
		case err != nil:
			return e.failurePage(c, http.StatusBadRequest, "The form is not valid", "The emulator could not read the form. Go back and try again.")
		case v.fresh, !hmac.Equal([]byte(in.Get("csrf")), []byte(e.csrf(v))), origin != "" && origin != baseURL(c):
			return e.failurePage(c, http.StatusForbidden, "This form is no longer valid",
				"The page was too old, or it came from another browser or site. Go back to your program and start again.")
		}
		return f(c, v, in)
	}
}

// csrf returns the token that a form from this browser must contain.
func (e *Emulator) csrf(v visit) string {
	return base64.RawURLEncoding.EncodeToString(e.seal.MAC("csrf", v.cookie))
}

// show renders a page. The browser can send the page's form only to the emulator. It can follow
// redirects only to the emulator and to the origin formTo. If formTo is "", it can follow
// redirects only to the emulator.
func (e *Emulator) show(c *call, status int, v visit, name string, p web.Page, formTo string) response {
	p.CSRF, p.User, p.StartURL = e.csrf(v), v.user, e.config().StartURL
	b, err := e.pages.Render(name, p)
	if err != nil {
		e.config().Log.Error("page", "name", name, "err", err)
		return failUnknown(c)
	}
	scripts := ""
	if name == "signin" || name == "portal" {
		scripts = "script-src 'self'; "
	}
	out := response{status, http.Header{
		"Content-Type":               {"text/html; charset=utf-8"},
		"Cache-Control":              {"no-store"},
		"Content-Security-Policy":    {strings.TrimSpace("default-src 'none'; " + scripts + "style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' " + formTo)},
		"X-Content-Type-Options":     {"nosniff"},
		"X-Frame-Options":            {"DENY"},
		"Referrer-Policy":            {"same-origin"},
		"Cross-Origin-Opener-Policy": {"same-origin"},
	}, b}
	if v.fresh && strings.HasPrefix(c.URL.Path, startPath) { // browsers send the cookie only to these paths
		e.setCookie(c, out, v.cookie)
	}
	return out
}

func (e *Emulator) setCookie(c *call, out response, value string) {
	out.header.Add("Set-Cookie", (&http.Cookie{
		Name: e.cookie, Value: value, Path: startPath, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.TLS != nil,
	}).String())
}

// failurePage returns an error page.
func (e *Emulator) failurePage(c *call, status int, title, message string) response {
	return e.show(c, status, e.visit(c), "failure", web.Page{Title: title, Message: message}, "")
}

func redirect(to string) response {
	return response{http.StatusFound, http.Header{"Location": {to}, "Cache-Control": {"no-store"}}, nil}
}

// signIn returns the sign-in page.
func (e *Emulator) signIn(c *call) response {
	to := onward(c.URL.Query().Get("continue"))
	if e.config().AutoApprove != "" {
		return e.enter(c, visit{}, e.config().AutoApprove, to)
	}
	return e.signInPage(c, e.visit(c), http.StatusOK, web.Page{Continue: to})
}

func (e *Emulator) signInPage(c *call, v visit, status int, p web.Page) response {
	p.Title, p.Open = "Sign in", e.dir.Load().open
	return e.show(c, status, v, "signin", p, "")
}

// toSignIn redirects the browser to the sign-in page. After the sign-in, the browser returns to
// this page.
func toSignIn(c *call) response {
	return redirect(signInPath + "?continue=" + url.QueryEscape(c.URL.RequestURI()))
}

// onward returns the page to show after the sign-in. It accepts only paths of this emulator.
func onward(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" {
		return startPath
	}
	switch u.Path {
	case consentPath, devicePath, startPath, keysPath, consolePath:
		return u.RequestURI()
	}
	return startPath
}

// signedIn handles the sign-in form: a name, a password, and a code if the user has an
// authenticator app.
func (e *Emulator) signedIn(c *call, v visit, form url.Values) response {
	to, name := onward(form.Get("continue")), strings.TrimSpace(form.Get("username"))
	again := web.Page{Continue: to, Username: name}
	u, known := e.dir.Load().users[name]
	given, want := sha256.Sum256([]byte(form.Get("password"))), sha256.Sum256([]byte(u.Password))
	right := subtle.ConstantTimeCompare(given[:], want[:]) == 1 || u.Password == ""
	switch code := strings.ReplaceAll(form.Get("code"), " ", ""); {
	case !known || !right:
		again.Message = "The user name or the password is wrong."
		return e.signInPage(c, v, http.StatusForbidden, again)
	case u.TOTP != "" && code == "":
		again.Message, again.NeedCode = "Enter your password again, and the code from your authenticator app.", true
		return e.signInPage(c, v, http.StatusOK, again)
	case u.TOTP != "" && !e.useTOTP(u.Name, u.TOTP, code):
		again.Message, again.NeedCode = "The code is wrong or was used before. Wait for the next code.", true
		return e.signInPage(c, v, http.StatusForbidden, again)
	}
	return e.enter(c, v, u.Name, to)
}

// enter signs the user in with this browser.
func (e *Emulator) enter(c *call, v visit, user, to string) response {
	unlock := e.lock()
	e.sessions.delete(v.id) // ends the session of the previous user
	s := e.newSession(user, c.now)
	unlock()
	out := redirect(to)
	e.setCookie(c, out, e.seal.Seal(seal.Cookie, s.id)) // a new value, because another person may know the old one
	return out
}

// signOut handles the button Sign out.
func (e *Emulator) signOut(c *call, v visit, _ url.Values) response {
	unlock := e.lock()
	e.sessions.delete(v.id)
	unlock()
	return redirect(startPath)
}

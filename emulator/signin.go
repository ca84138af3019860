package emulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator/web"
)

// signIn shows the sign-in page.
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

// toSignIn sends a browser to the sign-in page and from there back to here.
func toSignIn(c *call) response {
	return redirect(signInPath + "?continue=" + url.QueryEscape(c.URL.RequestURI()))
}

// onward returns where a person goes after the sign-in: one of our own pages,
// whatever the request says.
func onward(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" {
		return startPath
	}
	switch u.Path {
	case consentPath, devicePath, startPath, keysPath, consolePath:
		return u.RequestURI()
	}
	return startPath
}

// signedIn handles the sign-in form: the name and the password, and the code of
// an authenticator app if the user has one.
func (e *Emulator) signedIn(c *call, v visit, in url.Values) response {
	to, name := onward(in.Get("continue")), strings.TrimSpace(in.Get("username"))
	again := web.Page{Continue: to, Username: name}
	u, known := e.dir.Load().users[name]
	given, want := sha256.Sum256([]byte(in.Get("password"))), sha256.Sum256([]byte(u.Password))
	right := subtle.ConstantTimeCompare(given[:], want[:]) == 1 || u.Password == ""
	switch code := strings.ReplaceAll(in.Get("code"), " ", ""); {
	case !known || !right:
		again.Message = "The user name or the password is wrong."
		return e.signInPage(c, v, http.StatusForbidden, again)
	case u.TOTP != "" && code == "":
		again.Message, again.NeedCode = "Enter your password again, and the code that your authenticator app shows.", true
		return e.signInPage(c, v, http.StatusOK, again)
	case u.TOTP != "" && !e.useTOTP(u.Name, u.TOTP, code):
		again.Message, again.NeedCode = "The code is wrong or was used before. Wait for the next one.", true
		return e.signInPage(c, v, http.StatusForbidden, again)
	}
	return e.enter(c, v, u.Name, to)
}

// enter signs the user in, in this browser.
func (e *Emulator) enter(c *call, v visit, user, to string) response {
	unlock := e.lock()
	e.sessions.delete(v.id) // of whoever was signed in here
	s := e.newSession(user, c.now)
	unlock()
	out := redirect(to)
	e.setCookie(c, out, e.seal.seal(kindCookie, s.id)) // a new value: the old one may be known to others
	return out
}

// consent asks whether the client may have what it wants.
func (e *Emulator) consent(c *call) response {
	a, no := e.authorization(c.URL.Query(), c.now)
	if no != nil {
		return e.refused(c, no)
	}
	v := e.visit(c)
	if v.user == "" {
		return toSignIn(c)
	}
	return e.show(c, http.StatusOK, v, "consent", web.Page{
		Title: "Allow access?", Client: a.client.name, Scopes: web.Describe(a.scopes),
		Action: c.URL.RequestURI(), Target: a.redirect.Host,
	}, origin(a.redirect))
}

// origin is u's origin as a content security policy names it. An IPv6 address
// cannot be named in one.
func origin(u *url.URL) string {
	if strings.Contains(u.Hostname(), ":") {
		return "http:"
	}
	return "http://" + u.Host
}

// consented handles the consent form.
func (e *Emulator) consented(c *call, v visit, in url.Values) response {
	a, no := e.authorization(c.URL.Query(), c.now)
	if no != nil {
		return e.refused(c, no)
	}
	defer e.lock()()
	s, ok := e.sessions.get(v.id, c.now)
	switch {
	case !ok:
		return toSignIn(c)
	case in.Get("decision") != "allow":
		return redirect(a.denied())
	}
	return redirect(e.approved(a, s, c.now))
}

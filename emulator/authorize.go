// The sign-in with an authorization code (RFC 6749 section 4.1, with PKCE): /authorize,
// the consent page, and the exchange of the code for tokens.

package emulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
	"github.com/lanyard-cli/lanyard/emulator/web"
)

// authorize handles GET /authorize, the URL to which a client sends the user's browser. It
// redirects to a page below /start/, because the cookie is limited to this path. Without this
// limit, browsers would also send the cookie to the client's loopback port, because cookies do
// not depend on ports.
func (e *Emulator) authorize(c *call) response {
	a, no := e.authorization(c.URL.Query(), c.now)
	switch {
	case no != nil:
		return e.refused(c, no)
	case e.config().AutoApprove != "":
		defer e.lock()()
		return redirect(e.approved(a, e.newSession(e.config().AutoApprove, c.now), c.now))
	}
	return redirect(consentPath + "?" + c.URL.RawQuery)
}

func (e *Emulator) refused(c *call, no *refusal) response {
	if no.redirect != "" {
		return redirect(no.redirect)
	}
	return e.failurePage(c, http.StatusBadRequest, "This sign-in cannot continue", no.message)
}

// An authorization is a valid request to /authorize.
type authorization struct {
	client    *client
	redirect  *url.URL
	state     string
	challenge string // PKCE, S256
	scopes    []string
}

// A refusal is an error of /authorize. redirect leads back to the client. It is "" if the client
// is unknown or has not registered the redirect URI. Then only the user sees the message (RFC
// 6749 section 4.1.2.1).
type refusal struct {
	message  string
	redirect string
}

// authorization checks the query of a request to /authorize.
func (e *Emulator) authorization(q url.Values, now time.Time) (*authorization, *refusal) {
	unlock := e.lock()
	cl, ok := e.clients.get(q.Get("client_id"), now)
	unlock()
	if app := e.dir.Load().applications[q.Get("client_id")]; app != nil {
		cl, ok = &app.client, true
	}
	if !ok {
		return nil, &refusal{message: "The program that opened this page is not registered, or its registration has expired. Start the sign-in again in the program."}
	}
	to := cl.redirect(q.Get("redirect_uri"))
	if to == nil {
		return nil, &refusal{message: "The program gave a redirect address that it has not registered."}
	}
	a := &authorization{client: cl, redirect: to, state: q.Get("state"), challenge: q.Get("code_challenge")}
	for _, key := range []string{"scopes", "scope"} { // the AWS CLI sends scopes; OAuth and other tools send scope
		a.scopes = append(a.scopes, strings.Fields(q.Get(key))...)
	}
	if len(a.scopes) == 0 {
		a.scopes = cl.scopes
	}
	code, why := "", ""
	switch {
	case repeated(q):
		code, why = "invalid_request", "a parameter occurs twice"
	case q.Get("response_type") != "code":
		code, why = "unsupported_response_type", "response_type must be code"
	case !cl.allowsGrant(grantCode):
		code, why = "unauthorized_client", "the client is not registered for the grant type authorization_code"
	case q.Get("code_challenge_method") != "S256" || !isChallenge(a.challenge):
		code, why = "invalid_request", "a code_challenge with the method S256 is required"
	case slices.ContainsFunc(a.scopes, func(s string) bool { return !slices.Contains(cl.scopes, s) }):
		code, why = "invalid_scope", "the client is not registered for the scope"
	}
	if code != "" {
		return nil, &refusal{message: why, redirect: a.responseURL(url.Values{"error": {code}, "error_description": {why}})}
	}
	return a, nil
}

func repeated(q url.Values) bool {
	for _, v := range q {
		if len(v) > 1 {
			return true
		}
	}
	return false
}

// consent returns the consent page.
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

// origin returns the origin of u for a content security policy. A policy cannot contain
// an IPv6 address.
func origin(u *url.URL) string {
	if strings.Contains(u.Hostname(), ":") {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
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

// denied returns the redirect for a user who chose Deny.
func (a *authorization) denied() string {
	return a.responseURL(url.Values{"error": {"access_denied"}, "error_description": {"The user denied the request"}})
}

// approved issues a code for the session and returns the redirect to the client. The
// caller holds e.mu.
func (e *Emulator) approved(a *authorization, s *session, now time.Time) string {
	id := e.random.Bytes(16)
	e.codes.put(id, &authCode{
		clientID: a.client.id, redirect: a.redirect.String(), challenge: a.challenge, sessionID: s.id, scopes: a.scopes,
	}, now.Add(codeLifetime))
	return a.responseURL(url.Values{"code": {e.seal.Seal(seal.Code, id)}})
}

// responseURL returns the redirect URI with the response in its query.
func (a *authorization) responseURL(answer url.Values) string {
	if a.state != "" {
		answer.Set("state", a.state)
	}
	u := *a.redirect
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += answer.Encode()
	return u.String()
}

// An authCode is an authorization code that the client can exchange for tokens.
type authCode struct {
	clientID  string
	redirect  string
	challenge string
	sessionID string
	scopes    []string
	grantID   string // "" until the client uses the code
	used      bool
}

const (
	maxCodes     = 20_000
	codeLifetime = 5 * time.Minute
)

// codeGrant returns the grant for an authorization code. A second use revokes the tokens
// of the first use (RFC 6749 section 4.1.2). The caller holds e.mu.
func (e *Emulator) codeGrant(cl *client, in tokenRequest, now time.Time) (*grant, *apiError) {
	id, _ := e.seal.Open(seal.Code, in.Code)
	code, ok := e.codes.get(id, now)
	if !ok || code.clientID != cl.id {
		return nil, invalidGrant("The authorization code is not valid or has expired")
	}
	if code.used {
		e.grants.delete(code.grantID)
		return nil, invalidGrant("The authorization code was used before")
	}
	code.used = true // even if the request is wrong, because the code may be stolen
	sum := sha256.Sum256([]byte(in.CodeVerifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(code.challenge)) != 1 {
		return nil, invalidGrant("The code verifier does not match the code challenge")
	}
	if u := cl.redirect(in.RedirectURI); u == nil || u.String() != code.redirect {
		return nil, invalidGrant("The redirect URI differs from the redirect URI of the authorization request")
	}
	s, ok := e.sessions.get(code.sessionID, now)
	if !ok {
		return nil, invalidGrant("The sign-in has ended")
	}
	g := e.newGrant(s, cl.id, code.scopes)
	code.grantID = g.id
	return g, nil
}

// The sign-in by authorization code (RFC 6749 section 4.1, PKCE): /authorize, the
// consent page, and the code that becomes tokens.

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

	"github.com/lanyard-cli/lanyard/emulator/web"
)

// authorize is GET /authorize, where a client sends the person's browser. It
// leads on to the pages below /start/, so that their cookie is never sent to the
// loopback port on which the client waits: cookies know paths, not ports.
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

// An authorization is what a client asks of a person at /authorize, checked.
type authorization struct {
	client    *client
	redirect  *url.URL
	state     string
	challenge string // PKCE, S256
	scopes    []string
}

// A refusal says why /authorize cannot go on. Its redirect leads back to the
// client. If the client is unknown or the redirect URI is not its own, redirect is
// "" and only the person sees the message (RFC 6749 section 4.1.2.1).
type refusal struct {
	message  string
	redirect string
}

// authorization checks the query of a request to /authorize.
func (e *Emulator) authorization(q url.Values, now time.Time) (*authorization, *refusal) {
	unlock := e.lock()
	cl, ok := e.clients.get(q.Get("client_id"), now)
	unlock()
	if !ok {
		return nil, &refusal{message: "The program that opened this page is not registered, or its registration has expired. Start the sign-in again in the program."}
	}
	raw := q.Get("redirect_uri")
	if !cl.redirectsTo(raw) {
		return nil, &refusal{message: "The program gave a redirect address that it has not registered."}
	}
	a := &authorization{client: cl, redirect: loopback(raw), state: q.Get("state"), challenge: q.Get("code_challenge")}
	for _, key := range []string{"scopes", "scope"} { // the AWS CLI says scopes, OAuth and other tools scope
		a.scopes = append(a.scopes, strings.Fields(q.Get(key))...)
	}
	if len(a.scopes) == 0 {
		a.scopes = cl.scopes
	}
	code, why := "", ""
	switch {
	case repeated(q):
		code, why = "invalid_request", "a parameter is there twice"
	case q.Get("response_type") != "code":
		code, why = "unsupported_response_type", "response_type must be code"
	case !cl.may(grantCode):
		code, why = "unauthorized_client", "the client is not registered for the grant type authorization_code"
	case q.Get("code_challenge_method") != "S256" || !isChallenge(a.challenge):
		code, why = "invalid_request", "a code_challenge by S256 is required"
	case slices.ContainsFunc(a.scopes, func(s string) bool { return !slices.Contains(cl.scopes, s) }):
		code, why = "invalid_scope", "the client is not registered for the scope"
	}
	if code != "" {
		return nil, &refusal{message: why, redirect: a.back(url.Values{"error": {code}, "error_description": {why}})}
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

// denied is where a person who refuses is sent.
func (a *authorization) denied() string {
	return a.back(url.Values{"error": {"access_denied"}, "error_description": {"The person refused the request"}})
}

// approved issues a code under the session and returns where to send the person.
// Call it with e.mu held.
func (e *Emulator) approved(a *authorization, s *session, now time.Time) string {
	id := e.random.bytes(16)
	e.codes.put(id, &authCode{
		clientID: a.client.id, redirect: a.redirect.String(), challenge: a.challenge, sessionID: s.id, scopes: a.scopes,
	}, now.Add(codeLifetime))
	return a.back(url.Values{"code": {e.seal.seal(kindCode, id)}})
}

// back returns the address at which the client waits for the answer.
func (a *authorization) back(answer url.Values) string {
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

// An authCode waits for the client to fetch its tokens.
type authCode struct {
	clientID  string
	redirect  string
	challenge string
	sessionID string
	scopes    []string
	grantID   string // once used
	used      bool
}

const (
	maxCodes     = 20_000
	codeLifetime = 5 * time.Minute
)

// codeGrant redeems an authorization code. A second use ends what the first one
// gave (RFC 6749 section 4.1.2). Call it with e.mu held.
func (e *Emulator) codeGrant(cl *client, in tokenRequest, now time.Time) (*grant, *apiError) {
	id, _ := e.seal.open(kindCode, in.Code)
	code, ok := e.codes.get(id, now)
	if !ok || code.clientID != cl.id {
		return nil, invalidGrant("The authorization code is not valid or has expired")
	}
	if code.used {
		e.grants.delete(code.grantID)
		return nil, invalidGrant("The authorization code was used before")
	}
	code.used = true // even if the rest is wrong: then somebody has stolen it
	sum := sha256.Sum256([]byte(in.CodeVerifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(code.challenge)) != 1 {
		return nil, invalidGrant("The code verifier does not belong to the code challenge")
	}
	if u := loopback(in.RedirectURI); u == nil || u.String() != code.redirect {
		return nil, invalidGrant("The redirect URI is not the one of the authorization request")
	}
	s, ok := e.sessions.get(code.sessionID, now)
	if !ok {
		return nil, invalidGrant("The sign-in has ended")
	}
	g := e.newGrant(s, cl.id, code.scopes)
	code.grantID = g.id
	return g, nil
}

// CreateTokenWithIAM: tokens for applications that prove their identity with a signature. They
// exchange the token of a trusted issuer, or a token of another client, for tokens of their own.

package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/jwt"
	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

// The grant types that only applications can use.
const (
	grantJWT      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// The types of tokens (RFC 8693 section 3).
const (
	typeAccess  = "urn:ietf:params:oauth:token-type:access_token"
	typeRefresh = "urn:ietf:params:oauth:token-type:refresh_token"
)

const contextScope = "sts:identity_context"

// defaultScopes returns the scopes that each application has.
func defaultScopes() []string { return []string{"openid", "aws", contextScope} }

// An application is an Application as a client of the OIDC API.
type application struct {
	client
	issuers   []string // empty means all
	audiences []string
}

// An issuer is a TrustedIssuer with its keys.
type issuer struct {
	TrustedIssuer
	keys jwt.Keys
}

// indexApplications checks and indexes the applications and the trusted issuers.
func (d *directory) indexApplications() error {
	for i, t := range d.cfg.TrustedIssuers {
		u, err := url.Parse(t.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fieldError(fmt.Sprintf("%q is not a URL", t.URL), "trusted_issuers", i, "url")
		}
		if _, ok := d.issuers[t.URL]; ok {
			return fieldError(fmt.Sprintf("duplicate %q", t.URL), "trusted_issuers", i, "url")
		}
		if t.Attribute != "" && t.Attribute != attributeEmail && t.Attribute != attributeName {
			return fieldError(fmt.Sprintf("%q is not %s or %s", t.Attribute, attributeEmail, attributeName), "trusted_issuers", i, "attribute")
		}
		keys, err := jwt.ParseKeys(t.Keys)
		if err != nil {
			return fieldError(err.Error(), "trusted_issuers", i, "keys")
		}
		if t.Claim == "" {
			t.Claim = "email"
		}
		if t.Attribute == "" {
			t.Attribute = attributeEmail
		}
		d.issuers[t.URL] = issuer{t, keys}
	}
	for i, a := range d.cfg.Applications {
		app, err := d.newApplication(i, a)
		if err != nil {
			return err
		}
		d.applications[a.ARN] = app
	}
	return nil
}

// The attributes of users that a claim can have. They have the names of the identity store.
const (
	attributeEmail = "emails.value"
	attributeName  = "userName"
)

func (d *directory) newApplication(i int, a Application) (*application, error) {
	part := strings.Split(a.ARN, ":")
	if len(part) != 6 || part[0] != "arn" || part[2] != "sso" || part[3] != "" || !isAccountID(part[4]) || !strings.HasPrefix(part[5], "application/") {
		return nil, fieldError(fmt.Sprintf("%q is not like arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef", a.ARN), "applications", i, "arn")
	}
	if _, ok := d.applications[a.ARN]; ok {
		return nil, fieldError(fmt.Sprintf("duplicate %q", a.ARN), "applications", i, "arn")
	}
	app := &application{issuers: a.Issuers, audiences: a.Audiences}
	app.id, app.application = a.ARN, true
	app.name = part[5][strings.LastIndex(part[5], "/")+1:]
	app.scopes = append(defaultScopes(), a.Scopes...)
	app.redirects = a.RedirectURIs
	for k, name := range a.Grants {
		grant, ok := grantNames()[name]
		if !ok {
			return nil, fieldError(fmt.Sprintf("%q is not authorization_code, refresh_token, jwt-bearer or token-exchange", name), "applications", i, "grants", k)
		}
		app.grants = append(app.grants, grant)
	}
	for k, s := range a.Scopes {
		if !isScope(s) {
			return nil, fieldError(fmt.Sprintf("%q is not a scope", s), "applications", i, "scopes", k)
		}
	}
	for k, raw := range a.RedirectURIs {
		if u, err := url.Parse(raw); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Fragment != "" {
			return nil, fieldError(fmt.Sprintf("%q is not a URL", raw), "applications", i, "redirect_uris", k)
		}
	}
	for k, u := range a.Issuers {
		if _, ok := d.issuers[u]; !ok {
			return nil, fieldError(fmt.Sprintf("no trusted issuer %q", u), "applications", i, "issuers", k)
		}
	}
	if slices.Contains(a.Grants, "jwt-bearer") && len(a.Audiences) == 0 {
		return nil, fieldError("the grant jwt-bearer needs audiences", "applications", i, "audiences")
	}
	return app, nil
}

// grantNames returns the grant types of applications by the names in a Config.
func grantNames() map[string]string {
	return map[string]string{grantCode: grantCode, grantRefresh: grantRefresh, "jwt-bearer": grantJWT, "token-exchange": grantExchange}
}

// iamOperation returns CreateTokenWithIAM. It returns nil for other requests.
func (e *Emulator) iamOperation(c *call, signed string) *operation {
	if c.URL.Path != "/token" || c.Method != http.MethodPost || !c.URL.Query().Has("aws_iam") && signed != "sso-oauth" {
		return nil
	}
	return &operation{name: "CreateTokenWithIAM", detail: iamGrantName, fail: failOIDC, run: e.createTokenWithIAM}
}

// iamGrantName returns the second name of a CreateTokenWithIAM request in the counts, or "".
func iamGrantName(c *call) string {
	var in struct{ GrantType string }
	_ = json.Unmarshal(c.body, &in) // the operation itself reports this error
	for name, grant := range grantNames() {
		if grant == in.GrantType {
			return name
		}
	}
	return ""
}

// createTokenWithIAM implements CreateTokenWithIAM. Errors of the signature have the form of AWS's
// signed services, and all other errors have the form of the OIDC API.
func (e *Emulator) createTokenWithIAM(c *call) response {
	const action = "sso-oauth:CreateTokenWithIAM"
	s, err := e.verify(c, "sso-oauth", querySkew)
	if err != nil {
		no := jsonSignatureError(stsError(s, err))
		no.status = http.StatusForbidden
		return jsonError(no)
	}
	var in tokenRequest
	no := c.decode(&in)
	if message := e.deny(s.principal, action, in.ClientID); message != "" {
		return jsonError(&apiError{status: http.StatusForbidden, code: "AccessDeniedException", message: message})
	}
	if region := e.Region(); s.signature.Region != region {
		out := jsonResponse(http.StatusBadRequest, map[string]string{
			"error": "invalid_request", "error_description": "The instance of IAM Identity Center is in another region",
			"endpoint": baseURL(c), "region": region,
		})
		out.header.Set("X-Amzn-Errortype", "InvalidRequestRegionException")
		return out
	}
	var answer any
	if no == nil {
		answer, no = e.applicationTokens(c, in)
	}
	if no != nil {
		return failOIDC(c, no)
	}
	out := jsonResponse(http.StatusOK, answer)
	noStore(out)
	return out
}

// applicationTokens returns the answer to a CreateTokenWithIAM request with a right signature.
func (e *Emulator) applicationTokens(c *call, in tokenRequest) (any, *apiError) {
	if in.ClientID == "" || in.GrantType == "" {
		return nil, invalidRequest("clientId and grantType are required")
	}
	app, ok := e.dir.Load().applications[in.ClientID]
	switch {
	case !ok:
		return nil, oidcError("InvalidClientException", "invalid_client", "No application has this ARN")
	case !slices.Contains([]string{grantCode, grantRefresh, grantJWT, grantExchange}, in.GrantType):
		return nil, oidcError("UnsupportedGrantTypeException", "unsupported_grant_type", "An application cannot use this grant type")
	case !app.allowsGrant(in.GrantType):
		return nil, oidcError("UnauthorizedClientException", "unauthorized_client", "The application is not configured for the grant type")
	case in.RequestedTokenType != "" && in.RequestedTokenType != typeAccess && in.RequestedTokenType != typeRefresh:
		return nil, invalidRequest("requestedTokenType is not supported")
	}
	outside := func(scopes []string) bool {
		return slices.ContainsFunc(in.Scope, func(s string) bool { return !slices.Contains(scopes, s) })
	}
	wrongScope := oidcError("InvalidScopeException", "invalid_scope", "The application is not configured for the scope")
	if outside(app.scopes) {
		return nil, wrongScope // before the request uses up a token or a code
	}
	defer e.lock()()
	g, err := e.applicationGrant(app, in, c.now)
	if err != nil {
		return nil, err
	}
	if len(in.Scope) > 0 {
		if outside(g.scopes) {
			return nil, wrongScope
		}
		g.scopes = in.Scope // a refresh cannot return to more scopes
	}
	return e.answerApplication(app, g, in.RequestedTokenType != typeAccess && app.allowsGrant(grantRefresh), c.now), nil
}

// applicationGrant returns the grant for a CreateTokenWithIAM request. The caller holds e.mu.
func (e *Emulator) applicationGrant(app *application, in tokenRequest, now time.Time) (*grant, *apiError) {
	switch in.GrantType {
	case grantJWT:
		if in.Assertion == "" {
			return nil, invalidRequest("assertion is required")
		}
		user, err := e.assertedUser(app, in.Assertion, now)
		if err != nil {
			return nil, invalidGrant("The assertion is not valid: " + err.Error())
		}
		return e.newGrant(e.newSession(user, now), app.id, app.scopes), nil
	case grantExchange:
		if in.SubjectToken == "" || in.SubjectTokenType != typeAccess {
			return nil, invalidRequest("subjectToken and the subjectTokenType " + typeAccess + " are required")
		}
		subject, ok := e.grantOf(in.SubjectToken, now)
		if !ok || subject.clientID == app.id {
			return nil, invalidGrant("The subject token is not a valid access token of another client")
		}
		s, ok := e.sessions.get(subject.sessionID, now)
		if !ok {
			return nil, invalidGrant("The sign-in has ended")
		}
		return e.newGrant(s, app.id, app.scopes), nil
	case grantCode:
		if in.Code == "" || in.RedirectURI == "" || in.CodeVerifier == "" {
			return nil, invalidRequest("code, redirectUri and codeVerifier are required")
		}
		return e.codeGrant(&app.client, in, now)
	}
	if in.RefreshToken == "" {
		return nil, invalidRequest("refreshToken is required")
	}
	g, ok := e.useRefreshToken(in.RefreshToken, app.id, now)
	if !ok {
		return nil, invalidGrant("The refresh token is not valid: it was used, revoked, or its sign-in has ended")
	}
	return g, nil
}

// assertedUser verifies the token of a trusted issuer and returns the name of its user. Each token
// with an id works once. The caller holds e.mu.
func (e *Emulator) assertedUser(app *application, assertion string, now time.Time) (string, error) {
	d := e.dir.Load()
	t, err := jwt.Parse(assertion)
	if err != nil {
		return "", err
	}
	by, ok := d.issuers[t.Issuer]
	if !ok || len(app.issuers) > 0 && !slices.Contains(app.issuers, t.Issuer) {
		return "", fmt.Errorf("the application does not trust the issuer %q", t.Issuer)
	}
	if err := t.Verify(by.keys); err != nil {
		return "", err
	}
	used := t.Issuer + "\x00" + t.ID
	_, seen := e.assertions.get(used, now)
	switch {
	case t.Expires.IsZero():
		return "", errors.New("it has no exp")
	case !now.Before(t.Expires):
		return "", errors.New("it has expired")
	case now.Before(t.NotBefore):
		return "", errors.New("it is not valid yet")
	case !slices.ContainsFunc(t.Audience, func(a string) bool { return slices.Contains(app.audiences, a) }):
		return "", errors.New("its audience is not one of the application's")
	case t.ID != "" && seen:
		return "", errors.New("it was used before")
	}
	value := t.Text(by.Claim)
	var found []string
	for _, u := range d.cfg.Users {
		if has := map[string]string{attributeEmail: u.Email, attributeName: u.Name}[by.Attribute]; value != "" && strings.EqualFold(has, value) {
			found = append(found, u.Name)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d users have the value of the claim %s as %s", len(found), by.Claim, by.Attribute)
	}
	if t.ID != "" {
		e.assertions.put(used, struct{}{}, t.Expires)
	}
	return found[0], nil
}

// maxAssertions is the number of ids of used tokens to remember.
const maxAssertions = 20_000

// answerApplication issues the tokens of a grant. The caller holds e.mu.
func (e *Emulator) answerApplication(app *application, g *grant, refresh bool, now time.Time) any {
	type details struct {
		IdentityContext string `json:"identityContext"`
	}
	life := e.config().TokenLifetime
	out := struct {
		AccessToken     string   `json:"accessToken"`
		TokenType       string   `json:"tokenType"`
		ExpiresIn       int      `json:"expiresIn"`
		RefreshToken    string   `json:"refreshToken,omitempty"`
		IDToken         string   `json:"idToken,omitempty"`
		IssuedTokenType string   `json:"issuedTokenType"`
		Scope           []string `json:"scope"`
		Details         *details `json:"awsAdditionalDetails,omitempty"`
	}{AccessToken: e.accessToken(g, now.Add(life)), TokenType: "Bearer", ExpiresIn: int(life / time.Second), IssuedTokenType: typeAccess, Scope: g.scopes}
	if refresh {
		out.RefreshToken, out.IssuedTokenType = e.refreshToken(g), typeRefresh
	}
	org := e.dir.Load().orgapi()
	claims := map[string]any{
		"iss": "https://identitycenter.amazonaws.com/" + org.Instance(), "sub": org.UserID(g.user), "aud": app.id,
		"iat": now.Unix(), "exp": now.Add(life).Unix(), "aws:identity_store_id": org.Store(),
	}
	if slices.Contains(g.scopes, contextScope) {
		context := e.seal.Seal(seal.Identity, g.user+"\x00"+app.id+"\x00"+now.Add(life).Format(time.RFC3339))
		out.Details = &details{context}
		claims[contextScope] = context
	}
	if slices.Contains(g.scopes, "openid") {
		b, err := json.Marshal(claims)
		if err != nil { // impossible: strings and numbers marshal
			panic(err)
		}
		out.IDToken = e.seal.JWT(seal.ID, b)
	}
	return out
}

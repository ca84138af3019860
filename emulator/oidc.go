// The OIDC API: its format and errors, RegisterClient and CreateToken. authorize.go has the
// authorization code flow, and device.go has the device flow.

package emulator

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/random"
	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

// oidcRoute returns the route of an operation of the OIDC API, with JSON bodies.
func oidcRoute(name string, limit int64, detail func(*call) string, f func(*call) (any, *apiError)) *route {
	op := &operation{name: name, limit: limit, detail: detail, fail: failOIDC}
	op.run = func(c *call) response {
		v, err := f(c)
		if err != nil {
			return failOIDC(c, err)
		}
		out := jsonResponse(http.StatusOK, v)
		noStore(out)
		return out
	}
	return &route{
		methods: map[string]*operation{http.MethodPost: op},
		other: func(c *call) response {
			return failOIDC(c, &apiError{http.StatusMethodNotAllowed, "InvalidRequestException", "invalid_request", "Use POST"})
		},
	}
}

// decode decodes the JSON object of a request into v. Like AWS, it ignores unknown members.
func (c *call) decode(v any) *apiError {
	if err := json.Unmarshal(c.body, v); err != nil {
		return invalidRequest("The request body is not a valid JSON object for this operation")
	}
	return nil
}

// failOIDC returns an error of the OIDC API in two forms: the OAuth form for RFC 8628 clients,
// and the AWS form for the SDKs. The SDKs read only the AWS form.
func failOIDC(_ *call, err *apiError) response {
	oauth := err.oauth
	if oauth == "" {
		oauth = "server_error"
	}
	out := jsonResponse(err.status, map[string]string{"error": oauth, "error_description": err.message})
	out.header.Set("X-Amzn-Errortype", err.code)
	noStore(out)
	return out
}

func noStore(out response) {
	out.header.Set("Cache-Control", "no-store")
	out.header.Set("Pragma", "no-cache")
}

// oidcError returns an error with the status in AWS's service model.
func oidcError(code, oauth, message string) *apiError {
	status := http.StatusBadRequest
	if code == "InvalidClientException" {
		status = http.StatusUnauthorized
	}
	return &apiError{status, code, oauth, message}
}

func invalidRequest(message string) *apiError {
	return oidcError("InvalidRequestException", "invalid_request", message)
}

func invalidClient() *apiError {
	return oidcError("InvalidClientException", "invalid_client", "The client is unknown, its registration has expired, or its secret is wrong")
}

func invalidGrant(message string) *apiError {
	return oidcError("InvalidGrantException", "invalid_grant", message)
}

func slowDown() *apiError {
	return oidcError("SlowDownException", "slow_down", "Too many requests, wait longer between them")
}

// registerClient implements RegisterClient.
func (e *Emulator) registerClient(c *call) (any, *apiError) {
	var in struct {
		ClientName, ClientType, IssuerURL string
		Scopes, GrantTypes, RedirectURIs  []string
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case in.ClientName == "" || len(in.ClientName) > 256:
		return nil, invalidRequest("clientName is missing or too long")
	case in.ClientType != "public":
		return nil, oidcError("InvalidClientMetadataException", "invalid_client_metadata", "clientType must be public")
	case in.IssuerURL != "" && !e.isStartURL(c, in.IssuerURL):
		return nil, invalidRequest("issuerUrl is not the start URL of this instance")
	}
	if err := checkScopes(in.Scopes); err != nil {
		return nil, err
	}
	for _, g := range in.GrantTypes {
		if g != grantCode && g != grantDevice && g != grantRefresh {
			return nil, oidcError("UnsupportedGrantTypeException", "unsupported_grant_type", "A public client cannot use the grant type")
		}
	}
	if len(in.RedirectURIs) > maxRedirects || slices.ContainsFunc(in.RedirectURIs, func(u string) bool { return loopback(u) == nil }) {
		return nil, oidcError("InvalidRedirectUriException", "invalid_redirect_uri", "A redirect URI must be http to a loopback address")
	}
	if slices.Contains(in.GrantTypes, grantCode) && len(in.RedirectURIs) == 0 {
		return nil, oidcError("InvalidRedirectUriException", "invalid_redirect_uri", "The grant type authorization_code needs redirectUris")
	}
	cl := &client{
		id: e.random.Pick(22, random.Alphanumerics), name: in.ClientName, scopes: in.Scopes,
		grants: in.GrantTypes, redirects: in.RedirectURIs, expires: c.now.Add(e.config().RegistrationLifetime),
	}
	unlock := e.lock()
	e.clients.put(cl.id, cl, cl.expires)
	unlock()
	return map[string]any{
		"clientId":              cl.id,
		"clientSecret":          e.clientSecret(cl.id),
		"clientIdIssuedAt":      c.now.Unix(),
		"clientSecretExpiresAt": cl.expires.Unix(),
	}, nil
}

// A client is a registered client.
type client struct {
	id        string
	name      string
	scopes    []string
	grants    []string // grant types; empty means all
	redirects []string
	expires   time.Time
	// application reports whether the client is an Application of the Config. It has no secret, and
	// its redirect URIs are exact.
	application bool
}

const (
	maxClients   = 20_000
	maxScopes    = 25 // AWS's limit for an application
	maxRedirects = 10
)

// The grant types of the OIDC API.
const (
	grantCode    = "authorization_code"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
	grantRefresh = "refresh_token"
)

const accountScope = "sso:account:access"

// checkScopes rejects texts that cannot be scopes. It rejects unknown scopes of Identity Center.
// It accepts all scopes of other services, because AWS adds new scopes.
func checkScopes(scopes []string) *apiError {
	bad := len(scopes) > maxScopes || slices.ContainsFunc(scopes, func(s string) bool {
		return !isScope(s) || strings.HasPrefix(s, "sso:") && s != accountScope
	})
	if bad {
		return oidcError("InvalidScopeException", "invalid_scope", "There are too many scopes, or one of them does not exist")
	}
	return nil
}

// clientSecret returns the secret of a client.
func (e *Emulator) clientSecret(id string) string { return e.seal.Seal(seal.Secret, id) }

// client returns the registered client if the secret is right. The caller holds e.mu.
func (e *Emulator) client(id, secret string, now time.Time) (*client, *apiError) {
	cl, ok := e.clients.get(id, now)
	if !ok || subtle.ConstantTimeCompare([]byte(secret), []byte(e.clientSecret(id))) != 1 {
		return nil, invalidClient()
	}
	return cl, nil
}

// allowsGrant reports whether the client is registered for the grant type.
func (cl *client) allowsGrant(grantType string) bool {
	return len(cl.grants) == 0 || slices.Contains(cl.grants, grantType)
}

// redirect returns the redirect URI if the client registered it, with any port (RFC 8252 section
// 7.3). Otherwise it returns nil.
func (cl *client) redirect(raw string) *url.URL {
	if cl.application {
		u, err := url.Parse(raw)
		if err != nil || !slices.Contains(cl.redirects, raw) {
			return nil
		}
		return u
	}
	u := loopback(raw)
	if u == nil || !slices.ContainsFunc(cl.redirects, func(r string) bool {
		want := loopback(r)
		return want != nil && want.Hostname() == u.Hostname() && want.EscapedPath() == u.EscapedPath() && want.RawQuery == u.RawQuery
	}) {
		return nil
	}
	return u
}

// loopback parses the redirect URI of a program on the user's machine (RFC 8252 section
// 7.3). It returns nil for other URIs.
func loopback(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return nil
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil
	}
	return u
}

// isStartURL reports whether raw is the start URL of this instance, in any of its usual
// spellings.
func (e *Emulator) isStartURL(c *call, raw string) bool {
	return sameURL(raw, e.config().StartURL) || sameURL(raw, baseURL(c)+"/start")
}

func sameURL(a, b string) bool {
	trim := func(s string) string {
		s, _, _ = strings.Cut(s, "#")
		return strings.ToLower(strings.TrimRight(s, "/"))
	}
	return trim(a) == trim(b)
}

// baseURL returns the URL of the request without its path.
func baseURL(c *call) string {
	scheme := "http"
	if c.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.Host
}

type tokenRequest struct {
	ClientID, ClientSecret, GrantType string
	DeviceCode                        string
	Code, CodeVerifier, RedirectURI   string
	RefreshToken                      string
	Scope                             []string

	// These members are for CreateTokenWithIAM.
	Assertion, SubjectToken, SubjectTokenType, RequestedTokenType string
}

// createToken implements CreateToken.
func (e *Emulator) createToken(c *call) (any, *apiError) {
	var in tokenRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.ClientID == "" || in.ClientSecret == "" || in.GrantType == "" {
		return nil, invalidRequest("clientId, clientSecret and grantType are required")
	}
	defer e.lock()()
	cl, err := e.client(in.ClientID, in.ClientSecret, c.now)
	if err != nil {
		return nil, err
	}
	g, err := e.useGrant(cl, in, c.now)
	if err != nil {
		return nil, err
	}
	return e.tokens(cl, g, c.now), nil
}

// grantName returns the second name of a CreateToken request in the counts, or "".
func grantName(c *call) string {
	var in struct{ GrantType string }
	_ = json.Unmarshal(c.body, &in) // the operation itself reports this error
	switch in.GrantType {
	case grantDevice:
		return "device_code"
	case grantCode, grantRefresh:
		return in.GrantType
	}
	return ""
}

// useGrant returns the grant for a token request. The caller holds e.mu.
func (e *Emulator) useGrant(cl *client, in tokenRequest, now time.Time) (*grant, *apiError) {
	switch in.GrantType {
	case grantCode, grantDevice, grantRefresh:
	default:
		return nil, oidcError("UnsupportedGrantTypeException", "unsupported_grant_type", "A public client cannot use this grant type")
	}
	if !cl.allowsGrant(in.GrantType) {
		return nil, oidcError("UnauthorizedClientException", "unauthorized_client", "The client is not registered for the grant type")
	}
	for _, s := range in.Scope {
		if !slices.Contains(cl.scopes, s) {
			return nil, oidcError("InvalidScopeException", "invalid_scope", "The client is not registered for the scope")
		}
	}
	switch {
	case in.GrantType == grantDevice && in.DeviceCode == "":
		return nil, invalidRequest("deviceCode is required")
	case in.GrantType == grantDevice:
		return e.deviceGrant(cl, in.DeviceCode, now)
	case in.GrantType == grantCode && (in.Code == "" || in.CodeVerifier == "" || in.RedirectURI == ""):
		return nil, invalidRequest("code, codeVerifier and redirectUri are required")
	case in.GrantType == grantCode:
		return e.codeGrant(cl, in, now)
	case in.RefreshToken == "":
		return nil, invalidRequest("refreshToken is required")
	}
	g, ok := e.useRefreshToken(in.RefreshToken, cl.id, now)
	if !ok {
		return nil, invalidGrant("The refresh token is not valid: it was used, revoked, or its sign-in has ended")
	}
	return g, nil
}

// tokens issues an access token. If the client may refresh, it also issues a refresh token. Every
// refresh returns a new refresh token, because most SDKs would otherwise store an empty refresh
// token. The caller holds e.mu.
func (e *Emulator) tokens(cl *client, g *grant, now time.Time) any {
	out := struct {
		AccessToken  string `json:"accessToken"`
		TokenType    string `json:"tokenType"`
		ExpiresIn    int    `json:"expiresIn"`
		RefreshToken string `json:"refreshToken,omitempty"`
	}{TokenType: "Bearer"}
	life := e.config().LegacyTokenLifetime
	if slices.Contains(g.scopes, accountScope) && cl.allowsGrant(grantRefresh) {
		life = e.config().TokenLifetime
		out.RefreshToken = e.refreshToken(g)
	}
	out.AccessToken = e.accessToken(g, now.Add(life))
	out.ExpiresIn = int(life / time.Second)
	return out
}

package emulator

import (
	"crypto/subtle"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A client is a program that has registered.
type client struct {
	id        string
	name      string
	scopes    []string
	grants    []string // grant types; none means any
	redirects []string
	expires   time.Time
}

const (
	maxClients   = 20_000
	maxScopes    = 25 // AWS's own limit for an application
	maxRedirects = 10
)

// Grant types, as the OIDC API spells them.
const (
	grantCode    = "authorization_code"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
	grantRefresh = "refresh_token"
)

const accountScope = "sso:account:access"

// registerClient is the operation RegisterClient.
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
		id: e.random.pick(22, alphanumerics), name: in.ClientName, scopes: in.Scopes,
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

const (
	letters       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alphanumerics = letters + "abcdefghijklmnopqrstuvwxyz0123456789"
)

// clientSecret returns the secret that belongs to a client id.
func (e *Emulator) clientSecret(id string) string { return e.seal.seal(kindSecret, id) }

// client returns the registered client of that id if the secret is its own. Call
// it with e.mu held.
func (e *Emulator) client(id, secret string, now time.Time) (*client, *apiError) {
	cl, ok := e.clients.get(id, now)
	if !ok || subtle.ConstantTimeCompare([]byte(secret), []byte(e.clientSecret(id))) != 1 {
		return nil, invalidClient()
	}
	return cl, nil
}

// may reports whether the client has registered for the grant type.
func (cl *client) may(grantType string) bool {
	return len(cl.grants) == 0 || slices.Contains(cl.grants, grantType)
}

// checkScopes refuses what cannot be a scope. Those of other services are many
// and change, so only a misspelt one of Identity Center's own is told.
func checkScopes(scopes []string) *apiError {
	bad := len(scopes) > maxScopes || slices.ContainsFunc(scopes, func(s string) bool {
		return !isScope(s) || strings.HasPrefix(s, "sso:") && s != accountScope
	})
	if bad {
		return oidcError("InvalidScopeException", "invalid_scope", "There are too many scopes, or one of them does not exist")
	}
	return nil
}

// loopback parses a redirect URI of a program on the person's own machine (RFC
// 8252 section 7.3). It returns nil if raw is anything else.
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

// redirectsTo reports whether the client registered the redirect URI; the port
// does not count (RFC 8252 section 7.3).
func (cl *client) redirectsTo(raw string) bool {
	u := loopback(raw)
	return u != nil && slices.ContainsFunc(cl.redirects, func(r string) bool {
		want := loopback(r)
		return want != nil && want.Hostname() == u.Hostname() && want.EscapedPath() == u.EscapedPath() && want.RawQuery == u.RawQuery
	})
}

// isStartURL reports whether a client means this instance. The forms that
// browsers and people make of a start URL count as the same.
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

// baseURL returns where the client reached us.
func baseURL(c *call) string {
	scheme := "http"
	if c.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.Host
}

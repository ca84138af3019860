package emulator

import (
	"encoding/json"
	"slices"
	"time"
)

type tokenRequest struct {
	ClientID, ClientSecret, GrantType string
	DeviceCode                        string
	Code, CodeVerifier, RedirectURI   string
	RefreshToken                      string
	Scope                             []string
}

// grantName is what a CreateToken request is counted as, beside its own name.
func grantName(c *call) string {
	var in struct{ GrantType string }
	_ = json.Unmarshal(c.body, &in) // the operation itself will complain
	switch in.GrantType {
	case grantDevice:
		return "device_code"
	case grantCode, grantRefresh:
		return in.GrantType
	}
	return ""
}

// createToken is the operation CreateToken.
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

// useGrant turns what the client brings into a grant. Call it with e.mu held.
func (e *Emulator) useGrant(cl *client, in tokenRequest, now time.Time) (*grant, *apiError) {
	switch in.GrantType {
	case grantCode, grantDevice, grantRefresh:
	default:
		return nil, oidcError("UnsupportedGrantTypeException", "unsupported_grant_type", "The grant type is not one of a public client")
	}
	if !cl.may(in.GrantType) {
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

// tokens issues an access token and, if the sign-in may be prolonged, a refresh
// token. A refresh answers with a new refresh token every time, because most SDKs
// lose theirs otherwise. Call it with e.mu held.
func (e *Emulator) tokens(cl *client, g *grant, now time.Time) any {
	out := struct {
		AccessToken  string `json:"accessToken"`
		TokenType    string `json:"tokenType"`
		ExpiresIn    int    `json:"expiresIn"`
		RefreshToken string `json:"refreshToken,omitempty"`
	}{TokenType: "Bearer"}
	life := e.config().LegacyTokenLifetime
	if slices.Contains(g.scopes, accountScope) && cl.may(grantRefresh) {
		life = e.config().TokenLifetime
		out.RefreshToken = e.refreshToken(g)
	}
	out.AccessToken = e.accessToken(g, now.Add(life))
	out.ExpiresIn = int(life / time.Second)
	return out
}

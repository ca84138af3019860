package emulator

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// webIssuer is the identity provider of the emulator. It cannot be reached.
	webIssuer = "https://emulator.invalid"
	// webAudience is the audience that STS takes tokens for.
	webAudience = "sts.amazonaws.com"
)

type webClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// WebIdentityToken returns a token for AssumeRoleWithWebIdentity, as a CI service
// or a cluster writes one to AWS_WEB_IDENTITY_TOKEN_FILE. It has the form of a JWT,
// and only this emulator can check it. STS takes the audience sts.amazonaws.com.
func (e *Emulator) WebIdentityToken(subject, audience string, life time.Duration) string {
	now := e.Now()
	b, err := json.Marshal(webClaims{webIssuer, subject, audience, now.Unix(), now.Add(life).Unix()})
	if err != nil { // a struct of strings and numbers marshals
		panic(err)
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(b)
	return signed + "." + base64.RawURLEncoding.EncodeToString(e.seal.mac(kindWeb, signed))
}

func (e *Emulator) adminWebIdentityToken(c *call) (any, error) {
	in := struct {
		Subject  string `json:"subject"`
		Audience string `json:"audience"`
		Duration string `json:"duration"`
	}{Audience: webAudience, Duration: "15m"}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(in.Duration)
	if err != nil {
		return nil, err
	}
	if in.Subject == "" {
		return nil, errors.New("subject is missing")
	}
	return map[string]string{"token": e.WebIdentityToken(in.Subject, in.Audience, d)}, nil
}

// assumeRoleWithWebIdentity is the operation AssumeRoleWithWebIdentity. It is not
// signed: the token says who calls.
func (e *Emulator) assumeRoleWithWebIdentity(c *call, in url.Values) response {
	q, no := newRoleRequest(in)
	if no != nil {
		return failSTS(c, no)
	}
	claims, no := e.webClaims(in.Get("WebIdentityToken"), c.now)
	if no != nil {
		return failSTS(c, no)
	}
	r, ok := e.iamRole(q)
	switch {
	case !ok, !slices.ContainsFunc(r.WebIdentity, func(s string) bool { return matches(s, claims.Subject) }):
		return failSTS(c, accessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity"))
	case q.life > r.MaxSession:
		return failSTS(c, validation(overMaxSession))
	}
	type result struct {
		Subject  string `xml:"SubjectFromWebIdentityToken"`
		Audience string
		assumedRole
		Provider string
	}
	return xmlResponse(http.StatusOK, struct {
		XMLName  xml.Name         `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleWithWebIdentityResponse"`
		Result   result           `xml:"AssumeRoleWithWebIdentityResult"`
		Metadata responseMetadata `xml:"ResponseMetadata"`
	}{
		Result:   result{claims.Subject, claims.Audience, q.assumed(e.issue(q.principal(e.partition(), c.now))), claims.Issuer},
		Metadata: responseMetadata{c.id},
	})
}

// webClaims checks a token.
func (e *Emulator) webClaims(token string, now time.Time) (claims webClaims, no *apiError) {
	bad := func(code, message string) *apiError {
		return &apiError{status: http.StatusBadRequest, code: code, message: message}
	}
	if len(token) < 4 || len(token) > 20_000 {
		return claims, constraint(token[:min(len(token), 40)], "webIdentityToken", "Member must have length between 4 and 20000")
	}
	part := strings.Split(token, ".")
	var payload, signature []byte
	err := errors.New("not three parts")
	if len(part) == 3 {
		var e1, e2 error
		payload, e1 = base64.RawURLEncoding.DecodeString(part[1])
		signature, e2 = base64.RawURLEncoding.DecodeString(part[2])
		err = errors.Join(e1, e2)
	}
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	switch {
	case err != nil:
		return claims, bad("InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	case claims.Issuer != webIssuer:
		return claims, bad("InvalidIdentityToken", "No OpenIDConnect provider found in your account for "+claims.Issuer)
	case !hmac.Equal(signature, e.seal.mac(kindWeb, part[0]+"."+part[1])):
		return claims, bad("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements")
	case now.Unix() >= claims.Expires:
		return claims, bad("ExpiredTokenException", fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time%d", now.Unix(), claims.Expires))
	case claims.Audience != webAudience:
		return claims, bad("InvalidIdentityToken", "Incorrect token audience")
	}
	return claims, nil
}

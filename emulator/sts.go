// STS: GetCallerIdentity, GetSessionToken, GetFederationToken, AssumeRole and AssumeRoleWithWebIdentity.

package emulator

import (
	"cmp"
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

	"github.com/lanyard-cli/lanyard/emulator/internal/constraint"
	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

const (
	stsVersion = "2011-06-15"
	querySkew  = 5 * time.Minute // the clock difference that STS and EC2 allow
)

// stsOperation returns an operation of STS. The operation verifies the signature, and answers with the
// result of f.
func (e *Emulator) stsOperation(f func(*call, url.Values, signer) (any, *apiError)) func(*call, url.Values) response {
	return func(c *call, in url.Values) response {
		s, err := e.verify(c, "sts", querySkew)
		if err != nil {
			return failSTS(c, stsError(s, err))
		}
		action := "sts:" + in.Get("Action")
		if message := e.deny(s.principal, action, cmp.Or(in.Get("RoleArn"), "*")); message != "" {
			return failSTS(c, accessDenied(message))
		}
		v, no := f(c, in, s)
		if no != nil {
			return failSTS(c, no)
		}
		return xmlResponse(http.StatusOK, stsAnswer{in.Get("Action"), v, c.id})
	}
}

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// An stsAnswer is the answer of an operation: an element ACTIONResponse with the result in an
// element ACTIONResult.
type stsAnswer struct {
	action    string
	result    any
	requestID string
}

// MarshalXML implements [xml.Marshaler].
func (a stsAnswer) MarshalXML(enc *xml.Encoder, _ xml.StartElement) error {
	type metadata struct {
		RequestID string `xml:"RequestId"`
	}
	named := func(name string) xml.StartElement { return xml.StartElement{Name: xml.Name{Local: name}} }
	response := xml.StartElement{Name: xml.Name{Space: stsNamespace, Local: a.action + "Response"}}
	return errors.Join(
		enc.EncodeToken(response),
		enc.EncodeElement(a.result, named(a.action+"Result")),
		enc.EncodeElement(metadata{a.requestID}, named("ResponseMetadata")),
		enc.EncodeToken(response.End()),
	)
}

// failSTS returns an error of STS.
func failSTS(c *call, err *apiError) response {
	return xmlResponse(err.status, struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
		Error     xmlDetail
		RequestID string `xml:"RequestId"`
	}{Error: detailOf(err), RequestID: c.id})
}

// An xmlDetail is an error of the query protocol.
type xmlDetail struct{ Type, Code, Message string }

func detailOf(err *apiError) xmlDetail {
	if err.status >= 500 {
		return xmlDetail{"Receiver", err.code, err.message}
	}
	return xmlDetail{"Sender", err.code, err.message}
}

// stsError returns STS's error for a bad signature.
func stsError(s signer, err error) *apiError {
	no := &apiError{status: http.StatusForbidden}
	switch {
	case errors.Is(err, errUnsigned):
		no.code, no.message = "MissingAuthenticationToken", "Request is missing Authentication Token"
	case errors.Is(err, errMalformed):
		no.status, no.code, no.message = http.StatusBadRequest, "IncompleteSignature", s.reason
	case errors.Is(err, errNoKey), errors.Is(err, errNoToken):
		no.code, no.message = "InvalidClientTokenId", "The security token included in the request is invalid"
	case errors.Is(err, errKeyEnded):
		no.code, no.message = "ExpiredToken", "The security token included in the request is expired"
	case s.reason != "":
		no.code, no.message = "SignatureDoesNotMatch", s.reason
	default:
		no.code, no.message = "SignatureDoesNotMatch", signatureMessage
	}
	return no
}

const signatureMessage = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// getCallerIdentity implements GetCallerIdentity. It needs no permission.
func (e *Emulator) getCallerIdentity(c *call, _ url.Values, s signer) (any, *apiError) {
	type result struct {
		Arn     string
		UserID  string `xml:"UserId"`
		Account string
	}
	return result{s.ARN, s.UserID, s.Account}, nil
}

// The lifetimes of GetSessionToken for IAM users.
const (
	sessionTokenLife    = 12 * time.Hour
	maxSessionTokenLife = 36 * time.Hour
)

// getSessionToken implements GetSessionToken. The new credentials belong to the same IAM user.
// They record whether the request had a code of an MFA device.
func (e *Emulator) getSessionToken(c *call, in url.Values, s signer) (any, *apiError) {
	if s.signature.Token != "" {
		return nil, accessDenied("Cannot call GetSessionToken with session credentials")
	}
	v := &constraint.Parameters{Values: in}
	life := v.Seconds(sessionTokenLife, maxSessionTokenLife)
	code := newMFACode(v)
	if err := violations(v); err != nil {
		return nil, err
	}
	mfa, err := e.checkMFA(code, s.principal)
	if err != nil {
		return nil, err
	}
	p := s.principal
	p.MFA, p.Expires = mfa, c.now.Add(life).Unix()
	type result struct {
		Credentials xmlCredentials
	}
	return result{e.issue(p).xml()}, nil
}

// federatedUser is the part of an ARN that names a federated user.
const federatedUser = ":federated-user/"

// isFederated reports whether the credentials come from GetFederationToken.
func (p principal) isFederated() bool { return strings.Contains(p.ARN, federatedUser) }

// getFederationToken implements GetFederationToken: temporary credentials for a user without an
// account, with the key of an IAM user. The emulator does not evaluate the policy.
func (e *Emulator) getFederationToken(c *call, in url.Values, s signer) (any, *apiError) {
	if s.signature.Token != "" {
		return nil, accessDenied("Cannot call GetFederationToken with session credentials")
	}
	v := &constraint.Parameters{Values: in}
	name, life := v.Required("Name", constraint.UserName()), v.Seconds(sessionTokenLife, maxSessionTokenLife)
	v.Text("Policy", constraint.Policy())
	if err := violations(v); err != nil {
		return nil, err
	}
	p := principal{
		Account: s.Account, ARN: "arn:" + e.partition() + ":sts::" + s.Account + federatedUser + name,
		UserID: s.Account + ":" + name, Expires: c.now.Add(life).Unix(),
	}
	type user struct {
		ID  string `xml:"FederatedUserId"`
		ARN string `xml:"Arn"`
	}
	type result struct {
		Credentials xmlCredentials
		User        user `xml:"FederatedUser"`
	}
	return result{e.issue(p).xml(), user{p.UserID, p.ARN}}, nil
}

// assumeRole implements AssumeRole. A missing role and a role that does not trust the caller
// cause the same error.
func (e *Emulator) assumeRole(c *call, in url.Values, s signer) (any, *apiError) {
	v := &constraint.Parameters{Values: in}
	external, code := v.Text("ExternalId", constraint.ExternalID()), newMFACode(v)
	q, err := newRoleRequest(v, true)
	if err != nil {
		return nil, err
	}
	if q.life > chainedLimit && s.signature.Token != "" {
		return nil, validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	mfa, err := e.checkMFA(code, s.principal)
	if err != nil {
		return nil, err
	}
	if q.sourceIdentity != "" && s.SourceIdentity != "" && q.sourceIdentity != s.SourceIdentity {
		return nil, validation("The source identity is already set for this assume role session")
	}
	q.sourceIdentity = cmp.Or(q.sourceIdentity, s.SourceIdentity)
	r, ok := e.iamRole(q)
	switch {
	case !ok, s.isFederated(), !r.trusts(s.principal), r.ExternalID != "" && r.ExternalID != external, r.MFA && !mfa && !s.MFA,
		len(r.SourceIdentity) > 0 && !anyMatches(r.SourceIdentity, q.sourceIdentity):
		return nil, s.mayNot("sts:AssumeRole", q.arn)
	case q.life > r.MaxSession:
		return nil, validation(overMaxSession)
	}
	tags, err := q.inherit(s.Tags)
	if err != nil {
		return nil, err
	}
	p := q.principal(e.partition(), c.now)
	p.SourceIdentity, p.Tags = q.sourceIdentity, tags
	p.ByKey = s.signature.Token == ""
	return q.assumed(e.issue(p)), nil
}

// chainedLimit is the maximum session of a role if the caller has temporary credentials. The
// credentials of GetSessionToken are temporary credentials too:
// https://github.com/mmmorris1975/aws-runas/issues/11
const chainedLimit = time.Hour

const overMaxSession = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."

// iamRole returns the role in the request.
func (e *Emulator) iamRole(q roleRequest) (Role, bool) {
	r, ok := e.dir.Load().iamRoles[place(q.account, q.role)]
	return r, ok && q.partition == e.partition()
}

// trusts reports whether p can assume the role.
func (r Role) trusts(p principal) bool {
	for _, t := range r.Trusts {
		if t == p.Account || matches(t, p.ARN) || matches(t, p.identity()) {
			return true
		}
	}
	return false
}

// anyMatches reports whether text matches one of the patterns.
func anyMatches(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, text) })
}

// matches reports whether text matches the pattern. In the pattern, * matches any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		_, after, ok := strings.Cut(text, p)
		if !ok {
			return false
		}
		text = after
	}
	return true
}

func (s signer) mayNot(action, resource string) *apiError {
	return accessDenied(fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", s.ARN, action, resource))
}

// violations returns STS's error for violated constraints. It returns nil if no constraint is
// violated.
func violations(v *constraint.Parameters) *apiError {
	if message := v.Message(); message != "" {
		return validation(message)
	}
	return nil
}

func validation(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "ValidationError", message: message}
}

func accessDenied(message string) *apiError {
	return &apiError{status: http.StatusForbidden, code: "AccessDenied", message: message}
}

const (
	// webIssuer is the identity provider of the emulator. Its host does not exist.
	webIssuer = "https://emulator.invalid"
	// webAudience is the audience of tokens for roles without a WebAudience.
	webAudience = "sts.amazonaws.com"
)

type webClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// WebIdentityToken returns a token for AssumeRoleWithWebIdentity. CI services and clusters write
// such tokens to AWS_WEB_IDENTITY_TOKEN_FILE. The token looks like a JWT, but only this emulator
// can verify it. Most roles require the audience sts.amazonaws.com: see [Role].WebAudience.
func (e *Emulator) WebIdentityToken(subject, audience string, life time.Duration) string {
	now := e.Now()
	b, err := json.Marshal(webClaims{webIssuer, subject, audience, now.Unix(), now.Add(life).Unix()})
	if err != nil { // impossible: strings and numbers marshal
		panic(err)
	}
	return e.seal.JWT(seal.Web, b)
}

// assumeRoleWithWebIdentity implements AssumeRoleWithWebIdentity. The request has no signature,
// because the token identifies the caller.
func (e *Emulator) assumeRoleWithWebIdentity(c *call, in url.Values) response {
	v := &constraint.Parameters{Values: in}
	token := v.Required("WebIdentityToken", constraint.WebIdentityToken())
	q, no := newRoleRequest(v, false)
	if no != nil {
		return failSTS(c, no)
	}
	claims, no := e.webClaims(token, c.now)
	if no != nil {
		return failSTS(c, no)
	}
	c.caller = claims.Subject
	r, ok := e.iamRole(q)
	switch {
	case !ok, !anyMatches(r.WebIdentity, claims.Subject), r.WebAudience != claims.Audience:
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
	creds := e.issue(q.principal(e.partition(), c.now))
	return xmlResponse(http.StatusOK, stsAnswer{"AssumeRoleWithWebIdentity", result{claims.Subject, claims.Audience, q.assumed(creds), claims.Issuer}, c.id})
}

// webClaims verifies a token and returns its claims.
func (e *Emulator) webClaims(token string, now time.Time) (claims webClaims, no *apiError) {
	bad := func(code, message string) *apiError {
		return &apiError{status: http.StatusBadRequest, code: code, message: message}
	}
	part := strings.Split(token, ".")
	err := errors.New("not three parts")
	if len(part) == 3 {
		var payload []byte
		if payload, err = base64.RawURLEncoding.DecodeString(part[1]); err == nil {
			err = json.Unmarshal(payload, &claims)
		}
	}
	switch {
	case err != nil:
		return claims, bad("InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	case claims.Issuer != webIssuer:
		return claims, bad("InvalidIdentityToken", "No OpenIDConnect provider found in your account for "+claims.Issuer)
	case !e.seal.IsJWT(seal.Web, token):
		return claims, bad("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements")
	case now.Unix() >= claims.Expires:
		return claims, bad("ExpiredTokenException", fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time%d", now.Unix(), claims.Expires))
	case !e.dir.Load().audiences[claims.Audience]:
		return claims, bad("InvalidIdentityToken", "Incorrect token audience")
	}
	return claims, nil
}

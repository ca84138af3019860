package emulator_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"

	"github.com/lanyard-cli/lanyard/emulator"
)

const (
	appARN        = "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef"
	limitedARN    = "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-fedcba0987654321"
	jwtBearer     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessType    = "urn:ietf:params:oauth:token-type:access_token"
	refreshType   = "urn:ietf:params:oauth:token-type:refresh_token"
	idp           = "https://idp.example.com"
	otherIDP      = "https://other.example.com/realm"
)

// A trust is an emulator with two trusted issuers, and the keys of the issuers.
type trust struct {
	*tester
	rsa  *rsa.PrivateKey
	ec   *ecdsa.PrivateKey
	keys aws.Credentials
}

func newTrust(t *testing.T) *trust {
	t.Helper()
	k := &trust{}
	var err, err2 error
	k.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	k.ec, err2 = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, err3 := x509.MarshalPKIXPublicKey(&k.rsa.PublicKey)
	point, err4 := k.ec.PublicKey.Bytes()
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	set, err := json.Marshal(map[string]any{"keys": []any{
		map[string]string{"kty": "RSA", "use": "enc", "kid": "encryption"},
		map[string]string{"kty": "EC", "crv": "P-256", "kid": "1", "x": b64(point[1:33]), "y": b64(point[33:])},
	}})
	if err != nil {
		t.Fatal(err)
	}
	c := emulator.BuiltIn()
	c.TrustedIssuers = []emulator.TrustedIssuer{
		{URL: idp, Keys: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))},
		{URL: otherIDP, Keys: string(set), Claim: "user.name", Attribute: "userName"},
	}
	c.Applications = []emulator.Application{
		{ARN: appARN, Audiences: []string{"reports", "other"}, Scopes: []string{"reports:read"}},
		{ARN: limitedARN, Grants: []string{"jwt-bearer"}, Issuers: []string{otherIDP}, Audiences: []string{"reports"}},
	}
	c.Denials = []emulator.Denial{{Actions: []string{"sso-oauth:*"}, Principals: []string{"ReadOnlyAccess"}}}
	c.Now = time.Now // the SDK signs with this time
	k.tester = newTester(t, c)
	c.Applications[0].RedirectURIs = []string{k.callback}
	if err := k.srv.Reload(c); err != nil {
		t.Fatal(err)
	}
	k.login("jane")
	k.keys = k.tester.keys("111122223333", "AdministratorAccess")
	return k
}

// claims returns the claims of a valid token of idp for jane.
func (k *trust) claims(change map[string]any) map[string]any {
	now := k.srv.Now()
	out := map[string]any{"iss": idp, "aud": "reports", "exp": now.Add(time.Minute).Unix(), "email": "Jane@example.com"}
	maps.Copy(out, change)
	return out
}

// sign returns a token with this algorithm. The RSA key belongs to idp, the other key to otherIDP.
func (k *trust) sign(alg string, claims map[string]any) string {
	k.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	header := map[string]any{"alg": alg, "typ": "JWT"}
	if alg == "ES256" {
		header["kid"] = "1"
	}
	h, err := json.Marshal(header)
	body, err2 := json.Marshal(claims)
	if err := errors.Join(err, err2); err != nil {
		k.Fatal(err)
	}
	signed := b64(h) + "." + b64(body)
	sum := sha256.Sum256([]byte(signed))
	var signature []byte
	switch alg {
	case "RS256":
		signature, err = rsa.SignPKCS1v15(rand.Reader, k.rsa, crypto.SHA256, sum[:])
	case "ES256":
		r, s, e := ecdsa.Sign(rand.Reader, k.ec, sum[:])
		err, signature = e, make([]byte, 64)
		if e == nil {
			r.FillBytes(signature[:32])
			s.FillBytes(signature[32:])
		}
	}
	if err != nil {
		k.Fatal(err)
	}
	return signed + "." + b64(signature)
}

// create calls CreateTokenWithIAM with the SDK for Go.
func (k *trust) create(in *ssooidc.CreateTokenWithIAMInput, change ...func(*ssooidc.Options)) (*ssooidc.CreateTokenWithIAMOutput, error) {
	o := ssooidc.Options{
		Region: k.srv.Region(), BaseEndpoint: &k.srv.URL, RetryMaxAttempts: 1,
		Credentials: provide(k.keys),
	}
	if in.ClientId == nil {
		in.ClientId = aws.String(appARN)
	}
	return ssooidc.New(o, change...).CreateTokenWithIAM(k.Context(), in)
}

func provide(key aws.Credentials) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return key, nil })
}

func bearer(assertion string) *ssooidc.CreateTokenWithIAMInput {
	return &ssooidc.CreateTokenWithIAMInput{GrantType: aws.String(jwtBearer), Assertion: &assertion}
}

func TestExchangeTokenOfTrustedIssuer(t *testing.T) {
	k := newTrust(t)
	k.srv.ResetCounts()
	out, err := k.create(bearer(k.sign("RS256", k.claims(nil))))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"openid", "aws", "sts:identity_context", "reports:read"}
	if !reflect.DeepEqual(out.Scope, want) || out.ExpiresIn != 3600 || *out.TokenType != "Bearer" || *out.IssuedTokenType != refreshType || out.RefreshToken == nil {
		t.Errorf("answer %+v, want scopes %v and a refresh token", out, want)
	}
	claims := claimsOf(t, *out.IdToken)
	if claims["aud"] != appARN || claims["sts:identity_context"] != *out.AwsAdditionalDetails.IdentityContext || claims["sub"] == "" {
		t.Errorf("claims of the ID token: %v, want the application and the identity context", claims)
	}
	if n := k.srv.Count("CreateTokenWithIAM:jwt-bearer"); n != 1 || k.srv.Count("CreateToken") != 0 {
		t.Errorf("counts %v, want one CreateTokenWithIAM:jwt-bearer", k.srv.Counts())
	}
	if log := k.srv.Requests(); !strings.HasSuffix(log[len(log)-1].Caller, "/jane") {
		t.Errorf("the caller in the log is %q, want jane", log[len(log)-1].Caller)
	}
	// The portal accepts only tokens with the scope sso:account:access.
	if resp, _ := k.do("GET", "/assignment/accounts", nil, "x-amz-sso_bearer_token", *out.AccessToken); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("portal: status %d, want 401", resp.StatusCode)
	}

	refresh := func(token string, scope ...string) (*ssooidc.CreateTokenWithIAMOutput, error) {
		return k.create(&ssooidc.CreateTokenWithIAMInput{GrantType: aws.String("refresh_token"), RefreshToken: &token, Scope: scope})
	}
	second, err := refresh(*out.RefreshToken, "aws")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(second.Scope, []string{"aws"}) || second.IdToken != nil || second.AwsAdditionalDetails != nil || *second.RefreshToken == *out.RefreshToken {
		t.Errorf("refresh with the scope aws: %+v", second)
	}
	if _, err := refresh(*second.RefreshToken, "openid"); code(err) != "InvalidScopeException" {
		t.Errorf("a refresh with another scope: %v, want InvalidScopeException", err)
	}
	k.srv.RevokeSessions("jane")
	if _, err := refresh(*second.RefreshToken); code(err) != "InvalidGrantException" {
		t.Errorf("a refresh after the session: %v, want InvalidGrantException", err)
	}
}

func TestExchangeClaims(t *testing.T) {
	k := newTrust(t)
	now := k.srv.Now()
	other := map[string]any{"iss": otherIDP, "user": map[string]any{"name": "alice"}}
	for _, tt := range []struct {
		name, alg string
		app       string
		change    map[string]any
		problem   string // "" means that the token is valid
	}{
		{"a list of audiences", "RS256", appARN, map[string]any{"aud": []string{"x", "other"}}, ""},
		{"another issuer, key, claim and attribute", "ES256", appARN, other, ""},
		{"an application with one issuer", "ES256", limitedARN, other, ""},
		{"valid since now", "RS256", appARN, map[string]any{"nbf": now.Unix()}, ""},
		{"an issuer that the application does not trust", "RS256", limitedARN, nil, "does not trust"},
		{"an unknown issuer", "RS256", appARN, map[string]any{"iss": idp + "/"}, "does not trust"},
		{"the key of another issuer", "ES256", appARN, nil, "no key"},
		{"no signature", "none", appARN, nil, "no key"},
		{"another audience", "RS256", appARN, map[string]any{"aud": "Reports"}, "audience"},
		{"no audience", "RS256", appARN, map[string]any{"aud": nil}, "audience"},
		{"expired", "RS256", appARN, map[string]any{"exp": now.Unix()}, "expired"},
		{"no expiry", "RS256", appARN, map[string]any{"exp": nil}, "no exp"},
		{"an expiry that is a text", "RS256", appARN, map[string]any{"exp": "2030-01-01"}, "not a JWT"},
		{"not valid yet", "RS256", appARN, map[string]any{"nbf": now.Add(time.Hour).Unix()}, "not valid yet"},
		{"an unknown user", "RS256", appARN, map[string]any{"email": "joe@example.com"}, "0 users"},
		{"no user", "RS256", appARN, map[string]any{"email": ""}, "0 users"},
	} {
		in := bearer(k.sign(tt.alg, k.claims(tt.change)))
		in.ClientId = aws.String(tt.app)
		_, err := k.create(in)
		if tt.problem == "" && err != nil || tt.problem != "" && (code(err) != "InvalidGrantException" || !strings.Contains(description(err), tt.problem)) {
			t.Errorf("%s: %v %s, want an error with %q", tt.name, err, description(err), tt.problem)
		}
	}
	token := k.sign("RS256", k.claims(nil))
	if _, err := k.create(bearer(token[:len(token)-6] + "AAAAAA")); code(err) != "InvalidGrantException" {
		t.Errorf("a wrong signature: %v, want InvalidGrantException", err)
	}
	once := k.sign("RS256", k.claims(map[string]any{"jti": "1"}))
	if _, err := k.create(bearer(once)); err != nil {
		t.Errorf("a token with an id: %v", err)
	}
	if _, err := k.create(bearer(once)); code(err) != "InvalidGrantException" || !strings.Contains(description(err), "used before") {
		t.Errorf("the second use of a token with an id: %v, want InvalidGrantException", err)
	}
	if _, err := k.create(bearer(token)); err != nil {
		t.Errorf("a token without an id: %v", err)
	}
	unused := bearer(k.sign("RS256", k.claims(map[string]any{"jti": "2"})))
	unused.Scope = []string{"reports:write"}
	if _, err := k.create(unused); code(err) != "InvalidScopeException" {
		t.Errorf("a scope that the application does not have: %v, want InvalidScopeException", err)
	}
	unused.Scope = nil
	if _, err := k.create(unused); err != nil {
		t.Errorf("a token after a request with a wrong scope: %v", err)
	}
}

func TestExchangeTokenOfOtherClient(t *testing.T) {
	k := newTrust(t)
	exchange := func(token string) *ssooidc.CreateTokenWithIAMInput {
		return &ssooidc.CreateTokenWithIAMInput{
			GrantType: aws.String(tokenExchange), SubjectToken: &token, SubjectTokenType: aws.String(accessType), RequestedTokenType: aws.String(accessType),
		}
	}
	out, err := k.create(exchange(k.access))
	if err != nil {
		t.Fatal(err)
	}
	if out.RefreshToken != nil || *out.IssuedTokenType != accessType {
		t.Errorf("answer %+v, want only an access token", out)
	}
	if _, err := k.create(exchange(*out.AccessToken)); code(err) != "InvalidGrantException" {
		t.Errorf("the application's own token: %v, want InvalidGrantException", err)
	}
	k.srv.ExpireAccessTokens()
	if _, err := k.create(exchange(k.access)); code(err) != "InvalidGrantException" {
		t.Errorf("an expired token: %v, want InvalidGrantException", err)
	}
}

// An application uses the authorization code of a user who signed in on the pages.
func TestExchangeAuthorizationCode(t *testing.T) {
	k := newTrust(t)
	sum := sha256.Sum256([]byte(k.verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {appARN}, "redirect_uri": {k.callback}, "state": {"s"}, "scope": {"openid reports:read"},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	if err := k.srv.SignIn(t.Context(), k.srv.URL+"/authorize?"+q.Encode(), "jane"); err != nil {
		t.Fatal(err)
	}
	in := func(redirect string) *ssooidc.CreateTokenWithIAMInput {
		return &ssooidc.CreateTokenWithIAMInput{
			GrantType: aws.String("authorization_code"), Code: aws.String(k.answer().Get("code")), RedirectUri: &redirect, CodeVerifier: &k.verifier,
		}
	}
	out, err := k.create(in(k.callback))
	if err != nil || !reflect.DeepEqual(out.Scope, []string{"openid", "reports:read"}) || out.AwsAdditionalDetails != nil {
		t.Errorf("answer %+v, error %v, want the scopes of the code", out, err)
	}
	if _, err := k.create(in(k.callback)); code(err) != "InvalidGrantException" {
		t.Errorf("the second use of a code: %v, want InvalidGrantException", err)
	}
	q.Set("redirect_uri", k.callback+"2")
	resp, err := http.Get(k.srv.URL + "/authorize?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("another redirect URI: status %d, want 400", resp.StatusCode)
	}
}

func TestExchangeRefuses(t *testing.T) {
	k := newTrust(t)
	good := func() *ssooidc.CreateTokenWithIAMInput { return bearer(k.sign("RS256", k.claims(nil))) }
	with := func(key aws.Credentials) func(*ssooidc.Options) {
		return func(o *ssooidc.Options) { o.Credentials = provide(key) }
	}
	wrong := k.keys
	wrong.SecretAccessKey += "x"
	for _, tt := range []struct {
		name   string
		in     func(*ssooidc.CreateTokenWithIAMInput)
		option func(*ssooidc.Options)
		code   string
		status int
	}{
		{"no such application", func(in *ssooidc.CreateTokenWithIAMInput) { in.ClientId = aws.String(appARN + "x") }, nil, "InvalidClientException", 401},
		{"the id of a public client", func(in *ssooidc.CreateTokenWithIAMInput) { in.ClientId = aws.String(k.id) }, nil, "InvalidClientException", 401},
		{"an unknown grant type", func(in *ssooidc.CreateTokenWithIAMInput) { in.GrantType = aws.String("password") }, nil, "UnsupportedGrantTypeException", 400},
		{"a grant type of public clients", func(in *ssooidc.CreateTokenWithIAMInput) { in.GrantType = aws.String(grantDevice) }, nil, "UnsupportedGrantTypeException", 400},
		{"a grant type that the application lacks", func(in *ssooidc.CreateTokenWithIAMInput) {
			in.ClientId, in.GrantType = aws.String(limitedARN), aws.String("refresh_token")
		}, nil, "UnauthorizedClientException", 400},
		{"a scope that the application lacks", func(in *ssooidc.CreateTokenWithIAMInput) { in.Scope = []string{"sso:account:access"} }, nil, "InvalidScopeException", 400},
		{"no assertion", func(in *ssooidc.CreateTokenWithIAMInput) { in.Assertion = nil }, nil, "InvalidRequestException", 400},
		{"no JWT", func(in *ssooidc.CreateTokenWithIAMInput) { in.Assertion = aws.String("x") }, nil, "InvalidGrantException", 400},
		{"no refresh token", func(in *ssooidc.CreateTokenWithIAMInput) { in.GrantType = aws.String("refresh_token") }, nil, "InvalidRequestException", 400},
		{"no code", func(in *ssooidc.CreateTokenWithIAMInput) { in.GrantType = aws.String("authorization_code") }, nil, "InvalidRequestException", 400},
		{"no subject token", func(in *ssooidc.CreateTokenWithIAMInput) { in.GrantType = aws.String(tokenExchange) }, nil, "InvalidRequestException", 400},
		{"a wrong secret key", nil, with(wrong), "InvalidSignatureException", 403},
		{"an unknown key", nil, with(aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLF", SecretAccessKey: "x"}), "UnrecognizedClientException", 403},
		{"a denied role", nil, with(k.tester.keys("111122223333", "ReadOnlyAccess")), "AccessDeniedException", 403},
		{"another region", nil, func(o *ssooidc.Options) { o.Region = "eu-west-1" }, "InvalidRequestRegionException", 400},
	} {
		in := good()
		if tt.in != nil {
			tt.in(in)
		}
		option := tt.option
		if option == nil {
			option = func(*ssooidc.Options) {}
		}
		_, err := k.create(in, option)
		var status interface{ HTTPStatusCode() int }
		if code(err) != tt.code || !errors.As(err, &status) || status.HTTPStatusCode() != tt.status {
			t.Errorf("%s: %v, want %s with status %d", tt.name, err, tt.code, tt.status)
		}
		if region := (*types.InvalidRequestRegionException)(nil); errors.As(err, &region) && (*region.Region != "us-east-1" || *region.Endpoint != k.srv.URL) {
			t.Errorf("%s: region %q, endpoint %q, want us-east-1 and the emulator", tt.name, *region.Region, *region.Endpoint)
		}
	}
	if resp, body := k.do("POST", "/token?aws_iam=t", map[string]string{"clientId": appARN}); resp.StatusCode != 403 || body["__type"] != "MissingAuthenticationTokenException" {
		t.Errorf("without a signature: status %d, body %v, want MissingAuthenticationTokenException", resp.StatusCode, body)
	}
}

// The limits are 10 requests per second with tokens of trusted issuers, and 80 requests per second and
// application with other grants. Requests without a signature count too.
func TestExchangeLimits(t *testing.T) {
	x := newTester(t, emulator.Config{RateLimits: true})
	for grant, limit := range map[string]int{jwtBearer: 10, tokenExchange: 80} {
		for i := range limit + 1 {
			resp, body := x.do("POST", "/token?aws_iam=t", map[string]string{"clientId": appARN, "grantType": grant})
			if want := map[bool]int{true: 403, false: 400}[i < limit]; resp.StatusCode != want || (i == limit) != (body["error"] == "slow_down") {
				t.Errorf("%s: request %d: status %d, body %v, want %d", grant, i+1, resp.StatusCode, body, want)
			}
		}
	}
}

func TestExchangeConfig(t *testing.T) {
	k := newTrust(t)
	der, err := x509.MarshalPKIXPublicKey(&k.ec.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	good := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	app := func(change func(*emulator.Application)) func(*emulator.Config) {
		return func(c *emulator.Config) {
			a := emulator.Application{ARN: appARN, Audiences: []string{"reports"}}
			change(&a)
			c.Applications = append(c.Applications, a)
		}
	}
	issuer := func(url, keys, attribute string) func(*emulator.Config) {
		return func(c *emulator.Config) {
			c.TrustedIssuers = append(c.TrustedIssuers, emulator.TrustedIssuer{URL: url, Keys: keys, Attribute: attribute})
		}
	}
	for field, change := range map[string]func(*emulator.Config){
		"trusted_issuers[0].url":       issuer("idp", good, ""),
		"trusted_issuers[1].url":       func(c *emulator.Config) { issuer(idp, good, "")(c); issuer(idp, good, "")(c) },
		"trusted_issuers[0].attribute": issuer(idp, good, "email"),
		"trusted_issuers[0].keys":      issuer(idp, `{"keys":[]}`, ""),
		"applications[0].arn":          app(func(a *emulator.Application) { a.ARN = "app" }),
		"applications[1].arn": func(c *emulator.Config) {
			app(func(*emulator.Application) {})(c)
			app(func(*emulator.Application) {})(c)
		},
		"applications[0].grants[0]":        app(func(a *emulator.Application) { a.Grants = []string{"password"} }),
		"applications[0].scopes[0]":        app(func(a *emulator.Application) { a.Scopes = []string{"a b"} }),
		"applications[0].redirect_uris[0]": app(func(a *emulator.Application) { a.RedirectURIs = []string{"/callback"} }),
		"applications[0].issuers[0]":       app(func(a *emulator.Application) { a.Issuers = []string{idp} }),
		"applications[0].audiences":        app(func(a *emulator.Application) { a.Grants, a.Audiences = []string{"jwt-bearer"}, nil }),
	} {
		c := emulator.BuiltIn()
		change(&c)
		var wrong *emulator.FieldError
		if err := c.Validate(); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: error %v", field, err)
		}
	}
}

func claimsOf(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err == nil {
		err = json.Unmarshal(data, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// code returns the code of an AWS error, or "".
func code(err error) string {
	var e interface{ ErrorCode() string }
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// description returns the description of an InvalidGrantException, or "".
func description(err error) string {
	var e *types.InvalidGrantException
	if errors.As(err, &e) {
		return aws.ToString(e.Error_description)
	}
	return ""
}

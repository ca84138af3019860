package emulator_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A signedRequest is a request that the SDK has signed. The SDK shares no code with the emulator.
type signedRequest struct {
	method, url, body string
	service, region   string
	key               aws.Credentials
	at                time.Time
	header            map[string]string
	change            func(*http.Request) // changes the request after the signature
	response          func(*http.Response)
}

func (s signedRequest) do(t *testing.T) (int, string) {
	t.Helper()
	req, err := http.NewRequest(s.method, s.url, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	if s.method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	for name, value := range s.header {
		req.Header.Set(name, value)
	}
	sum := sha256.Sum256([]byte(s.body))
	hash := hex.EncodeToString(sum[:])
	if s.service == "s3" {
		req.Header.Set("X-Amz-Content-Sha256", hash)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.service == "s3" })
	if err := signer.SignHTTP(context.Background(), s.key, req, hash, s.service, s.region, s.at); err != nil {
		t.Fatal(err)
	}
	if s.change != nil {
		s.change(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if s.response != nil {
		s.response(resp)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// keys gets role credentials from the portal.
func (x *tester) keys(account, role string) aws.Credentials {
	x.Helper()
	_, out := x.portal("/federation/credentials?account_id=" + account + "&role_name=" + role)
	c, ok := out["roleCredentials"].(map[string]any)
	if !ok {
		x.Fatalf("GetRoleCredentials: %v", out)
	}
	return aws.Credentials{AccessKeyID: c["accessKeyId"].(string), SecretAccessKey: c["secretAccessKey"].(string), SessionToken: c["sessionToken"].(string)}
}

const identityBody = "Action=GetCallerIdentity&Version=2011-06-15"

func TestGetCallerIdentity(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	r := signedRequest{
		method: "POST", url: x.srv.URL + "/", body: identityBody, service: "sts", region: "eu-west-1",
		key: x.keys("111122223333", "AdministratorAccess"), at: x.srv.Now(),
	}
	status, body := r.do(t)
	for _, part := range []string{
		"<Arn>arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_", "/jane</Arn>", "<UserId>AROA", ":jane</UserId>",
		"<Account>111122223333</Account>", `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`, "<ResponseMetadata><RequestId>",
	} {
		if status != 200 || !strings.Contains(body, part) {
			t.Fatalf("status %d, body %s, want 200 and %s", status, body, part)
		}
	}
	r.method, r.url, r.body = "GET", x.srv.URL+"/?"+identityBody, ""
	if status, body := r.do(t); status != 200 {
		t.Errorf("GET: status %d, want 200: %s", status, body)
	}
	if got := x.srv.Count("GetCallerIdentity"); got != 2 {
		t.Errorf("Count = %d, want 2", got)
	}
}

func TestSTSRefuses(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	good := signedRequest{
		method: "POST", url: x.srv.URL + "/", body: identityBody, service: "sts", region: "us-east-1",
		key: x.keys("111122223333", "AdministratorAccess"), at: x.srv.Now(),
	}
	other := x.keys("111122223333", "AdministratorAccess")
	tests := []struct {
		name   string
		change func(*signedRequest)
		status int
		code   string
	}{
		{"as it should be", func(*signedRequest) {}, 200, ""},
		{"wrong secret", func(r *signedRequest) { r.key.SecretAccessKey = other.SecretAccessKey }, 403, "SignatureDoesNotMatch"},
		{"another key's token", func(r *signedRequest) { r.key.SessionToken = other.SessionToken }, 403, "InvalidClientTokenId"},
		{"no token", func(r *signedRequest) { r.key.SessionToken = "" }, 403, "InvalidClientTokenId"},
		{"a made-up token", func(r *signedRequest) { r.key.SessionToken = "IQoJ" }, 403, "InvalidClientTokenId"},
		{"an unknown key", func(r *signedRequest) { r.key.AccessKeyID = "ASIAAAAAAAAAAAAAAAAA" }, 403, "InvalidClientTokenId"},
		{"another service", func(r *signedRequest) { r.service = "ec2" }, 403, "SignatureDoesNotMatch"},
		{"five minutes ago", func(r *signedRequest) { r.at = r.at.Add(-5 * time.Minute) }, 200, ""},
		{"a second more", func(r *signedRequest) { r.at = r.at.Add(-5*time.Minute - time.Second) }, 403, "SignatureDoesNotMatch"},
		{"too early", func(r *signedRequest) { r.at = r.at.Add(5*time.Minute + time.Second) }, 403, "SignatureDoesNotMatch"},
		{"body changed", func(r *signedRequest) {
			r.change = func(q *http.Request) {
				q.Body, q.GetBody = io.NopCloser(strings.NewReader(identityBody+"&x=y")), nil
				q.ContentLength = int64(len(identityBody) + 4)
			}
		}, 403, "SignatureDoesNotMatch"},
		{"host changed", func(r *signedRequest) { r.change = func(q *http.Request) { q.Host = "sts.amazonaws.com" } }, 403, "SignatureDoesNotMatch"},
		{"not signed", func(r *signedRequest) { r.change = func(q *http.Request) { q.Header.Del("Authorization") } }, 403, "MissingAuthenticationToken"},
		{"half signed", func(r *signedRequest) {
			r.change = func(q *http.Request) {
				q.Header.Set("Authorization", strings.Split(q.Header.Get("Authorization"), ", Signature")[0])
			}
		}, 400, "IncompleteSignature"},
		{"an unknown action", func(r *signedRequest) { r.body = "Action=Nope&Version=2011-06-15" }, 400, "InvalidAction"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := good
			tt.change(&r)
			status, body := r.do(t)
			if status != tt.status || (tt.code != "" && !strings.Contains(body, "<Type>Sender</Type><Code>"+tt.code+"</Code>")) {
				t.Errorf("%d %s, want %d %s", status, body, tt.status, tt.code)
			}
		})
	}
	x.srv.Advance(time.Hour)
	good.at = x.srv.Now()
	if status, body := good.do(t); status != 403 || !strings.Contains(body, "<Code>ExpiredToken</Code>") {
		t.Errorf("an hour later: status %d, want 403 ExpiredToken: %s", status, body)
	}
}

// The SDK's clients sign in, list accounts, get credentials and sign out.
func TestGoSDK(t *testing.T) {
	x := newTester(t, emulator.Config{})
	oidc := ssooidc.New(ssooidc.Options{Region: "us-east-1", BaseEndpoint: &x.srv.URL})
	portal := sso.New(sso.Options{Region: "us-east-1", BaseEndpoint: &x.srv.URL})
	ctx := t.Context()

	reg, err := oidc.RegisterClient(ctx, &ssooidc.RegisterClientInput{
		ClientName: aws.String("sdk"), ClientType: aws.String("public"), Scopes: []string{"sso:account:access"},
		GrantTypes: []string{"authorization_code", "refresh_token"}, RedirectUris: []string{"http://127.0.0.1/oauth/callback"}, IssuerUrl: &x.startURL,
	})
	if err != nil {
		t.Fatal(err)
	}
	x.id = *reg.ClientId
	tok, err := oidc.CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: reg.ClientId, ClientSecret: reg.ClientSecret, GrantType: aws.String("authorization_code"),
		Code: aws.String(x.code("jane")), CodeVerifier: &x.verifier, RedirectUri: &x.callback,
	})
	if err != nil {
		t.Fatal(err)
	}
	tok, err = oidc.CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: reg.ClientId, ClientSecret: reg.ClientSecret, GrantType: aws.String("refresh_token"), RefreshToken: tok.RefreshToken,
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := sso.NewListAccountsPaginator(portal, &sso.ListAccountsInput{AccessToken: tok.AccessToken, MaxResults: aws.Int32(4)})
	n := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n += len(page.AccountList)
	}
	if n != 6 {
		t.Errorf("%d accounts, want 6", n)
	}
	creds, err := portal.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{AccessToken: tok.AccessToken, AccountId: aws.String("111122223333"), RoleName: aws.String("AdministratorAccess")})
	if err != nil || time.UnixMilli(creds.RoleCredentials.Expiration).Sub(fixedNow()) != time.Hour {
		t.Errorf("credentials %+v, error %v, want credentials for 1 h", creds, err)
	}
	if _, err := portal.Logout(ctx, &sso.LogoutInput{AccessToken: tok.AccessToken}); err != nil {
		t.Error(err)
	}
	_, err = portal.ListAccounts(ctx, &sso.ListAccountsInput{AccessToken: tok.AccessToken})
	if err == nil || !strings.Contains(err.Error(), "UnauthorizedException: Session token not found or invalid") {
		t.Errorf("after the logout: error %v, want UnauthorizedException", err)
	}
}

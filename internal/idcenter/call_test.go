package idcenter

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

var (
	accessToken  = secret.New("access-token-of-the-test")
	refreshToken = secret.New("refresh-token-of-the-test")
	registration = Registration{ClientID: "client-1", ClientSecret: secret.New("client-secret-of-the-test")}
)

// hidden lists texts that no error and no log must contain.
var hidden = []string{"-of-the-test", "access-2", "refresh-2", "secret-2"}

// clientAt returns a client for a server with this handler at both endpoints. The client does not
// pause between attempts. At the end of the test, clientAt searches the client's log for secrets.
func clientAt(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return client(t, Options{Region: "us-east-1", OIDCEndpoint: srv.URL, PortalEndpoint: srv.URL})
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	var log bytes.Buffer
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c.attempts, c.pause = 2, time.Millisecond
	t.Cleanup(func() { noSecret(t, "log", log.String()) })
	return c
}

func noSecret(t *testing.T, place, text string) {
	t.Helper()
	for _, h := range hidden {
		if strings.Contains(text, h) {
			t.Errorf("%s contains the secret %q: %s", place, h, text)
		}
	}
}

// always returns a handler that sends the same reply to every request.
func always(status int, header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if name, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestRefresh(t *testing.T) {
	var body string
	c := clientAt(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = r.Method + " " + r.URL.Path + " " + string(b)
		_, _ = io.WriteString(w, `{"accessToken":"access-2","tokenType":"Bearer","expiresIn":3600,"refreshToken":"refresh-2","unknown":[]}`)
	})
	grant, err := c.Refresh(t.Context(), registration, refreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if grant.AccessToken.Reveal() != "access-2" || grant.RefreshToken.Reveal() != "refresh-2" || grant.Lifetime != time.Hour {
		t.Errorf("grant %q %q %v, want access-2, refresh-2 and an hour", grant.AccessToken.Reveal(), grant.RefreshToken.Reveal(), grant.Lifetime)
	}
	want := `POST /token {"clientId":"client-1","clientSecret":"client-secret-of-the-test","grantType":"refresh_token","refreshToken":"refresh-token-of-the-test"}`
	if body != want {
		t.Errorf("request %s, want %s", body, want)
	}
}

func TestRefreshWithoutSuccessor(t *testing.T) {
	c := clientAt(t, always(200, "", `{"accessToken":"access-2","expiresIn":28800}`))
	grant, err := c.Refresh(t.Context(), registration, refreshToken)
	if err != nil || !grant.RefreshToken.IsZero() || grant.Lifetime != 8*time.Hour {
		t.Errorf("grant %+v, %v; want no refresh token and eight hours", grant, err)
	}
}

func TestRoleCredentials(t *testing.T) {
	var got, token string
	c := clientAt(t, func(w http.ResponseWriter, r *http.Request) {
		got, token = r.URL.String(), r.Header.Get("x-amz-sso_bearer_token")
		_, _ = io.WriteString(w, `{"roleCredentials":{"accessKeyId":"ASIA1","secretAccessKey":"secret-2","sessionToken":"access-2","expiration":1795374732000}}`)
	})
	keys, err := c.RoleCredentials(t.Context(), accessToken, "111111111111", "Admin+1")
	if err != nil {
		t.Fatal(err)
	}
	if keys.AccessKeyID != "ASIA1" || keys.SecretAccessKey.Reveal() != "secret-2" || keys.SessionToken.Reveal() != "access-2" ||
		!keys.Expiration.Equal(time.Date(2026, 11, 22, 19, 12, 12, 0, time.UTC)) {
		t.Errorf("keys %+v, want the credentials of the reply", keys)
	}
	if got != "/federation/credentials?account_id=111111111111&role_name=Admin%2B1" || token != accessToken.Reveal() {
		t.Errorf("request %s with %s, want the account, the role and the access token", got, token)
	}
}

// An error of the service has the AWS CLI's text and matches the right sentinel errors.
func TestServiceErrors(t *testing.T) {
	tests := []struct {
		name          string
		status        int
		header        string
		body          string
		refresh, role string // the expected texts; "" means that the test makes no such call
		is            []error
	}{
		{
			name: "invalid grant", status: 400, header: "X-Amzn-ErrorType: InvalidGrantException:http://internal.amazon.com/coral/",
			body:    `{"error":"invalid_grant","error_description":"Invalid refresh token provided"}`,
			refresh: "An error occurred (InvalidGrantException) when calling the CreateToken operation:\n\nAdditional error details:\nerror: invalid_grant\nerror_description: Invalid refresh token provided",
			is:      []error{ErrInvalidGrant},
		},
		{
			name: "only OAuth's fields", status: 400, body: `{"error":"invalid_grant"}`,
			refresh: "An error occurred (400) when calling the CreateToken operation:\n\nAdditional error details:\nerror: invalid_grant",
			is:      []error{ErrInvalidGrant},
		},
		{
			name: "refresh token expired", status: 400, body: `{"__type":"com.amazonaws.sso.oidc#ExpiredTokenException","error":"expired_token"}`,
			refresh: "An error occurred (ExpiredTokenException) when calling the CreateToken operation:\n\nAdditional error details:\nerror: expired_token",
			is:      []error{ErrInvalidGrant},
		},
		{
			name: "invalid client", status: 401, header: "X-Amzn-ErrorType: InvalidClientException", body: `{"error":"invalid_client","error_description":"no\u001b[31m such\nclient"}`,
			refresh: "An error occurred (InvalidClientException) when calling the CreateToken operation:\n\nAdditional error details:\nerror: invalid_client\nerror_description: no[31m such client",
			is:      []error{ErrInvalidClient},
		},
		{
			name: "KMS key denied", status: 400, header: "X-Amzn-ErrorType: AccessDeniedException", body: `{"error_description":"d","reason":"KMS_AccessDeniedException","error":"access_denied"}`,
			refresh: "An error occurred (AccessDeniedException) when calling the CreateToken operation:\n\nAdditional error details:\nerror: access_denied\nreason: KMS_AccessDeniedException\nerror_description: d",
		},
		{
			name: "portal 401", status: 401, body: `{"message":"Session token not found or invalid","__type":"com.amazonaws.switchboard.portal#UnauthorizedException"}`,
			role: "An error occurred (UnauthorizedException) when calling the GetRoleCredentials operation: Session token not found or invalid",
			is:   []error{ErrUnauthorized},
		},
		{
			name: "portal 401, nothing said", status: 401, role: "An error occurred (401) when calling the GetRoleCredentials operation:",
			is: []error{ErrUnauthorized},
		},
		{
			name: "no access", status: 403, body: `{"message":"No access","__type":"com.amazonaws.switchboard.portal#ForbiddenException"}`,
			role: "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access",
			is:   []error{ErrForbidden},
		},
		{
			name: "throttled", status: 429, body: `{"message":"HTTP 429 Unknown Code","__type":"com.amazonaws.switchboard.portal#TooManyRequestsException"}`,
			role: "An error occurred (TooManyRequestsException) when calling the GetRoleCredentials operation (reached max retries: 1): HTTP 429 Unknown Code",
			is:   []error{ErrTemporary},
		},
		{
			name: "throttled without a code", status: 429, role: "An error occurred (429) when calling the GetRoleCredentials operation (reached max retries: 1):",
			is: []error{ErrTemporary},
		},
		{
			name: "fault", status: 500, header: "X-Amzn-ErrorType: InternalServerException", body: `{"error":"server_error","error_description":"oops"}`,
			refresh: "An error occurred (InternalServerException) when calling the CreateToken operation (reached max retries: 1):\n\nAdditional error details:\nerror: server_error\nerror_description: oops",
			is:      []error{ErrTemporary},
		},
		{
			name: "error that quotes the request", status: 400, body: `{"code":"InvalidRequestException","message":"access-token-of-the-test and client-secret-of-the-test?"}`,
			refresh: "An error occurred (InvalidRequestException) when calling the CreateToken operation: access-token-of-the-test and [redacted]?",
			role:    "An error occurred (InvalidRequestException) when calling the GetRoleCredentials operation: [redacted] and client-secret-of-the-test?",
		},
		{
			name: "a code that quotes us", status: 400, header: "X-Amzn-ErrorType: client-secret-of-the-test", body: `{}`,
			refresh: "An error occurred ([redacted]) when calling the CreateToken operation:",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := clientAt(t, always(tt.status, tt.header, tt.body))
			if tt.refresh != "" {
				_, err := c.Refresh(t.Context(), registration, refreshToken)
				identity(t, err, tt.refresh, tt.is)
			}
			if tt.role != "" {
				_, err := c.RoleCredentials(t.Context(), accessToken, "1", "r")
				identity(t, err, tt.role, tt.is)
			}
		})
	}
}

// identity checks the text of err. It also checks that err matches the sentinel errors in matches,
// and no other sentinel error.
func identity(t *testing.T, err error, text string, matches []error) {
	t.Helper()
	if err == nil || err.Error() != text {
		t.Errorf("error\n%v\nwant\n%v", err, text)
	}
	for _, sentinel := range []error{ErrInvalidGrant, ErrInvalidClient, ErrUnauthorized, ErrForbidden, ErrNetwork, ErrTemporary, ErrExpired} {
		if got, want := errors.Is(err, sentinel), slices.Contains(matches, sentinel); got != want {
			t.Errorf("%v is %v: %v, want %v", err, sentinel, got, want)
		}
	}
}

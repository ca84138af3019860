package idcenter

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// An invalid reply is an error that names the endpoint and quotes nothing from the reply. The
// client never takes it for an error of the service.
func TestBrokenReplies(t *testing.T) {
	tests := []struct {
		name      string
		reply     http.HandlerFunc
		reason    string
		temporary bool
	}{
		{"page with 200", always(200, "Content-Type: text/html; charset=utf-8", "<html>access-2</html>"), "HTTP 200, text/html instead of JSON", true},
		{"page without a content type", always(200, "Content-Type: ", "<html>access-2</html>"), "HTTP 200, no complete JSON object", true},
		{"JSON with the content type of a page", always(200, "Content-Type: text/html", `{"accessToken":"access-2","expiresIn":1}`), "HTTP 200, text/html instead of JSON", true},
		{"truncated JSON", always(200, "", `{"accessToken":"access-2","expi`), "HTTP 200, no complete JSON object", true},
		{"JSON list", always(200, "", `["access-2"]`), "HTTP 200, no complete JSON object", true},
		{"empty body", always(200, "", ""), "HTTP 200, no token or no lifetime", true},
		{"empty object", always(200, "", "{}"), "HTTP 200, no token or no lifetime", true},
		{"nulls", always(200, "", `{"accessToken":null,"expiresIn":null,"refreshToken":null}`), "HTTP 200, no token or no lifetime", true},
		{"no lifetime", always(200, "", `{"accessToken":"access-2"}`), "HTTP 200, no token or no lifetime", true},
		{"number for a token", always(200, "", `{"accessToken":5,"expiresIn":3600}`), "HTTP 200, JSON with members of the wrong type", true},
		{"text for a number", always(200, "", `{"accessToken":"access-2","expiresIn":"secret-2"}`), "HTTP 200, JSON with members of the wrong type", true},
		{"too long", always(200, "", `{"accessToken":"`+strings.Repeat("access-2", maxReply/8)+`","expiresIn":1}`), "HTTP 200, more than 4 MB", true},
		{"token with a line break", always(200, "", `{"accessToken":"access-2\r\nX-Evil: 1","expiresIn":60}`), "HTTP 200, control characters in accessToken", true},
		{"refresh token with a zero byte", always(200, "", `{"accessToken":"access-2","refreshToken":"a\u0000","expiresIn":60}`), "HTTP 200, control characters in refreshToken", true},
		{"token with a C1 control character", always(200, "", `{"accessToken":"access-2\u009b","expiresIn":60}`), "HTTP 200, control characters in accessToken", true},
		{"token too long for a header", always(200, "", `{"accessToken":"`+strings.Repeat("access-2", maxSecret/8)+`x","expiresIn":1}`), "HTTP 200, accessToken of 32769 bytes", true},
		{"redirect", always(302, "Location: https://login.example/?token=access-2", ""), "HTTP 302, a redirect", true},
		{"401 of a proxy", always(401, "Content-Type: text/html", "<html>"), "HTTP 401, text/html instead of JSON", false},
		{"403 of a proxy", always(403, "Content-Type: text/plain", "Blocked"), "HTTP 403, no complete JSON object", false},
		{"404 of another server", always(404, "Content-Type: text/html", "<html>"), "HTTP 404, text/html instead of JSON", false},
		{"503 of a load balancer", always(503, "Content-Type: text/html", "<html>"), "HTTP 503, text/html instead of JSON", true},
		{"429 of a load balancer", always(429, "Content-Type: text/html", "<html>"), "HTTP 429, text/html instead of JSON", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clientAt(t, tt.reply)
			_, err := c.Refresh(t.Context(), registration, refreshToken)
			var is []error
			if tt.temporary {
				is = []error{ErrTemporary}
			}
			identity(t, err, "The endpoint URL \""+c.OIDCURL()+"\" sent an invalid reply to CreateToken: "+tt.reason, is)
			if !errors.As(err, new(*ReplyError)) {
				t.Errorf("error %T, want a ReplyError", err)
			}
		})
	}
}

func TestIncompleteRoleCredentials(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"roleCredentials":null}`, `{"roleCredentials":{}}`,
		`{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t"}}`,
		`{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":null,"expiration":1795374732000}}`,
		`{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":4611686018427387904}}`, // in the year 146140482
		`{"roleCredentials":{"accessKeyId":"A\n","secretAccessKey":"s","sessionToken":"t","expiration":1795374732000}}`,
		`{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s\r","sessionToken":"t","expiration":1795374732000}}`,
		`{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t\u007f","expiration":1795374732000}}`,
	} {
		_, err := clientAt(t, always(200, "", body)).RoleCredentials(t.Context(), accessToken, "1", "r")
		if !errors.As(err, new(*ReplyError)) || !errors.Is(err, ErrTemporary) {
			t.Errorf("%s: %v, want a temporary ReplyError", body, err)
		}
	}
}

// Some servers write null for a missing member.
func TestNullRefreshToken(t *testing.T) {
	c := clientAt(t, always(200, "", `{"accessToken":"access-2","expiresIn":60,"refreshToken":null,"idToken":null}`))
	grant, err := c.Refresh(t.Context(), registration, refreshToken)
	if err != nil || !grant.RefreshToken.IsZero() {
		t.Errorf("%+v, %v; want no refresh token", grant, err)
	}
}

// The client follows no redirect, so that the token is not sent to another server.
func TestRedirectKeepsToken(t *testing.T) {
	var visits atomic.Int32
	thief := clientAt(t, func(http.ResponseWriter, *http.Request) { visits.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := clientAt(t, always(status, "Location: "+thief.PortalURL()+"/logout", ""))
		if err := c.Logout(t.Context(), accessToken); !errors.As(err, new(*ReplyError)) {
			t.Errorf("%d: %v, want a ReplyError", status, err)
		}
	}
	if visits.Load() > 0 {
		t.Error("a redirect was followed")
	}
}

func TestPages(t *testing.T) {
	var queries []string
	page := map[string]string{
		"":  `{"accountList":[{"accountId":"1","accountName":"One","emailAddress":"one@example.com"},{"accountId":"2"}],"nextToken":"b"}`,
		"b": `{"accountList":[],"nextToken":"c"}`,
		"c": `{"accountList":[{"accountId":"3"}],"nextToken":null}`,
	}
	c := clientAt(t, func(w http.ResponseWriter, r *http.Request) {
		queries = append(queries, r.URL.Path+"?"+r.URL.RawQuery)
		_, _ = io.WriteString(w, page[r.URL.Query().Get("next_token")])
	})
	var got []Account
	for a, err := range c.Accounts(t.Context(), accessToken) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a)
	}
	if len(got) != 3 || got[0] != (Account{"1", "One", "one@example.com"}) || got[2].ID != "3" {
		t.Errorf("accounts %+v, want three accounts", got)
	}
	if len(queries) != 3 || queries[1] != "/assignment/accounts?max_result=100&next_token=b" {
		t.Errorf("requests %q, want three, the second with next_token=b", queries)
	}

	queries = nil
	for range c.Accounts(t.Context(), accessToken) {
		break
	}
	if len(queries) != 1 {
		t.Errorf("%d requests for one account, want 1", len(queries))
	}
}

func TestPagesFail(t *testing.T) {
	endless := clientAt(t, always(200, "", `{"roleList":[{"roleName":"r","accountId":"1"}],"nextToken":"x"}`))
	roles := 0
	var err error
	for role, e := range endless.Roles(t.Context(), accessToken, "1") {
		if err = e; err == nil && role == (Role{"r", "1"}) {
			roles++
		}
	}
	if roles != 2 || !errors.As(err, new(*ReplyError)) {
		t.Errorf("%d roles, then %v; want 2 roles, then a ReplyError", roles, err)
	}

	refused := clientAt(t, always(401, "", `{"message":"no"}`))
	for _, e := range refused.Accounts(t.Context(), accessToken) {
		if !errors.Is(e, ErrUnauthorized) {
			t.Errorf("error %v", e)
		}
	}
}

func TestLogout(t *testing.T) {
	var got string
	c := clientAt(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.URL.Path + " " + r.Header.Get("x-amz-sso_bearer_token")
	})
	if err := c.Logout(t.Context(), accessToken); err != nil || got != "POST /logout "+accessToken.Reveal() {
		t.Errorf("request %s, %v; want POST /logout with the access token", got, err)
	}
}

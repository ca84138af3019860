package idcenter

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// A reply that the service does not send is an error that names the endpoint
// and shows nothing of the reply; it never passes for one of the service's own.
func TestBrokenReplies(t *testing.T) {
	tests := []struct {
		name      string
		reply     http.HandlerFunc
		reason    string
		temporary bool
	}{
		{"a page with 200", always(200, "Content-Type: text/html; charset=utf-8", "<html>access-2</html>"), "HTTP 200, text/html instead of JSON", true},
		{"a page without a type", always(200, "Content-Type: ", "<html>access-2</html>"), "HTTP 200, not JSON, or only the beginning of it", true},
		{"JSON called a page", always(200, "Content-Type: text/html", `{"accessToken":"access-2","expiresIn":1}`), "HTTP 200, text/html instead of JSON", true},
		{"half the JSON", always(200, "", `{"accessToken":"access-2","expi`), "HTTP 200, not JSON, or only the beginning of it", true},
		{"a JSON list", always(200, "", `["access-2"]`), "HTTP 200, not JSON, or only the beginning of it", true},
		{"nothing", always(200, "", ""), "HTTP 200, without a token or its lifetime", true},
		{"an empty object", always(200, "", "{}"), "HTTP 200, without a token or its lifetime", true},
		{"nulls", always(200, "", `{"accessToken":null,"expiresIn":null,"refreshToken":null}`), "HTTP 200, without a token or its lifetime", true},
		{"no lifetime", always(200, "", `{"accessToken":"access-2"}`), "HTTP 200, without a token or its lifetime", true},
		{"a number for a token", always(200, "", `{"accessToken":5,"expiresIn":3600}`), "HTTP 200, its JSON has members of another type", true},
		{"text for a number", always(200, "", `{"accessToken":"access-2","expiresIn":"secret-2"}`), "HTTP 200, its JSON has members of another type", true},
		{"no end", always(200, "", `{"accessToken":"`+strings.Repeat("access-2", maxReply/8)+`","expiresIn":1}`), "HTTP 200, a reply without end", true},
		{"a token with the end of a line", always(200, "", `{"accessToken":"access-2\r\nX-Evil: 1","expiresIn":60}`), "HTTP 200, control characters in accessToken", true},
		{"a refresh token with a zero byte", always(200, "", `{"accessToken":"access-2","refreshToken":"a\u0000","expiresIn":60}`), "HTTP 200, control characters in refreshToken", true},
		{"a token with a C1 control", always(200, "", `{"accessToken":"access-2\u009b","expiresIn":60}`), "HTTP 200, control characters in accessToken", true},
		{"a token that no header could carry", always(200, "", `{"accessToken":"`+strings.Repeat("access-2", maxSecret/8)+`x","expiresIn":1}`), "HTTP 200, accessToken of 32769 bytes", true},
		{"a redirect", always(302, "Location: https://login.example/?token=access-2", ""), "HTTP 302, a redirect", true},
		{"a proxy's 401", always(401, "Content-Type: text/html", "<html>"), "HTTP 401, text/html instead of JSON", false},
		{"a proxy's 403", always(403, "Content-Type: text/plain", "Blocked"), "HTTP 403, not JSON, or only the beginning of it", false},
		{"another server's 404", always(404, "Content-Type: text/html", "<html>"), "HTTP 404, text/html instead of JSON", false},
		{"a balancer's 503", always(503, "Content-Type: text/html", "<html>"), "HTTP 503, text/html instead of JSON", true},
		{"a balancer's 429", always(429, "Content-Type: text/html", "<html>"), "HTTP 429, text/html instead of JSON", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := at(t, tt.reply)
			_, err := c.Refresh(t.Context(), registration, refreshToken)
			var is []error
			if tt.temporary {
				is = []error{ErrTemporary}
			}
			identity(t, err, "The endpoint URL \""+c.OIDCURL()+"\" did not answer CreateToken as the service does: "+tt.reason, is)
			if !errors.As(err, new(*ReplyError)) {
				t.Errorf("error %T", err)
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
		_, err := at(t, always(200, "", body)).RoleCredentials(t.Context(), accessToken, "1", "r")
		if !errors.As(err, new(*ReplyError)) || !errors.Is(err, ErrTemporary) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// null is how some servers write a member that is not there.
func TestNullRefreshToken(t *testing.T) {
	c := at(t, always(200, "", `{"accessToken":"access-2","expiresIn":60,"refreshToken":null,"idToken":null}`))
	grant, err := c.Refresh(t.Context(), registration, refreshToken)
	if err != nil || !grant.RefreshToken.IsZero() {
		t.Errorf("%+v, %v", grant, err)
	}
}

// A redirect must not take the token to another server.
func TestRedirectKeepsToken(t *testing.T) {
	var visits atomic.Int32
	thief := at(t, func(http.ResponseWriter, *http.Request) { visits.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := at(t, always(status, "Location: "+thief.PortalURL()+"/logout", ""))
		if err := c.Logout(t.Context(), accessToken); !errors.As(err, new(*ReplyError)) {
			t.Errorf("%d: %v", status, err)
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
	c := at(t, func(w http.ResponseWriter, r *http.Request) {
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
		t.Errorf("accounts %+v", got)
	}
	if len(queries) != 3 || queries[1] != "/assignment/accounts?max_result=100&next_token=b" {
		t.Errorf("requests %q", queries)
	}

	queries = nil
	for range c.Accounts(t.Context(), accessToken) {
		break
	}
	if len(queries) != 1 {
		t.Errorf("%d requests for one account", len(queries))
	}
}

func TestPagesFail(t *testing.T) {
	endless := at(t, always(200, "", `{"roleList":[{"roleName":"r","accountId":"1"}],"nextToken":"x"}`))
	roles := 0
	var err error
	for role, e := range endless.Roles(t.Context(), accessToken, "1") {
		if err = e; err == nil && role == (Role{"r", "1"}) {
			roles++
		}
	}
	if roles != 2 || !errors.As(err, new(*ReplyError)) {
		t.Errorf("%d roles, then %v", roles, err)
	}

	refused := at(t, always(401, "", `{"message":"no"}`))
	for _, e := range refused.Accounts(t.Context(), accessToken) {
		if !errors.Is(e, ErrUnauthorized) {
			t.Errorf("error %v", e)
		}
	}
}

func TestLogout(t *testing.T) {
	var got string
	c := at(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.URL.Path + " " + r.Header.Get("x-amz-sso_bearer_token")
	})
	if err := c.Logout(t.Context(), accessToken); err != nil || got != "POST /logout "+accessToken.Reveal() {
		t.Errorf("request %s, %v", got, err)
	}
}

//go:build unix

package doctor

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// An access token goes only to the portal that issued it. No setting and no redirect changes that.
func TestTokenStaysWithItsPortal(t *testing.T) {
	const (
		token  = "aoa-secret-token"
		portal = "https://portal.sso.us-east-1.amazonaws.com"
		other  = "https://127.0.0.1:1"
	)
	config := func(section, more string) string {
		return strings.Replace(testConfig, "["+section+"]\n", "["+section+"]\n"+more, 1)
	}
	services := "services = x\n"
	for _, c := range []struct {
		name   string
		origin string // of the token
		config string
		env    map[string]string
		want   []string // origins that get the token
	}{
		{name: "a token of AWS", want: []string{portal}},
		{name: "a token that the AWS CLI wrote", origin: "-", want: []string{portal}},
		{name: "another portal in the environment", env: map[string]string{"AWS_ENDPOINT_URL_SSO": other}},
		{name: "another portal in the environment, a token of the AWS CLI", origin: "-", env: map[string]string{"AWS_ENDPOINT_URL_SSO": "https://example.com"}},
		{name: "another portal without TLS", origin: "-", env: map[string]string{"AWS_ENDPOINT_URL_SSO": "http://example.com", "AWS_ENDPOINT_URL_SSO_OIDC": "http://example.com"}},
		{name: "both services elsewhere", env: map[string]string{"AWS_ENDPOINT_URL_SSO": other, "AWS_ENDPOINT_URL_SSO_OIDC": other}},
		{name: "LocalStack in the environment", env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, want: []string{portal}},
		{name: "LocalStack in the profile", config: config("profile dev", "endpoint_url = http://127.0.0.1:4566\n"), want: []string{portal}},
		{
			name:   "another portal in the profile",
			config: config("profile dev", services) + "[services x]\nsso =\n  endpoint_url = https://127.0.0.1:1\nsso_oidc =\n  endpoint_url = https://127.0.0.1:1\n",
		},
		{
			name: "a token of another portal", origin: other, want: []string{other},
			env: map[string]string{"AWS_ENDPOINT_URL_SSO": other, "AWS_ENDPOINT_URL_SSO_OIDC": other},
		},
		{name: "a token of a portal that no setting names", origin: other},
	} {
		t.Run(c.name, func(t *testing.T) {
			var mu sync.Mutex
			var got []string
			spy := roundTrip(func(r *http.Request) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				body := []byte{}
				if r.Body != nil {
					body, _ = io.ReadAll(r.Body)
				}
				if to := r.URL.Scheme + "://" + r.URL.Host; strings.Contains(fmt.Sprint(r.URL, r.Header, string(body)), token) && !slices.Contains(got, to) {
					got = append(got, to)
				}
				h := http.Header{"Date": {now.Format(http.TimeFormat)}, "Location": {"https://portal.example.com" + r.URL.Path}}
				return &http.Response{StatusCode: http.StatusTemporaryRedirect, Header: h, Body: http.NoBody, Request: r}, nil
			})
			origin := ""
			switch c.origin {
			case "-":
			case "":
				origin = `, "lanyardOrigin": "aws"`
			default:
				origin = fmt.Sprintf(`, "lanyardOrigin": %q`, c.origin)
			}
			cached := fmt.Sprintf(`{"startUrl": "https://d-1234567890.awsapps.com/start", "region": "us-east-1", "accessToken": %q, "expiresAt": %q%s}`,
				token, now.Add(time.Hour).Format(time.RFC3339), origin)
			s := setup{
				config: c.config, env: c.env, transport: spy, page: `<html><head><meta name="region" content="us-east-1"/></head></html>`,
				home: map[string]string{path.Join(".aws/sso/cache", ssocache.TokenName("corp")): cached},
			}
			s.examine(t, "token")
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("the token went to %q, want %q", got, c.want)
			}
		})
	}
}

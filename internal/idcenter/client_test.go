package idcenter

import (
	"strings"
	"testing"
)

func TestEndpoints(t *testing.T) {
	tests := []struct {
		name         string
		o            Options
		oidc, portal string
		err          string // part of the expected error; "" means no error
	}{
		{name: "plain", o: Options{Region: "eu-west-1"}, oidc: "https://oidc.eu-west-1.amazonaws.com", portal: "https://portal.sso.eu-west-1.amazonaws.com"},
		{name: "China", o: Options{Region: "cn-north-1"}, oidc: "https://oidc.cn-north-1.amazonaws.com.cn", portal: "https://portal.sso.cn-north-1.amazonaws.com.cn"},
		{name: "EU Sovereign", o: Options{Region: "eusc-de-east-1"}, oidc: "https://oidc.eusc-de-east-1.amazonaws.eu", portal: "https://portal.sso.eusc-de-east-1.amazonaws.eu"},
		{name: "FIPS", o: Options{Region: "us-east-1", FIPS: true}, oidc: "https://oidc-fips.us-east-1.amazonaws.com", portal: "https://portal.sso-fips.us-east-1.amazonaws.com"},
		{name: "GovCloud FIPS", o: Options{Region: "us-gov-west-1", FIPS: true}, oidc: "https://oidc.us-gov-west-1.amazonaws.com", portal: "https://portal.sso.us-gov-west-1.amazonaws.com"},
		{name: "dual-stack", o: Options{Region: "us-east-1", DualStack: true}, oidc: "https://oidc.us-east-1.api.aws", portal: "https://portal.sso.us-east-1.api.aws"},
		{name: "dual-stack portal", o: Options{Region: "us-east-2", StartURL: "https://ssoins-0123456789abcdef.portal.us-east-2.app.aws"}, oidc: "https://oidc.us-east-2.api.aws", portal: "https://portal.sso.us-east-2.amazonaws.com"},
		{name: "dual-stack portal with a path", o: Options{Region: "us-east-2", StartURL: "https://SSOINS-0.portal.us-east-2.app.aws/start/#/"}, oidc: "https://oidc.us-east-2.api.aws", portal: "https://portal.sso.us-east-2.amazonaws.com"},
		{name: "dual-stack portal in China", o: Options{Region: "cn-north-1", StartURL: "https://ssoins-0.portal.cn-north-1.app.amazonwebservices.com.cn"}, oidc: "https://oidc.cn-north-1.api.amazonwebservices.com.cn", portal: "https://portal.sso.cn-north-1.amazonaws.com.cn"},
		{name: "dual-stack portal, FIPS", o: Options{Region: "us-east-2", FIPS: true, StartURL: "https://ssoins-0.portal.us-east-2.app.aws"}, oidc: "https://oidc-fips.us-east-2.api.aws", portal: "https://portal.sso-fips.us-east-2.amazonaws.com"},
		{name: "dual-stack portal, custom endpoint", o: Options{Region: "us-east-2", OIDCEndpoint: "http://127.0.0.1:99", StartURL: "https://ssoins-0.portal.us-east-2.app.aws"}, oidc: "http://127.0.0.1:99", portal: "https://portal.sso.us-east-2.amazonaws.com"},
		{name: "IPv4 portal", o: Options{Region: "us-east-2", StartURL: "https://ssoins-0.us-east-2.portal.amazonaws.com"}, oidc: "https://oidc.us-east-2.amazonaws.com", portal: "https://portal.sso.us-east-2.amazonaws.com"},
		{name: "unknown region", o: Options{Region: "xx-test-1"}, oidc: "https://oidc.xx-test-1.amazonaws.com", portal: "https://portal.sso.xx-test-1.amazonaws.com"},
		{name: "custom", o: Options{OIDCEndpoint: "http://127.0.0.1:99/", PortalEndpoint: "https://proxy.example/sso"}, oidc: "http://127.0.0.1:99", portal: "https://proxy.example/sso"},
		{name: "one custom", o: Options{Region: "eu-west-1", OIDCEndpoint: "http://[::1]:99"}, oidc: "http://[::1]:99", portal: "https://portal.sso.eu-west-1.amazonaws.com"},
		{name: "custom and FIPS", o: Options{Region: "us-east-1", FIPS: true, OIDCEndpoint: "https://a.example"}, err: "Invalid Configuration: FIPS and custom endpoint are not supported"},
		{name: "custom and dual-stack", o: Options{Region: "us-east-1", DualStack: true, PortalEndpoint: "https://a.example"}, err: "Invalid Configuration: Dualstack and custom endpoint are not supported"},
		{name: "plain http elsewhere", o: Options{Region: "us-east-1", PortalEndpoint: "http://portal.example:8080"}, err: "http://portal.example:8080"},
		{name: "password", o: Options{Region: "us-east-1", OIDCEndpoint: "http://me:hidden@portal.example"}, err: "http://me:xxxxx@portal.example"},
		{name: "no host", o: Options{Region: "us-east-1", OIDCEndpoint: "localhost:8080"}, err: "Invalid endpoint: localhost:8080"},
		{name: "no URL", o: Options{Region: "us-east-1", OIDCEndpoint: "http://a b"}, err: "Invalid endpoint: http://a b"},
		{name: "no region", err: "Missing Region"},
		{name: "region that is a path", o: Options{Region: "evil.example/#"}, err: "Provided region_name 'evil.example/#' doesn't match a supported format."},
		{name: "region with an escape", o: Options{Region: "us\x1b[2J"}, err: "Provided region_name 'us[2J'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(tt.o)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "hidden") {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.OIDCURL() != tt.oidc || c.PortalURL() != tt.portal {
				t.Errorf("%s and %s, want %s and %s", c.OIDCURL(), c.PortalURL(), tt.oidc, tt.portal)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"User denied":                            "User denied",
		"a\x1b[31mred\x07\x00":                   "a[31mred",
		" two\nlines\tand a tab\r\n":             "two lines and a tab",
		"\u202eevil\u2066\u200b":                 "evil",
		"Zürich 東京":                              "Zürich 東京",
		"bad \xff byte":                          "bad \ufffd byte",
		"c1 \u009b31m":                           "c1 31m",
		strings.Repeat("é", maxText):             strings.Repeat("é", maxText),
		strings.Repeat("é", maxText) + "and on…": strings.Repeat("é", maxText) + "…",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

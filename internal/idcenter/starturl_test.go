package idcenter

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestResolveStartURLWithoutRequest(t *testing.T) {
	tests := []struct {
		url      string
		loopback bool
		err      string // the expected error; "" means that the URL comes back unchanged
	}{
		{url: "https://d-1234567890.awsapps.com/start"},
		{url: "https://corp.awsapps.com/start/#/"},
		{url: "https://CORP.AWSAPPS.COM/start"},
		{url: "https://start.us-gov-home.awsapps.com/directory/d-1"},
		{url: "https://start.cn-north-1.home.awsapps.cn/directory/d-1"},
		{url: "https://ssoins-1.eu-west-1.portal.amazonaws.com"},
		{url: "https://ssoins-1.portal.eu-west-1.app.aws"},
		{url: "https://ssoins-1.cn-north-1.portal.amazonaws.com.cn"},
		{url: "https://ssoins-1.eusc-de-east-1.portal.amazonaws.eu"},
		{url: "https://identitycenter.amazonaws.com/ssoins-1"},
		{url: "https://identitycenter.us-gov.amazonaws.com/ssoins-1"},
		{url: "http://127.0.0.1:8080/start", loopback: true},
		{url: "http://127.0.0.1:8080/start", err: "The sso_start_url must use the https scheme."},
		{url: "http://d-1234567890.awsapps.com/start", loopback: true, err: "The sso_start_url must use the https scheme."},
		{url: "d-1234567890.awsapps.com/start", err: "The sso_start_url must use the https scheme."},
		{url: "", err: "The sso_start_url must use the https scheme."},
		{url: "https://", err: "Invalid sso_start_url: 'https://'"},
		{url: "https:///start", err: "Invalid sso_start_url: 'https:///start'"},
		{url: "https://d.awsapps.com@evil.example/", err: "Invalid sso_start_url: 'https://d.awsapps.com@evil.example/'"},
		{url: "https://a b.awsapps.com/\x1b", err: "Invalid sso_start_url: 'https://a b.awsapps.com/'"},
	}
	none := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		t.Error("a request was made")
		return nil, errors.New("no network")
	}}}
	for _, tt := range tests {
		got, region, err := ResolveStartURL(t.Context(), none, tt.url, tt.loopback)
		if tt.err != "" {
			if err == nil || err.Error() != tt.err || !errors.Is(err, ErrStartURL) {
				t.Errorf("%s: error %v, want %s", tt.url, err, tt.err)
			}
		} else if got != tt.url || region != "" || err != nil {
			t.Errorf("%s: %s, %s, %v; want the same URL and no region", tt.url, got, region, err)
		}
	}
}

// vanity starts an https server, and returns a client that connects to it for every host name.
func vanity(t *testing.T, h http.HandlerFunc) *http.Client {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
		},
		TLSClientConfig: &tls.Config{RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"},
	}}
}

func TestResolveVanityURL(t *testing.T) {
	const vanityURL = "https://sso.example.com/login"
	tests := []struct {
		name     string
		status   int
		location string
		want     string
		region   string
		err      string
	}{
		{name: "to a region's portal", status: 301, location: "https://ssoins-1.eu-west-1.portal.amazonaws.com/", want: "https://ssoins-1.eu-west-1.portal.amazonaws.com/", region: "eu-west-1"},
		{name: "to a dual-stack portal", status: 302, location: "https://ssoins-1.portal.us-east-2.app.aws", want: "https://ssoins-1.portal.us-east-2.app.aws", region: "us-east-2"},
		{name: "to a directory", status: 307, location: "https://d-1234567890.awsapps.com/start", want: "https://d-1234567890.awsapps.com/start"},
		{name: "to another host", status: 308, location: "https://evil.example/start", err: "Could not resolve start URL '" + vanityURL + "' to an AWS-owned endpoint. Final URL: 'https://evil.example/start'"},
		{name: "to a host that looks like it", status: 303, location: "https://evilawsapps.com/start", err: "Could not resolve start URL '" + vanityURL + "' to an AWS-owned endpoint. Final URL: 'https://evilawsapps.com/start'"},
		{name: "to http", status: 302, location: "http://d-1234567890.awsapps.com/start", err: "Could not resolve start URL '" + vanityURL + "' to an AWS-owned endpoint. Final URL: 'http://d-1234567890.awsapps.com/start'"},
		{name: "to itself", status: 302, location: "/other", err: "Could not resolve start URL '" + vanityURL + "' to an AWS-owned endpoint. Final URL: 'https://sso.example.com/other'"},
		{name: "nowhere", status: 302, err: "Failed to resolve start URL: HTTP 302 without a location"},
		{name: "a page", status: 200, err: "Could not resolve start URL '" + vanityURL + "' to an AWS-owned endpoint. Final URL: '" + vanityURL + "'"},
		{name: "not found", status: 404, err: "Failed to resolve start URL: HTTP 404"},
		{name: "fault", status: 500, err: "Failed to resolve start URL: HTTP 500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			visits := ""
			hc := vanity(t, func(w http.ResponseWriter, r *http.Request) {
				visits += r.Method + " " + r.Host + r.URL.Path + "\n"
				if tt.location != "" {
					w.Header().Set("Location", tt.location)
				}
				w.WriteHeader(tt.status)
			})
			got, region, err := ResolveStartURL(t.Context(), hc, vanityURL, false)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err || !errors.Is(err, ErrStartURL) {
					t.Errorf("error %v, want %s", err, tt.err)
				}
			} else if err != nil || got != tt.want || region != tt.region {
				t.Errorf("%s, %s, %v; want %s, %s", got, region, err, tt.want, tt.region)
			}
			if visits != "HEAD sso.example.com/login\n" {
				t.Errorf("visits:\n%swant one HEAD request", visits)
			}
		})
	}
}

func TestResolveWithoutHead(t *testing.T) {
	visits := ""
	hc := vanity(t, func(w http.ResponseWriter, r *http.Request) {
		visits += r.Method + " "
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Location", "https://d-1.awsapps.com/start")
		w.WriteHeader(http.StatusFound)
	})
	got, _, err := ResolveStartURL(t.Context(), hc, "https://sso.example.com", false)
	if got != "https://d-1.awsapps.com/start" || err != nil || visits != "HEAD GET " {
		t.Errorf("%s, %v, visits %s; want the target of the redirect, after HEAD and GET", got, err, visits)
	}
}

func TestResolveWithoutNetwork(t *testing.T) {
	_, _, err := ResolveStartURL(t.Context(), nil, "https://"+unused(t)+"/start", false)
	if !errors.Is(err, ErrNetwork) || !strings.HasPrefix(err.Error(), "Could not connect to the endpoint URL: \"https://127.0.0.1:") {
		t.Errorf("error %v, want an ErrNetwork with the AWS CLI's text", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err = ResolveStartURL(ctx, nil, "https://sso.example.com", false); err != context.Canceled { //nolint:errorlint // as it is
		t.Errorf("cancelled: %v, want context.Canceled itself", err)
	}
}

func TestStartURLRegion(t *testing.T) {
	for url, want := range map[string]string{
		"https://ssoins-1.eu-west-1.portal.amazonaws.com":                      "eu-west-1",
		"https://ssoins-1.portal.us-east-2.app.aws/start":                      "us-east-2",
		"https://ssoins-1.cn-north-1.portal.amazonaws.com.cn":                  "cn-north-1",
		"https://ssoins-1.portal.cn-northwest-1.app.amazonwebservices.com.cn/": "cn-northwest-1",
		"https://ssoins-1.eusc-de-east-1.portal.amazonaws.eu":                  "eusc-de-east-1",
		"https://ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu":      "eusc-de-east-1",
		"https://d-1234567890.awsapps.com/start":                               "",
		"https://ssoins-1.eu-west-1.portal.amazonaws.com.evil.example":         "",
		"https://a.b.c.portal.amazonaws.com":                                   "",
		"https://%zz":                                                          "",
	} {
		if got := StartURLRegion(url); got != want {
			t.Errorf("StartURLRegion(%q) = %q, want %q", url, got, want)
		}
	}
}

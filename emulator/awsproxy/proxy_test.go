package awsproxy_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/awsproxy"
)

func start(t *testing.T) (*emulator.Emulator, *awsproxy.Proxy, *httptest.Server) {
	t.Helper()
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	inner := emulator.NewServer(e)
	p, err := awsproxy.New(inner)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(p)
	t.Cleanup(func() {
		inner.Close()
		srv.Close()
	})
	return e, p, srv
}

func client(t *testing.T, proxy string, ca []byte) *http.Client {
	t.Helper()
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	tr := &http.Transport{Proxy: http.ProxyURL(u), TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func TestProxyServesAWSHosts(t *testing.T) {
	e, p, srv := start(t)
	c := client(t, p.Address(srv.Listener.Addr().String()), p.Bundle())
	for range 3 { // all requests use one connection
		resp, err := c.Post("https://oidc.us-east-1.amazonaws.com/client/register", "application/json", strings.NewReader(`{"clientName":"n","clientType":"public"}`))
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]any
		err = json.NewDecoder(resp.Body).Decode(&out)
		resp.Body.Close()
		if err != nil || out["clientId"] == nil {
			t.Fatalf("status %d, body %v, error %v, want a client id", resp.StatusCode, out, err)
		}
	}
	resp, err := c.Get("https://portal.sso.eu-west-1.amazonaws.com/assignment/accounts")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 401 || e.Count("RegisterClient") != 3 || e.Count("ListAccounts") != 1 {
		t.Errorf("status %d, requests %v, want 401, 3 registrations and 1 listing", resp.StatusCode, e.Counts())
	}
}

func TestProxyRefuses(t *testing.T) {
	_, p, srv := start(t)
	addr := srv.Listener.Addr().String()
	for _, tt := range []struct{ name, proxy, target, want string }{
		{"no token", "http://" + addr, "https://oidc.us-east-1.amazonaws.com/", "Proxy Authentication Required"},
		{"a wrong token", "http://emulator:x@" + addr, "https://oidc.us-east-1.amazonaws.com/", "Proxy Authentication Required"},
		{"another host", p.Address(addr), "https://example.com/", "Forbidden"},
		{"a name that ends alike", p.Address(addr), "https://evilamazonaws.com/", "Forbidden"},
		{"an address", p.Address(addr), "https://169.254.169.254/", "Forbidden"},
		{"another port", p.Address(addr), "https://oidc.us-east-1.amazonaws.com:8443/", "Forbidden"},
	} {
		_, err := client(t, tt.proxy, p.CA()).Get(tt.target)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	resp, err := client(t, p.Address(addr), p.CA()).Get("http://oidc.us-east-1.amazonaws.com/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusProxyAuthRequired && resp.StatusCode != http.StatusForbidden {
		t.Errorf("status %d for a request that is not CONNECT", resp.StatusCode)
	}
}

func TestServes(t *testing.T) {
	for host, want := range map[string]bool{
		"oidc.us-east-1.amazonaws.com": true, "OIDC.eu-west-1.amazonaws.com": true, "oidc-fips.us-east-1.amazonaws.com": true,
		"portal.sso.us-east-1.amazonaws.com": true, "portal.sso-fips.us-east-1.amazonaws.com": true, "device.sso.us-east-1.amazonaws.com": true,
		"oidc.us-east-1.api.aws": true, "oidc.cn-north-1.amazonaws.com.cn": true, "sts.amazonaws.com": true, "sts.us-east-1.amazonaws.com": true,
		"s3.amazonaws.com": true, "demo.s3.us-west-2.amazonaws.com": true, "ec2.us-east-1.amazonaws.com": true, "signin.aws.amazon.com": true,
		"us-east-1.signin.aws.amazon.com": true, "d-1234567890.awsapps.com": true,
		"signin.amazonaws.cn": true, "signin.amazonaws-us-gov.com": true, "console.amazonaws-eusc.eu": true,
		"oidc.us-iso-east-1.c2s.ic.gov": true, "portal.sso.us-isob-east-1.sc2s.sgov.gov": true, "sts.eu-isoe-west-1.cloud.adc-e.uk": true,
		"ssoins-1234567890abcdef.eu-west-1.portal.amazonaws.com": true, "identitycenter.amazonaws.com": true,
		"ssoins-1234567890abcdef.portal.eu-west-1.app.aws": true, "portal.amazonaws.com.evil.com": false, "x.identitycenter.amazonaws.com": false,
		"": false, "amazonaws.com": false, "iam.amazonaws.com": false, "evil.com": false, "sts.amazonaws.com.evil.com": false,
		"oidc.us-east-1.amazonaws.com.": false, "x.oidc.us-east-1.amazonaws.com": false, "portal.us-east-1.amazonaws.com": false,
		"evilamazonaws.com": false, "sts.evilamazonaws.com": false, "127.0.0.1": false, "amazon.com": false,
	} {
		if got := awsproxy.Serves(host); got != want {
			t.Errorf("Serves(%q) = %v, want %v", host, got, want)
		}
	}
}

// The certificate of the authority is not valid for other names.
func TestAuthorityIsConstrained(t *testing.T) {
	_, p, srv := start(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(p.CA())
	u, err := url.Parse(p.Address(srv.Listener.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	req := &http.Request{Method: http.MethodConnect, Host: "sts.amazonaws.com:443", URL: &url.URL{Opaque: "sts.amazonaws.com:443"}, Header: http.Header{}}
	pass, _ := u.User.Password()
	req.SetBasicAuth("emulator", pass)
	req.Header.Set("Proxy-Authorization", req.Header.Get("Authorization"))
	req.Header.Del("Authorization")
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 512)); err != nil {
		t.Fatal(err)
	}
	tc := tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: "sts.amazonaws.com"})
	if err := tc.Handshake(); err != nil {
		t.Fatal(err)
	}
	ca := tc.ConnectionState().VerifiedChains[0][1]
	if len(ca.PermittedDNSDomains) == 0 || !ca.PermittedDNSDomainsCritical || !ca.MaxPathLenZero || len(ca.ExcludedIPRanges) != 2 || ca.NotAfter.Sub(ca.NotBefore).Hours() > 25 {
		t.Errorf("authority = %+v, want a certificate for AWS's names only, for one day", ca)
	}
}

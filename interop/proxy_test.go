package interop_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

// startProxy starts an HTTPS proxy that answers for AWS's hosts. It returns the variables with
// which clients use the proxy. Clients that do not know AWS_ENDPOINT_URL_SSO reach the emulator
// through this proxy. Newer clients do not use the proxy, because the emulator's own address is
// not https.
func startProxy(t *testing.T, srv *emulatortest.Server) []string {
	t.Helper()
	cert, bundle := authority(t)
	target, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	aws := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		// Keep the host, because signatures include it. Requests to oidc get the emulator's
		// host, because a browser must be able to open the sign-in pages.
		if !strings.HasPrefix(r.In.Host, "oidc.") {
			r.Out.Host = r.In.Host
		}
	}})
	aws.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	aws.StartTLS()
	t.Cleanup(aws.Close)
	proxy := httptest.NewServer(tunnel(aws.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	return []string{"HTTPS_PROXY=" + proxy.URL, "AWS_CA_BUNDLE=" + bundle}
}

// tunnel connects every CONNECT request to one address.
func tunnel(address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if r.Method != http.MethodConnect || err != nil || !strings.HasSuffix(host, ".amazonaws.com") {
			http.Error(w, "only tunnels to AWS", http.StatusForbidden)
			return
		}
		there, err := net.Dial("tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		if _, err := io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			return
		}
		done := make(chan struct{}, 2)
		pipe := func(w io.Writer, r io.Reader) {
			_, _ = io.Copy(w, r) // the client or the server may close the connection
			done <- struct{}{}
		}
		go pipe(there, buffered)
		go pipe(here, there)
		<-done
	})
}

// authority returns a certificate for AWS's hosts, and the path of a bundle that trusts it.
func authority(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	pair, err := makeAuthority()
	if err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	return pair, bundle
}

var makeAuthority = sync.OnceValues(func() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		DNSNames: []string{
			"oidc.us-east-1.amazonaws.com", "portal.sso.us-east-1.amazonaws.com",
			"sts.us-east-1.amazonaws.com", "sts.amazonaws.com",
			"organizations.us-east-1.amazonaws.com", "ec2.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com", "*.s3.us-east-1.amazonaws.com",
			"s3.amazonaws.com", "*.s3.amazonaws.com", "sso.us-east-1.amazonaws.com", "identitystore.us-east-1.amazonaws.com",
		},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
})

// Package awsproxy serves an emulator under AWS's host names, for programs that ignore endpoint
// settings. A [Proxy] is an HTTP proxy that answers for these names over TLS. Its certificates
// come from an authority that exists for one run and is limited to AWS's names.
//
// Run the program with the variable HTTPS_PROXY (see [Proxy.Address]). Write the text of
// [Proxy.Bundle] to a file, and set SSL_CERT_FILE, AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS to its
// name. Set these variables only for this program. Never add the authority to a trust store of
// the system.
package awsproxy

import (
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/awshost"
)

// A Proxy is an http.Handler for CONNECT requests. It forwards no request to another host.
type Proxy struct {
	inner *http.Server // answers the requests inside the tunnels
	ca    *authority
	token string
}

// New returns a proxy that answers with the server inner, for example one of
// emulator.NewServer. The proxy does not use the listeners and addresses of inner.
func New(inner *http.Server) (*Proxy, error) {
	ca, err := newAuthority(time.Now()) // the real time, because programs check certificates by it
	if err != nil {
		return nil, err
	}
	return &Proxy{inner: inner, ca: ca, token: rand.Text()}, nil
}

// Address returns the value of HTTPS_PROXY for a proxy that listens on hostport. It
// contains the token that the proxy requires.
func (p *Proxy) Address(hostport string) string {
	u := url.URL{Scheme: "http", User: url.UserPassword("emulator", p.token), Host: hostport}
	return u.String()
}

// CA returns the certificate of the proxy's authority in PEM.
func (p *Proxy) CA() []byte { return p.ca.pem() }

// Bundle returns the certificates that the system trusts and the certificate of the proxy's
// authority, in PEM. On systems without a certificate file, such as macOS and Windows, it returns
// only the certificate of the authority.
func (p *Proxy) Bundle() []byte {
	for _, file := range []string{
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
	} {
		if b, err := os.ReadFile(file); err == nil {
			return append(append(b, '\n'), p.CA()...)
		}
	}
	return p.CA()
}

// ServeHTTP opens a tunnel to the emulator for a host of AWS. If the emulator does not have the
// service, the emulator itself returns an error.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.authorized(r) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="emulator"`)
		http.Error(w, "the proxy requires the token in its address", http.StatusProxyAuthRequired)
		return
	}
	host, port, err := net.SplitHostPort(r.Host)
	if r.Method != http.MethodConnect || err != nil || port != "443" || !awshost.Is(host) {
		http.Error(w, fmt.Sprintf("the proxy serves only AWS hosts, not %q", r.Host), http.StatusForbidden)
		return
	}
	cert, err := p.ca.leaf(strings.ToLower(host))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the proxy cannot hijack the connection", http.StatusInternalServerError)
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = conn.Close() // the program disconnected
		return
	}
	_ = conn.SetDeadline(time.Time{}) // removes the deadline of the request; the inner server sets its own
	p.serve(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}))
}

// authorized reports whether the request has the token. It also compares a missing token, so that
// the answer always takes the same time.
func (p *Proxy) authorized(r *http.Request) bool {
	encoded, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	b, err := base64.StdEncoding.DecodeString(encoded)
	_, token, _ := strings.Cut(string(b), ":")
	return subtle.ConstantTimeCompare([]byte(token), []byte(p.token)) == 1 && err == nil
}

// serve answers the requests of one connection.
func (p *Proxy) serve(conn net.Conn) {
	l := &oneListener{addr: conn.LocalAddr()}
	l.conn.Store(&conn)
	// Serve returns when the listener has no more connections. The server still handles the
	// connection that the listener has returned.
	if err := p.inner.Serve(l); err != nil && !errors.Is(err, errNoMore) {
		_ = conn.Close() // the inner server is closed
	}
}

var errNoMore = errors.New("the listener has no more connections")

// A oneListener is a listener with a single connection.
type oneListener struct {
	conn atomic.Pointer[net.Conn]
	addr net.Addr
}

func (l *oneListener) Accept() (net.Conn, error) {
	if c := l.conn.Swap(nil); c != nil {
		return *c, nil
	}
	return nil, errNoMore
}

func (l *oneListener) Close() error   { return nil }
func (l *oneListener) Addr() net.Addr { return l.addr }

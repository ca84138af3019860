// Package awsproxy leads programs to an emulator that cannot be told its address.
// Some know AWS's host names only. A [Proxy] is an HTTP proxy that answers for
// those names itself, over TLS, with certificates of an authority that exists for
// one run, and that can vouch for AWS's names and no others.
//
// Run the program with the variables HTTPS_PROXY (see [Proxy.Address]) and
// SSL_CERT_FILE, AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, all of which name a file with
// the text of [Proxy.Bundle]. Set them for that program alone, and never add the
// authority to a system's trust store.
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

// A Proxy is an http.Handler for CONNECT requests. It forwards nothing.
type Proxy struct {
	inner *http.Server // answers inside the tunnels
	ca    *authority
	token string
}

// New returns a proxy that answers for AWS with the server inner, best one of
// emulator.NewServer, whose listeners and addresses are not used.
func New(inner *http.Server) (*Proxy, error) {
	ca, err := newAuthority(time.Now()) // programs judge certificates by the real time
	if err != nil {
		return nil, err
	}
	return &Proxy{inner: inner, ca: ca, token: rand.Text()}, nil
}

// Address returns the value of HTTPS_PROXY for a proxy that listens at hostport.
// It holds the token without which the proxy does nothing.
func (p *Proxy) Address(hostport string) string {
	u := url.URL{Scheme: "http", User: url.UserPassword("emulator", p.token), Host: hostport}
	return u.String()
}

// CA returns the certificate of the proxy's authority as PEM.
func (p *Proxy) CA() []byte { return p.ca.pem() }

// Bundle returns the certificates that the system trusts, and the proxy's
// authority, as PEM. Where the system keeps its own in no file, as on macOS and
// Windows, the authority stands alone.
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

// ServeHTTP opens a tunnel to the emulator for a host of AWS. The emulator also
// answers for the services that it does not have, and says so.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.authorized(r) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="emulator"`)
		http.Error(w, "the proxy needs the token of its address", http.StatusProxyAuthRequired)
		return
	}
	host, port, err := net.SplitHostPort(r.Host)
	if r.Method != http.MethodConnect || err != nil || port != "443" || !awshost.Is(host) {
		http.Error(w, fmt.Sprintf("the proxy answers for AWS only, not for %q", r.Host), http.StatusForbidden)
		return
	}
	cert, err := p.ca.leaf(strings.ToLower(host))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the connection cannot be taken over", http.StatusInternalServerError)
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = conn.Close() // the program is gone
		return
	}
	_ = conn.SetDeadline(time.Time{}) // that of the request; the inner server has its own
	p.serve(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}))
}

// authorized reports whether the request brings the token. It is compared even
// where it is missing, so that it takes as long.
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
	// Serve returns at once when the listener has given its connection away; the
	// connection is served on.
	if err := p.inner.Serve(l); err != nil && !errors.Is(err, errGiven) {
		_ = conn.Close() // the inner server has been shut down
	}
}

var errGiven = errors.New("the one connection has been given away")

// A oneListener is a listener with one connection.
type oneListener struct {
	conn atomic.Pointer[net.Conn]
	addr net.Addr
}

func (l *oneListener) Accept() (net.Conn, error) {
	if c := l.conn.Swap(nil); c != nil {
		return *c, nil
	}
	return nil, errGiven
}

func (l *oneListener) Close() error   { return nil }
func (l *oneListener) Addr() net.Addr { return l.addr }

// Package signproxy lets a child process call only some AWS operations, with credentials that the
// child never gets. The child has placeholder keys. The proxy finds the operation of each request,
// judges it by the rules of package opclass, verifies the child's signature with the placeholder
// keys, signs the request with the real credentials, and forwards it.
//
// A child reaches the proxy in one of two ways: as an HTTPS proxy that answers for AWS's host names
// with certificates of its own, or as the endpoint of AWS_ENDPOINT_URL. The engine behind both is
// the same: forward.go has the steps of a request, and judge.go the decision.
//
// The proxy refuses each request that it cannot identify.
package signproxy

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
	"github.com/lanyard-cli/lanyard/internal/peer"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The limits of a proxy.
const (
	maxConnections = 256
	maxHeader      = 64 << 10
	headerTimeout  = 10 * time.Second
	idleTimeout    = 5 * time.Minute // longer than the idle connections of most SDKs
)

// A Way is how the child reaches the proxy.
type Way uint8

// The ways.
const (
	ViaProxy    Way = iota // HTTPS_PROXY and the certificates of the proxy
	ViaEndpoint            // AWS_ENDPOINT_URL
)

// A Config holds the settings of a proxy.
type Config struct {
	Rules *opclass.Rules
	Via   Way

	// Credentials returns the real credentials. The proxy calls it again every 10 seconds at most.
	Credentials func(context.Context) (ssocache.Credentials, error)

	// Account is the account of the credentials, or "" if it is not known.
	Account string

	// FIPS and DualStack select the endpoints of AWS for ViaEndpoint.
	FIPS, DualStack bool

	// Transport sends the requests to AWS. It verifies the certificates of AWS, and does not decompress
	// replies.
	Transport http.RoundTripper

	// Endpoint returns the URL of a service instead of AWS's, or "". It may be nil.
	Endpoint func(*model.Service) string

	// Tunnel connects to a host that is not AWS's, such as "example.com:443". The proxy never signs
	// anything in this connection. If Tunnel is nil, the proxy refuses these hosts.
	Tunnel func(ctx context.Context, addr string) (net.Conn, error)

	// Record is called for each request after the decision, before anything is sent. If it returns an
	// error, the proxy refuses the request. It may be nil. It is called by several goroutines.
	Record func(Call) error

	Now func() time.Time
	Log *slog.Logger
}

// A Call describes a request of the child.
type Call struct {
	Time        time.Time
	Host        string // the host that the child has called
	Service     string // in the AWS CLI; "" if the proxy could not identify the operation
	Operation   string // in the API; joined by commas if the request can be several operations
	Class       string // of the operation; "" without an operation
	Region      string // of the signature
	Account     string // of the credentials; "" if it is not known
	AccessKeyID string // of the real credentials; "" if the request was refused before
	Allowed     bool
	Rule        string // the rule that decided; "" if no rule did
	Reason      string // of a refusal
}

// A Proxy is a running proxy. It is safe for concurrent use.
type Proxy struct {
	c        Config
	services map[string][]*model.Service // by signing name
	catalog  catalog
	keys     keys
	ca       *authority

	keyID  string        // of the placeholder keys
	secret secret.String // of the placeholder keys
	token  secret.String // of HTTPS_PROXY

	addr         string
	listener     net.Listener
	outer, inner http.Server
	tasks        sync.WaitGroup

	mu      sync.Mutex
	tunnels map[net.Conn]struct{}
}

// Start starts a proxy on a free port of 127.0.0.1. It serves until Close.
func Start(ctx context.Context, c Config) (*Proxy, error) {
	services, err := opclass.Services()
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		c: c, services: services, keys: keys{get: c.Credentials, now: c.Now}, tunnels: map[net.Conn]struct{}{},
		keyID: "AKIA" + rand.Text()[:16], secret: secret.New(rand.Text() + rand.Text()), token: secret.New(rand.Text()),
	}
	if c.Via == ViaProxy {
		if p.ca, err = newAuthority(time.Now()); err != nil { // the real time, because programs check certificates by it
			return nil, err
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the proxy did not start: %w", err)
	}
	p.addr, p.listener = l.Addr().String(), &limited{Listener: l, slots: make(chan struct{}, maxConnections), admit: p.admit}
	log := slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)
	set := func(s *http.Server, h http.Handler) {
		s.Handler, s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes = h, headerTimeout, idleTimeout, maxHeader
		s.ErrorLog, s.DisableGeneralOptionsHandler = log, true
	}
	set(&p.inner, http.HandlerFunc(p.serveTunnel))
	p.inner.ConnContext = withHost
	set(&p.outer, http.HandlerFunc(p.connect))
	if c.Via == ViaEndpoint {
		p.outer.Handler = http.HandlerFunc(p.serveEndpoint)
	}
	p.tasks.Go(func() { _ = p.outer.Serve(p.listener) })
	return p, nil
}

// Close ends the proxy and its connections.
func (p *Proxy) Close() {
	_ = p.outer.Close()
	_ = p.inner.Close()
	p.mu.Lock()
	for c := range p.tunnels {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.tasks.Wait()
}

// Addr returns the address of the proxy: "127.0.0.1:PORT".
func (p *Proxy) Addr() string { return p.addr }

// Keys returns the placeholder keys.
func (p *Proxy) Keys() (id string, key secret.String) { return p.keyID, p.secret }

// Env returns the variables of the child: the placeholder keys, and the way to the proxy. For
// [ViaProxy], it writes a file with certificates into dir. base is a file with the certificates that
// the child trusts without the proxy; "" means the system's. bypass is the value of NO_PROXY before.
// Do not log the values or put them on a
// command line.
func (p *Proxy) Env(dir, base, bypass string) ([][2]string, error) {
	env := [][2]string{{"AWS_ACCESS_KEY_ID", p.keyID}, {"AWS_SECRET_ACCESS_KEY", p.secret.Reveal()}}
	if p.c.Via == ViaEndpoint {
		address := "http://" + p.addr
		env = append(env, [2]string{"AWS_ENDPOINT_URL", address})
		for _, s := range p.shared() {
			env = append(env, [2]string{"AWS_ENDPOINT_URL_" + s.EnvName(), address + basePath + s.EnvName()})
		}
		return env, nil
	}
	text, complete, err := p.ca.bundle(base)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "http", User: url.UserPassword("lanyard", p.token.Reveal()), Host: p.addr}
	local := "127.0.0.1,localhost,::1"
	for name := range strings.SplitSeq(bypass, ",") {
		if name = strings.TrimSpace(name); name != "" && name != "*" && !isAWS(strings.ToLower(strings.Trim(name, ".*"))) {
			local += "," + name
		}
	}
	env = append(env, [][2]string{
		{"HTTPS_PROXY", u.String()},
		{"https_proxy", u.String()}, // each program reads one or the other
		{"NO_PROXY", local},
		{"no_proxy", local},
		{"AWS_CA_BUNDLE", file},
		{"NODE_EXTRA_CA_CERTS", file},
		{"NODE_USE_ENV_PROXY", "1"},
	}...)
	if complete { // otherwise these programs could not verify other hosts
		env = append(env, [][2]string{{"SSL_CERT_FILE", file}, {"REQUESTS_CA_BUNDLE", file}, {"CURL_CA_BUNDLE", file}}...)
	}
	return env, nil
}

// shared returns the services that share their signing name with other services.
func (p *Proxy) shared() []*model.Service {
	var list []*model.Service
	for _, services := range p.services {
		if len(services) > 1 {
			list = append(list, services...)
		}
	}
	slices.SortFunc(list, func(a, b *model.Service) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// connect answers a CONNECT request. For a host of AWS, the proxy answers the requests in the tunnel
// itself.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	if !p.authorized(r) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="lanyard"`)
		http.Error(w, "lanyard: the proxy needs the token in HTTPS_PROXY", http.StatusProxyAuthRequired)
		return
	}
	refuse := func(reason string) {
		_ = p.record(Call{Host: r.Host, Reason: reason}) // the request is refused anyway
		http.Error(w, "lanyard: "+reason, http.StatusForbidden)
	}
	host, port, err := net.SplitHostPort(r.Host)
	host = strings.ToLower(host)
	switch {
	case r.Method != http.MethodConnect:
		refuse("the proxy takes only https")
		return
	case err != nil || port != "443" || net.ParseIP(host) != nil || strings.HasSuffix(host, ".") || host == "":
		refuse("the proxy connects only to the port 443 of host names")
		return
	}
	var far net.Conn
	var cert *tls.Certificate
	if isAWS(host) {
		cert, err = p.ca.leaf(host)
	} else if p.c.Tunnel == nil {
		refuse(host + " is not a host of AWS")
		return
	} else {
		far, err = p.c.Tunnel(r.Context(), net.JoinHostPort(host, port))
	}
	if err != nil {
		http.Error(w, "lanyard: "+err.Error(), http.StatusBadGateway)
		return
	}
	near, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		if far != nil {
			_ = far.Close()
		}
		return
	}
	_ = near.SetDeadline(time.Time{})
	if _, err := near.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = near.Close()
		if far != nil {
			_ = far.Close()
		}
		return
	}
	if far != nil {
		p.remember(near, far)
		defer p.forget(near, far)
		join(near, far)
		return
	}
	conn := &tunnel{tls.Server(near, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}), host}
	l := &oneListener{addr: near.LocalAddr()}
	var c net.Conn = conn
	l.conn.Store(&c)
	if err := p.inner.Serve(l); err != nil && !errors.Is(err, errNoMore) {
		_ = near.Close() // the proxy is closed
	}
}

// authorized reports whether a request has the token of HTTPS_PROXY.
func (p *Proxy) authorized(r *http.Request) bool {
	encoded, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	b, err := base64.StdEncoding.DecodeString(encoded)
	_, token, _ := strings.Cut(string(b), ":")
	return subtle.ConstantTimeCompare([]byte(token), []byte(p.token.Reveal())) == 1 && err == nil
}

func (p *Proxy) remember(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.tunnels[c] = struct{}{}
	}
}

func (p *Proxy) forget(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.tunnels, c)
	}
}

// record calls Config.Record.
func (p *Proxy) record(c Call) error {
	c.Time = p.c.Now()
	p.c.Log.Debug("signing proxy", "host", c.Host, "service", c.Service, "operation", c.Operation, "region", c.Region, "allowed", c.Allowed, "rule", c.Rule, "reason", c.Reason)
	if p.c.Record == nil {
		return nil
	}
	return p.c.Record(c)
}

// admit reports whether the proxy reads requests from a connection. It refuses processes of other
// users, but not of root, because root can read everything anyway.
func (p *Proxy) admit(c net.Conn) bool {
	who, err := peer.Of(c)
	if err != nil || who.UID == os.Geteuid() || who.UID == 0 {
		return true // the signatures protect the proxy too
	}
	p.c.Log.Warn("signing proxy: refused a connection of another user", "uid", who.UID)
	return false
}

// A tunnel is a connection to a host that the proxy stands for.
type tunnel struct {
	*tls.Conn
	host string
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

// A limited listener limits its open connections, and closes connections that admit refuses.
type limited struct {
	net.Listener
	slots chan struct{}
	admit func(net.Conn) bool
}

func (l *limited) Accept() (net.Conn, error) {
	l.slots <- struct{}{}
	free := sync.OnceFunc(func() { <-l.slots })
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			free()
			return nil, err
		}
		if l.admit(c) {
			return &counted{c, free}, nil
		}
		_ = c.Close()
	}
}

// A counted connection occupies a slot until it is closed.
type counted struct {
	net.Conn
	free func()
}

func (c *counted) Close() error {
	defer c.free()
	return c.Conn.Close()
}

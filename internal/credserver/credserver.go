// Package credserver gives credentials to programs on this machine. [Start] starts a container's
// credential endpoint, [StartMetadata] starts an instance metadata service, and [StartRelay]
// starts a relay to a credential endpoint. Every AWS SDK can ask these servers, and asks again
// before the credentials expire.
//
// All servers refuse requests of web pages: requests with Origin, with a Sec-Fetch header, or
// with another Host. On Linux, they refuse programs of other users.
package credserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/peer"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// The limits of a server.
const (
	readTimeout    = 5 * time.Second
	writeTimeout   = 2 * time.Minute // a credential_process may take one minute
	maxHeader      = 4 << 10         // net/http adds 4 KB, so a request has at most 8 KB
	maxConnections = 64
)

// A Config holds the sources and the listeners of a server.
type Config struct {
	Sources []Source // with different paths

	// Listeners accept connections on loopback TCP or on Unix sockets. Close closes them. If
	// Listeners is empty, the server listens on a free port of 127.0.0.1.
	Listeners []net.Listener

	// Served is called after each request, and for each refused connection. It may be nil.
	Served func(Request)

	Now func() time.Time
	Log *slog.Logger
}

// A Request describes a request that a server has answered.
type Request struct {
	Name   string // of the source; "" if the request named none
	Status int    // 0 if the connection was refused
	Code   string // of the error; "" if the request got an answer
	Peer   peer.Process
}

// A Server answers requests. It is safe for concurrent use.
type Server struct {
	c       Config
	answer  func(w http.ResponseWriter, r *http.Request) (name, code string) // of one protocol
	hosts   []string                                                         // further values of Host
	strict  bool                                                             // refuse connections unless the system says that the process belongs to this user
	open    bool                                                             // accept connections of all users
	http    http.Server
	port    string // of the first TCP listener; "" without any
	token   secret.String
	sources map[string]*source // by path
	ctx     context.Context    // for calls of Get; Close cancels it
	cancel  context.CancelFunc
	tasks   sync.WaitGroup
}

// Listen returns a listener on a port of 127.0.0.1. Port 0 means a free port.
func Listen(ctx context.Context, port int) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// Start starts a credential endpoint with a random token. It serves until Close.
func Start(ctx context.Context, c Config) (*Server, error) {
	s := &Server{c: c, token: secret.New(rand.Text() + rand.Text())}
	s.answer = s.container
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// start begins to serve.
func (s *Server) start(ctx context.Context) error {
	if len(s.c.Listeners) == 0 {
		l, err := Listen(ctx, 0)
		if err != nil {
			return fmt.Errorf("credential endpoint: %w", err)
		}
		s.c.Listeners = []net.Listener{l}
	}
	s.sources = map[string]*source{}
	for _, src := range s.c.Sources {
		s.sources[src.Path] = &source{Source: src}
	}
	for _, l := range s.c.Listeners {
		if a, ok := l.Addr().(*net.TCPAddr); ok && s.port == "" {
			s.port = strconv.Itoa(a.Port)
		}
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.http = http.Server{
		Handler: s, ConnContext: withConnection,
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.c.Log.Handler(), slog.LevelDebug), DisableGeneralOptionsHandler: true,
	}
	s.http.SetKeepAlivesEnabled(false) // an idle connection would occupy one of maxConnections
	slots := make(chan struct{}, maxConnections)
	for _, l := range s.c.Listeners {
		s.tasks.Go(func() { _ = s.http.Serve(&limited{l, slots, s.admit}) })
	}
	return nil
}

// admit reports whether the server reads requests from a connection. It refuses processes of
// other users, but not of root, because root can read everything anyway. A container's root
// may connect over a mounted Unix socket.
func (s *Server) admit(c net.Conn) (peer.Process, bool) {
	p, err := peer.Of(c)
	switch {
	case err != nil:
		s.c.Log.Debug("credential endpoint: the client is unknown", "error", err)
		return p, !s.strict || errors.Is(err, peer.ErrUnsupported)
	case s.open || p.UID == os.Geteuid() || p.UID == 0:
		return p, true
	}
	s.c.Log.Warn("credential endpoint: refused a connection of another user", "uid", p.UID)
	s.served(Request{Code: "OtherUser", Peer: p})
	return p, false
}

// served calls Config.Served.
func (s *Server) served(r Request) {
	if s.c.Served != nil {
		s.c.Served(r)
	}
}

// Port returns the TCP port of the server, or "" if it has only Unix sockets.
func (s *Server) Port() string { return s.port }

// URL returns the address of a path.
func (s *Server) URL(path string) string { return "http://127.0.0.1:" + s.port + path }

// Token returns the value of the header Authorization that a request to a credential endpoint
// must have.
func (s *Server) Token() secret.String { return s.token }

// owns reports whether a URL leads to this server.
func (s *Server) owns(address string) bool {
	u, err := url.Parse(address)
	return err == nil && loopback.Host(u.Hostname()) && u.Port() == s.port
}

// Close ends the server. It waits for calls of Get, which may be storing a new token.
func (s *Server) Close() {
	for _, src := range s.sources { // so that no call begins after this
		src.mu.Lock()
	}
	s.cancel()
	for _, src := range s.sources {
		src.mu.Unlock()
	}
	_ = s.http.Close()
	s.tasks.Wait()
}

// A limited listener limits its open connections to the capacity of slots. It closes connections
// that admit refuses.
type limited struct {
	net.Listener
	slots chan struct{}
	admit func(net.Conn) (peer.Process, bool)
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
		if p, ok := l.admit(c); ok {
			return &connection{c, p, free}, nil
		}
		_ = c.Close()
	}
}

// A connection occupies a slot until it is closed.
type connection struct {
	net.Conn
	peer peer.Process
	free func()
}

func (c *connection) Close() error {
	defer c.free()
	return c.Conn.Close()
}

type connectionKey struct{}

func withConnection(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, c)
}

// connectionOf returns the connection of a request.
func connectionOf(r *http.Request) *connection {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	return c
}

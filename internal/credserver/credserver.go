// Package credserver gives credentials to programs on this machine, as the credential endpoint
// of a container does. Every AWS SDK can ask such an endpoint, and asks again before the
// credentials expire.
//
// A program must know the address of the endpoint and its token. The server refuses requests
// of web pages: requests with Origin, with a Sec-Fetch header, or with another Host.
package credserver

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The limits of the server. A program waits 1 or 2 s for its answer and then asks again, so
// the server keeps an answer for some seconds.
const (
	readTimeout    = 5 * time.Second
	writeTimeout   = 2 * time.Minute // a credential_process may take one minute
	maxHeader      = 8 << 10
	maxConnections = 64
	keepAnswer     = 10 * time.Second
)

// A Config is the source of a server's credentials.
type Config struct {
	// Get returns credentials that are valid for 15 minutes or more, if possible. The server
	// makes only one call of Get at a time. own reports whether a URL leads to this server. Get
	// must not ask such a URL, because it would wait for itself.
	Get func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error)

	Now func() time.Time
	Log *slog.Logger
}

// A Server is a credential endpoint on 127.0.0.1. It is safe for concurrent use.
type Server struct {
	c      Config
	http   http.Server
	port   string
	path   string
	token  secret.String
	ctx    context.Context // for calls of Get; Close cancels it
	cancel context.CancelFunc
	tasks  sync.WaitGroup

	mu   sync.Mutex
	last *fetch // nil before the first request
}

// A fetch is a call of Get.
type fetch struct {
	done chan struct{} // closed when the call has returned
	c    ssocache.Credentials
	err  error
	at   time.Time
}

// Start starts a server on a free port. It serves until Close.
func Start(ctx context.Context, c Config) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("credential endpoint: %w", err)
	}
	s := &Server{
		c: c, path: "/" + rand.Text(), token: secret.New(rand.Text() + rand.Text()),
		port: strconv.Itoa(l.Addr().(*net.TCPAddr).Port),
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.http = http.Server{
		Handler:     s,
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug), DisableGeneralOptionsHandler: true,
	}
	s.http.SetKeepAlivesEnabled(false) // an idle connection would occupy one of maxConnections
	s.tasks.Go(func() { _ = s.http.Serve(&limited{l, make(chan struct{}, maxConnections)}) })
	return s, nil
}

// URL returns the value for AWS_CONTAINER_CREDENTIALS_FULL_URI.
func (s *Server) URL() string { return "http://127.0.0.1:" + s.port + s.path }

// Token returns the value of the header Authorization that a request must have.
func (s *Server) Token() secret.String { return s.token }

// owns reports whether a URL leads to this server.
func (s *Server) owns(address string) bool {
	u, err := url.Parse(address)
	return err == nil && loopback.Host(u.Hostname()) && u.Port() == s.port
}

// Close ends the server. It waits for a call of Get, which may be storing a new token.
func (s *Server) Close() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	_ = s.http.Close()
	s.tasks.Wait()
}

// get returns credentials. Requests at the same time share one call of Get. If the client gives
// up, the call continues, and the client's next attempt gets the result.
func (s *Server) get(ctx context.Context) (ssocache.Credentials, error) {
	f, err := s.fetch()
	if err != nil {
		return ssocache.Credentials{}, err
	}
	select {
	case <-f.done:
		return f.c, f.err
	case <-ctx.Done():
		return ssocache.Credentials{}, ctx.Err()
	}
}

// fetch returns the last call of Get if a request can use it. Otherwise it begins a new call.
func (s *Server) fetch() (*fetch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil && s.last.usable(s.c.Now()) {
		return s.last, nil
	}
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	f := &fetch{done: make(chan struct{})}
	s.last = f
	s.tasks.Go(func() {
		defer close(f.done)
		f.c, f.err = s.c.Get(s.ctx, s.owns)
		f.at = s.c.Now()
	})
	return f, nil
}

// usable reports whether a request can use the call. A request can use a call that has not
// returned, or that has just returned credentials.
func (f *fetch) usable(now time.Time) bool {
	select {
	case <-f.done:
		return f.err == nil && now.Sub(f.at) < keepAnswer && (f.c.Expiration.IsZero() || f.c.Reusable(now))
	default:
		return true
	}
}

// A limited listener limits its open connections to the capacity of slots.
type limited struct {
	net.Listener
	slots chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	l.slots <- struct{}{}
	free := sync.OnceFunc(func() { <-l.slots })
	c, err := l.Listener.Accept()
	if err != nil {
		free()
		return nil, err
	}
	return &connection{c, free}, nil
}

type connection struct {
	net.Conn
	free func()
}

func (c *connection) Close() error {
	defer c.free()
	return c.Conn.Close()
}

package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/lanyard-cli/lanyard/internal/peer"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A Page is a web page on 127.0.0.1 that redirects one browser to a secret link. Programs see the
// arguments of other programs, so a browser gets the address of the page instead of the link.
//
// The page answers only a GET request of the same user for its random path, and only once. Other
// requests change nothing.
type Page struct {
	host   string
	path   string
	link   secret.String
	server *http.Server
	opened chan struct{} // receives a value when the browser has got the link
	taken  chan struct{} // has a value until a browser takes it
	log    func(msg string, args ...any)
}

// ErrNotOpened means that no browser opened the page in time.
var ErrNotOpened = errors.New("the browser did not open the link in time")

const (
	headerBudget = 5 * time.Second
	leaveBudget  = 500 * time.Millisecond // how long Close waits for the end of the answer
)

// Serve starts a page for the link. debug gets the requests that the page refuses, without their
// paths.
func Serve(link secret.String, debug func(msg string, args ...any)) (*Page, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Page{
		host: listener.Addr().String(), path: "/console/" + rand.Text(), link: link,
		opened: make(chan struct{}, 1), taken: make(chan struct{}, 1), log: debug,
	}
	p.taken <- struct{}{}
	p.server = &http.Server{
		Handler:           http.HandlerFunc(p.serve),
		ReadHeaderTimeout: headerBudget, IdleTimeout: headerBudget, WriteTimeout: headerBudget,
		MaxHeaderBytes: 32 << 10,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, conn)
		},
		ErrorLog: log.New(io.Discard, "", 0), // the log would quote requests of other programs
	}
	p.server.SetKeepAlivesEnabled(false)
	go func() { _ = p.server.Serve(listener) }() // ends with the listener
	return p, nil
}

// URL returns the address of the page. It is no secret: it works once, for the same user.
func (p *Page) URL() string { return "http://" + p.host + p.path }

// Wait waits until the browser has got the link.
func (p *Page) Wait(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.opened:
		return nil
	case <-timer.C:
		return ErrNotOpened
	case <-ctx.Done():
		return ctx.Err()
	}
}

// IsOpened reports whether a browser has got the link.
func (p *Page) IsOpened() bool { return len(p.taken) == 0 }

// Close stops the page.
func (p *Page) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveBudget)
	defer cancel()
	_ = p.server.Shutdown(ctx) // Close ends connections that are still open
	_ = p.server.Close()
}

func (p *Page) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if why := p.refuse(r); why != "" {
		p.log("console page: request refused", "why", why)
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "Lanyard uses this address only to open the AWS console once.\n")
		return
	}
	select {
	case <-p.taken:
	default:
		w.WriteHeader(http.StatusGone)
		_, _ = io.WriteString(w, "This link was used. Run the command again.\n")
		return
	}
	h.Set("Location", p.link.Reveal())
	w.WriteHeader(http.StatusSeeOther)
	p.opened <- struct{}{}
}

// refuse returns the reason to reject a request, or "".
func (p *Page) refuse(r *http.Request) string {
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case r.Method != http.MethodGet:
		return "method"
	case r.Host != p.host:
		return "host"
	case subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(p.path)) != 1 || r.URL.RawQuery != "":
		return "path"
	case r.Header.Get("Origin") != "", r.Header.Get("Sec-Purpose") != "", site != "" && site != "none":
		return "request of a web page"
	}
	return ofAnotherUser(r.Context())
}

// connKey is the key of the connection in the context of a request.
type connKey struct{}

// ofAnotherUser returns the reason if another user sent a request, or "". The system may not know
// the user, for example if a browser of Windows opens a page in WSL.
func ofAnotherUser(ctx context.Context) string {
	conn, ok := ctx.Value(connKey{}).(net.Conn)
	if !ok {
		return "no connection"
	}
	client, err := peer.Of(conn)
	if err == nil && client.UID != os.Getuid() {
		return "another user"
	}
	return ""
}

// Package intercept connects a program to an emulated Identity Center. It is for programs that
// always call AWS's host names and have no setting for another endpoint.
//
// It runs the proxy of package awsproxy as a server on 127.0.0.1. The proxy answers for AWS's
// host names. Its certificates have an authority that exists only for one run. This package also
// writes the file with the certificates and sets the variables for the child process. Give these
// variables only to this process. The system's trust stores do not change.
package intercept

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/awsproxy"
)

// maxConnections is the largest number of connections at the same time.
const maxConnections = 256

// A Proxy is an HTTP proxy on 127.0.0.1. It answers requests for AWS's host names itself, and
// rejects all other requests.
type Proxy struct {
	addr         string
	proxy        *awsproxy.Proxy
	outer, inner *http.Server
	done         chan struct{}
}

// Start starts a proxy that calls h for each request. The Host of a request is AWS's host name.
// The proxy logs network errors, such as failed handshakes, at debug level. It runs until
// [Proxy.Close].
func Start(h http.Handler, log *slog.Logger) (*Proxy, error) {
	inner := emulator.NewServer(h)
	aws, err := awsproxy.New(inner)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the proxy did not start: %w", err)
	}
	p := &Proxy{addr: l.Addr().String(), proxy: aws, outer: emulator.NewServer(aws), inner: inner, done: make(chan struct{})}
	p.outer.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	p.inner.ErrorLog = p.outer.ErrorLog
	go func() {
		defer close(p.done)
		if err := p.outer.Serve(limit(l, maxConnections)); !errors.Is(err, http.ErrServerClosed) {
			log.Error("proxy stopped", "error", err)
		}
	}()
	return p, nil
}

// Close stops the proxy. It gives running requests 2 s to finish.
func (p *Proxy) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := p.outer.Close() // no new connections; open tunnels belong to the inner server
	<-p.done
	if p.inner.Shutdown(ctx) != nil {
		err = errors.Join(err, p.inner.Close())
	}
	return err
}

// WriteBundle writes a new file with mode 0600. The file has the certificates that the child
// process must trust: the system's and the proxy's.
func (p *Proxy) WriteBundle(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	_, err = f.Write(p.proxy.Bundle())
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	return nil
}

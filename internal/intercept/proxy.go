// Package intercept connects a program to an emulated Identity Center if the program has
// no setting for another endpoint and always calls AWS's host names.
//
// It runs the proxy of package awsproxy as a server on 127.0.0.1. The proxy answers for
// AWS's host names, with certificates of an authority that exists for one run only. The
// package also writes the file with the certificates and sets the variables for the child
// process. Give them to that process only. The system's trust stores are not changed.
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

// maxConnections is how many connections the proxy serves at the same time.
const maxConnections = 256

// A Proxy is an HTTP proxy on 127.0.0.1. It answers requests for AWS's host names itself
// and refuses all others.
type Proxy struct {
	addr         string
	proxy        *awsproxy.Proxy
	outer, inner *http.Server
	done         chan struct{}
}

// Start starts a proxy that calls h for each request. The Host of a request is AWS's host
// name. Network errors, such as failed handshakes, are logged at debug level. The proxy
// runs until [Proxy.Close].
func Start(h http.Handler, log *slog.Logger) (*Proxy, error) {
	inner := emulator.NewServer(h)
	aws, err := awsproxy.New(inner)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the proxy: %w", err)
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
	err := p.outer.Close() // ends new connections; open tunnels belong to the inner server
	<-p.done
	if p.inner.Shutdown(ctx) != nil {
		err = errors.Join(err, p.inner.Close())
	}
	return err
}

// WriteBundle writes a new file with mode 0600 that contains the certificates for the
// child process to trust: the system's and the proxy's.
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

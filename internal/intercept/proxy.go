// Package intercept leads programs to an emulated Identity Center that ask for
// AWS by its host names and cannot be told another address.
//
// It runs the proxy of package awsproxy, which answers for those names with an
// authority made for one run, as a server: on 127.0.0.1, with limits, with the
// file of certificates, and with the variables that bring one child process
// there. Nobody else is to get them, and no trust store of the system is touched.
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

// maxConnections is how many connections are served at once. More of them wait
// to be accepted.
const maxConnections = 256

// A Proxy is an HTTP proxy on 127.0.0.1 that answers for AWS's host names itself
// and refuses all others.
type Proxy struct {
	addr         string
	proxy        *awsproxy.Proxy
	outer, inner *http.Server
	done         chan struct{}
}

// Start starts a proxy that hands the requests to h, without the network in
// between. They have AWS's names in their Host. Failed handshakes and the like go
// to log as debug records. The proxy runs until [Proxy.Close].
func Start(h http.Handler, log *slog.Logger) (*Proxy, error) {
	inner := emulator.NewServer(h)
	aws, err := awsproxy.New(inner)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the proxy cannot listen: %w", err)
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

// Close ends the proxy. Requests that are being answered get 2 s to finish.
func (p *Proxy) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := p.outer.Close() // no more connections; open tunnels are the inner server's
	<-p.done
	if p.inner.Shutdown(ctx) != nil {
		err = errors.Join(err, p.inner.Close())
	}
	return err
}

// WriteBundle writes the certificates that a program of this run is to trust to
// a new file that only its owner may read: the system's and the proxy's.
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

package emulatorcmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/loopback"
)

// startServer starts an emulator on a loopback address, or on any address if expose is true. base
// is the emulator's URL. stop waits up to 2 s for open requests.
func startServer(c emulator.Config, listen string, expose bool) (e *emulator.Emulator, base string, stop func(), err error) {
	l, err := listenOn(listen, expose)
	if err != nil {
		return nil, "", nil, err
	}
	wrap := hereOnly
	if expose { // other machines have their own names for the emulator
		wrap = func(h http.Handler) http.Handler { return h }
	}
	if e, stop, err = startServerOn(l, c, wrap); err != nil {
		return nil, "", nil, err
	}
	return e, baseURL(l), stop, nil
}

// startServerOn starts an emulator on l, with the handler that wrap returns. If the
// emulator fails, startServerOn closes l.
func startServerOn(l net.Listener, c emulator.Config, wrap func(http.Handler) http.Handler) (e *emulator.Emulator, stop func(), err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if e, err = emulator.New(c); err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	server := emulator.NewServer(wrap(e))
	server.ErrorLog = slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Error("emulator stopped", "error", err)
		}
	}()
	return e, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}, nil
}

// listenOn listens on an address of this machine. If expose is false, only this machine can reach
// the address.
func listenOn(listen string, expose bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, command.Usagef("--listen %q does not have the form ADDRESS:PORT", listen)
	}
	if strings.ToLower(host) == "localhost" {
		host = "127.0.0.1" // use 127.0.0.1, because the resolver may give another address
	}
	switch here := loopback.Host(host); {
	case !here && !expose:
		return nil, command.WithHint(command.Usagef("--listen %s: the emulator listens on this machine only", listen), "use 127.0.0.1:PORT, or add --expose to let other machines use the emulator")
	case here && expose:
		return nil, command.WithHint(command.Usagef("--expose has no effect, because other machines cannot reach %s", listen), "use for example: --expose --listen 0.0.0.0:8080")
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, command.WithHint(fmt.Errorf("the emulator did not start: %w", err), "to use a free port, omit --listen")
	}
	return l, nil
}

// baseURL returns the URL of the server that listens on l, for programs on this machine.
func baseURL(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return "http://" + net.JoinHostPort("127.0.0.1", port) // clients cannot connect to 0.0.0.0 on all systems
	}
	return "http://" + l.Addr().String()
}

// hereOnly rejects requests whose Host does not name this machine. A web page in the user's
// browser can make its own host name resolve to this machine (DNS rebinding). Then the browser
// would let the web page read the emulator's pages.
func hereOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isHere(r.Host) {
			http.Error(w, "the emulator accepts only names of this machine as Host", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// isHere reports whether a Host header names this machine: a loopback address, localhost, or a
// subdomain of localhost. S3 buckets have such subdomains.
func isHere(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return loopback.Host(host) || strings.HasSuffix(host, ".localhost")
}

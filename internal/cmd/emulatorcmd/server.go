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

// startServer starts an emulator on a loopback address. base is its URL; stop gives
// requests 2 s to finish.
func startServer(c emulator.Config, listen string) (e *emulator.Emulator, base string, stop func(), err error) {
	l, err := listenLoopback(listen)
	if err != nil {
		return nil, "", nil, err
	}
	if e, stop, err = startServerOn(l, c, func(h http.Handler) http.Handler { return h }); err != nil {
		return nil, "", nil, err
	}
	return e, baseURL(l), stop, nil
}

// startServerOn starts an emulator on l, with what beside puts in front of it.
// If the emulator cannot be made, it closes l.
func startServerOn(l net.Listener, c emulator.Config, beside func(http.Handler) http.Handler) (e *emulator.Emulator, stop func(), err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if e, err = emulator.New(c); err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	server := emulator.NewServer(hereOnly(beside(e)))
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

// listenLoopback listens on an address of this machine and on no other.
func listenLoopback(listen string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, command.Usagef("--listen %q is not ADDRESS:PORT", listen)
	}
	if strings.ToLower(host) == "localhost" {
		host = "127.0.0.1" // whatever the resolver makes of it
	}
	if !loopback.Host(host) {
		return nil, command.WithHint(command.Usagef("--listen %s: the emulator listens on this machine only", listen), "use 127.0.0.1:PORT")
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, command.WithHint(fmt.Errorf("the emulator cannot listen: %w", err), "--listen 127.0.0.1:0 takes a free port")
	}
	return l, nil
}

// baseURL returns the URL of what listens on l.
func baseURL(l net.Listener) string { return "http://" + l.Addr().String() }

// hereOnly answers requests for a name of this machine, and no others. A web page
// in the user's browser can make its own name lead to this machine, and would
// then read the organization's pages as one of its own.
func hereOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isHere(r.Host) {
			http.Error(w, "the emulator answers by the names of this machine only", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// isHere reports whether a Host header names this machine: a loopback address,
// localhost, or a name below it (buckets have their own).
func isHere(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return loopback.Host(host) || strings.HasSuffix(host, ".localhost")
}

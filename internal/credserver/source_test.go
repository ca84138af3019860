package credserver_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Each path has the credentials of its own source.
func TestSeveralSources(t *testing.T) {
	dev, ops := &source{life: time.Hour}, &source{err: errors.New("no")}
	server, err := credserver.Start(t.Context(), credserver.Config{
		Sources: []credserver.Source{{Path: path, Get: dev.get}, {Path: "/ops", Get: ops.get}}, Now: dev.now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	to := func(path string) func(*http.Request) { return func(r *http.Request) { r.URL.Opaque = path } }
	for path, want := range map[string]int{path: 200, "/ops": 400, "/": 404, "/dev%20ADMIN": 404, "/dev+admin": 404} {
		if status, doc := ask(t, server, to(path)); status != want {
			t.Errorf("path %q: status %d, want %d: %v", path, status, want, doc)
		}
	}
	if dev.asked.Load() != 1 || ops.asked.Load() != 1 {
		t.Errorf("%d and %d fetches, want 1 each", dev.asked.Load(), ops.asked.Load())
	}
}

// While Get is slow, programs get the previous credentials, as long as they are good.
func TestSlowGet(t *testing.T) {
	s := &source{life: time.Hour}
	server := start(t, s)
	ask(t, server, nil)
	gate := make(chan struct{})
	s.gate = gate
	s.clock.Store(int64(40 * time.Minute))
	for range 3 {
		if status, doc := ask(t, server, nil); status != 200 || doc["AccessKeyId"] != "ASIA1" {
			t.Errorf("status %d, %v; want the previous credentials", status, doc)
		}
	}
	s.clock.Store(int64(46 * time.Minute)) // less than 15 minutes are left
	answered := make(chan map[string]string)
	go func() {
		_, doc := ask(t, server, nil)
		answered <- doc
	}()
	select {
	case doc := <-answered:
		t.Errorf("answer %v, want none while longer credentials are on their way", doc)
	case <-time.After(500 * time.Millisecond):
	}
	close(gate)
	if doc := <-answered; doc["AccessKeyId"] != "ASIA2" {
		t.Errorf("answer %v, want the new credentials", doc)
	}
	if n := s.asked.Load(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

// After a failure, the server does not use the previous credentials: the user may have signed
// out.
func TestFailureEndsMemory(t *testing.T) {
	s := &source{life: time.Hour}
	server := start(t, s)
	ask(t, server, nil)
	s.err = errors.New("signed out")
	s.clock.Store(int64(time.Minute))
	if status, doc := ask(t, server, nil); status != 400 || doc["message"] != "signed out" {
		t.Errorf("status %d, %v", status, doc)
	}
	s.err = nil
	if status, doc := ask(t, server, nil); status != 200 || doc["AccessKeyId"] != "ASIA3" {
		t.Errorf("status %d, %v", status, doc)
	}
}

func TestForget(t *testing.T) {
	s := &source{life: time.Hour}
	server := start(t, s)
	ask(t, server, nil)
	server.Forget()
	if _, doc := ask(t, server, nil); doc["AccessKeyId"] != "ASIA2" {
		t.Errorf("answer %v, want new credentials", doc)
	}
}

// The clients and their requests in the load test. The command bench makes ten times as many.
const (
	loadClients  = 100
	loadRequests = 100
)

// Many clients ask for two roles whose credentials live for one second. Every request succeeds.
// The source is called once for each expiry, and every answer is valid.
func TestLoad(t *testing.T) {
	const life, roles = time.Second, 2
	var clock, expiries atomic.Int64
	now := func() time.Time { return noon.Add(time.Duration(clock.Load())) }
	calls := make([]atomic.Int64, roles)
	var sources []credserver.Source
	for i := range roles {
		sources = append(sources, credserver.Source{Path: fmt.Sprint("/", i), Get: func(context.Context, func(string) bool) (ssocache.Credentials, error) {
			n := calls[i].Add(1)
			return ssocache.Credentials{
				AccessKeyID: fmt.Sprint("ASIA", n), SecretAccessKey: secret.New("key"), SessionToken: secret.New("session"),
				Expiration: now().Add(life), Life: life,
			}, nil
		}})
	}
	server, err := credserver.Start(t.Context(), credserver.Config{Sources: sources, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var all sync.WaitGroup
	var count atomic.Int64
	for client := range loadClients {
		all.Go(func() {
			for range loadRequests {
				status, doc := ask(t, server, func(r *http.Request) { r.URL.Path = fmt.Sprint("/", client%roles) })
				if status != 200 || doc["AccessKeyId"] == "" {
					t.Errorf("status %d, %v", status, doc)
				}
				if count.Add(1)%500 == 0 { // the credentials expire
					clock.Add(int64(life))
					expiries.Add(1)
				}
			}
		})
	}
	all.Wait()
	for i := range calls {
		if n := calls[i].Load(); n > expiries.Load()+1 || n < 2 {
			t.Errorf("role %d: %d calls for %d expiries", i, n, expiries.Load())
		}
	}
}

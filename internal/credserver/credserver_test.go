package credserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A source returns credentials, and counts the calls.
type source struct {
	life  time.Duration // 0 means that the credentials do not expire
	err   error
	gate  chan struct{} // if not nil, Get waits until it is closed
	began chan struct{} // if not nil, closed when Get is called
	asked atomic.Int64
	own   func(string) bool
	clock atomic.Int64 // nanoseconds after noon
}

func (s *source) now() time.Time { return noon.Add(time.Duration(s.clock.Load())) }

func (s *source) get(ctx context.Context, own func(string) bool) (ssocache.Credentials, error) {
	n := s.asked.Add(1)
	s.own = own
	if s.began != nil && n == 1 {
		close(s.began)
	}
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return ssocache.Credentials{}, ctx.Err()
		}
	}
	c := ssocache.Credentials{AccessKeyID: fmt.Sprint("ASIA", n), SecretAccessKey: secret.New("key"), SessionToken: secret.New("session"), AccountID: "111122223333"}
	if s.life > 0 {
		c.Expiration, c.Life = s.now().Add(s.life), s.life
	}
	return c, s.err
}

// path is the path of the source in the tests.
const path = "/dev%20admin"

func start(t *testing.T, s *source) *credserver.Server {
	t.Helper()
	server, err := credserver.Start(t.Context(), credserver.Config{Sources: []credserver.Source{{Name: "dev", Path: path, Get: s.get}}, Now: s.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// ask sends a request. change may change the request first. ask returns the status and the
// document.
func ask(t *testing.T, server *credserver.Server, change func(r *http.Request)) (int, map[string]string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL(path), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", server.Token().Reveal())
	if change != nil {
		change(r)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	defer resp.Body.Close()
	for name := range resp.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("header %s", name)
		}
	}
	if h := resp.Header; h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", h)
	}
	var doc map[string]string
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil && r.Method != http.MethodHead {
		t.Errorf("status %d: %v", resp.StatusCode, err)
	}
	return resp.StatusCode, doc
}

func TestAnswer(t *testing.T) {
	server := start(t, &source{life: time.Hour})
	status, doc := ask(t, server, nil)
	want := map[string]string{"AccessKeyId": "ASIA1", "SecretAccessKey": "key", "Token": "session", "Expiration": "2026-11-22T13:00:00Z", "AccountId": "111122223333"}
	if status != 200 || fmt.Sprint(doc) != fmt.Sprint(want) {
		t.Errorf("status %d, %v; want 200, %v", status, doc, want)
	}
}

// For keys that do not expire, the answer has a date, because the SDK for JavaScript needs a date.
func TestKeysWithoutEnd(t *testing.T) {
	if status, doc := ask(t, start(t, &source{}), nil); status != 200 || doc["Expiration"] != "2026-11-22T13:00:00Z" {
		t.Errorf("status %d, %v", status, doc)
	}
}

func TestRefusals(t *testing.T) {
	s := &source{life: time.Hour}
	server := start(t, s)
	u, err := url.Parse(server.URL(path))
	if err != nil {
		t.Fatal(err)
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	target := func(text string) func(*http.Request) { return func(r *http.Request) { r.URL.Opaque = text } }
	method := func(name string) func(*http.Request) { return func(r *http.Request) { r.Method = name } }
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"nothing", nil, 200},
		{"localhost", host("localhost:" + u.Port()), 200},
		{"the address of IPv6", host("[::1]:" + u.Port()), 200},
		{"a host that leads here", host("attacker.example:" + u.Port()), 403},
		{"no port", host("127.0.0.1"), 403},
		{"another port", host("127.0.0.1:1"), 403},
		{"another loopback address", host("127.0.0.2:" + u.Port()), 403},
		{"no host", host(" "), 400},
		{"a web page", header("Origin", "https://attacker.example"), 403},
		{"a web page without an origin", header("Origin", "null"), 403},
		{"a picture in a web page", header("Sec-Fetch-Mode", "no-cors"), 403},
		{"no token", func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		{"an empty token", header("Authorization", ""), 403},
		{"another token", header("Authorization", strings.Repeat("A", len(server.Token().Reveal()))), 403},
		{"the beginning of the token", header("Authorization", server.Token().Reveal()[:51]), 403},
		{"a longer token", header("Authorization", server.Token().Reveal()+"A"), 403},
		{"Bearer", header("Authorization", "Bearer "+server.Token().Reveal()), 403},
		{"two tokens", func(r *http.Request) { r.Header.Add("Authorization", "x") }, 403},
		{"another path", target("/"), 404},
		{"a longer path", target(u.EscapedPath() + "/"), 404},
		{"a query", target(u.EscapedPath() + "?x"), 404},
		{"a path with ..", target("/x/.." + u.EscapedPath()), 404},
		{"a path with %2e%2e", target("/x/%2e%2e" + u.EscapedPath()), 404},
		{"an escaped path", target("/%" + fmt.Sprintf("%02x", u.EscapedPath()[1]) + u.EscapedPath()[2:]), 404},
		{"a whole URL", target(server.URL(path)), 404},
		{"POST", method("POST"), 405},
		{"HEAD", method("HEAD"), 405},
		{"OPTIONS", method("OPTIONS"), 405},
		{"OPTIONS *", func(r *http.Request) { r.Method, r.URL.Opaque = "OPTIONS", "*" }, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == 400 { // answered by net/http
				if got := raw(t, u.Host, "GET "+u.EscapedPath()+" HTTP/1.1\r\n\r\n"); !strings.Contains(got, " 400 ") {
					t.Errorf("answer %q, want status 400", got)
				}
				return
			}
			before := s.asked.Load()
			status, doc := ask(t, server, tt.change)
			if status != tt.want {
				t.Errorf("status %d, want %d: %v", status, tt.want, doc)
			}
			if status != 200 && (doc["SecretAccessKey"] != "" || s.asked.Load() != before) {
				t.Errorf("a refused request led to credentials: %v", doc)
			}
			if status != 200 && tt.name != "HEAD" && (doc["code"] == "" || doc["code"] != doc["Code"] || doc["message"] == "" || doc["message"] != doc["Message"]) {
				t.Errorf("the error has no code or no message: %v", doc)
			}
		})
	}
}

// raw sends bytes and returns the first line of the answer.
func raw(t *testing.T, host, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, text) // the server may close the connection early
	line, _ := bufio.NewReader(c).ReadString('\n')
	return line
}

func TestLargeHeader(t *testing.T) {
	server := start(t, &source{})
	u, _ := url.Parse(server.URL(path))
	got := raw(t, u.Host, "GET "+u.EscapedPath()+" HTTP/1.1\r\nHost: "+u.Host+"\r\nX: "+strings.Repeat("x", 1<<20)+"\r\n\r\n")
	if strings.Contains(got, " 200 ") {
		t.Errorf("answer %q", got)
	}
}

// Requests at the same time cause one fetch. The fetch continues if its client gives up.
func TestOneFetch(t *testing.T) {
	s := &source{life: time.Hour, gate: make(chan struct{}), began: make(chan struct{})}
	server := start(t, s)
	impatient, giveUp := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		r, _ := http.NewRequestWithContext(impatient, http.MethodGet, server.URL(path), http.NoBody)
		r.Header.Set("Authorization", server.Token().Reveal())
		if resp, err := http.DefaultTransport.RoundTrip(r); err == nil {
			resp.Body.Close()
			t.Error("answered before the fetch ended")
		}
	})
	<-s.began
	giveUp()
	all.Wait()
	for range 100 { // more than the limit of connections
		all.Go(func() {
			if status, doc := ask(t, server, nil); status != 200 || doc["AccessKeyId"] != "ASIA1" {
				t.Errorf("status %d, %v", status, doc)
			}
		})
	}
	close(s.gate)
	all.Wait()
	if n := s.asked.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

// The server uses an answer again for some seconds, unless less than 15 minutes are left.
func TestAnswerIsKept(t *testing.T) {
	for _, tt := range []struct {
		life, after time.Duration
		err         error
		want        int64
	}{
		{time.Hour, 9 * time.Second, nil, 1},
		{time.Hour, 10 * time.Second, nil, 2},
		{0, 9 * time.Second, nil, 1},
		{15*time.Minute + 5*time.Second, 4 * time.Second, nil, 1},
		{15*time.Minute + 5*time.Second, 6 * time.Second, nil, 2},
		{time.Hour, 0, errors.New("no"), 2},
	} {
		s := &source{life: tt.life, err: tt.err}
		server := start(t, s)
		ask(t, server, nil)
		s.clock.Add(int64(tt.after))
		ask(t, server, nil)
		if n := s.asked.Load(); n != tt.want {
			t.Errorf("%v after credentials for %v, error %v: %d fetches, want %d", tt.after, tt.life, tt.err, n, tt.want)
		}
	}
}

func TestError(t *testing.T) {
	s := &source{err: command.WithHint(command.Failuref("the session has ended"), "run: lanyard login\nor wait")}
	status, doc := ask(t, start(t, s), nil)
	if want := "the session has ended (hint: run: lanyard login; or wait)"; status != 400 || doc["message"] != want || doc["Message"] != want {
		t.Errorf("status %d, %v", status, doc)
	}
}

func TestOwn(t *testing.T) {
	s := &source{}
	server := start(t, s)
	ask(t, server, nil)
	for _, address := range []string{server.URL(path), strings.Replace(server.URL(path), "127.0.0.1", "localhost", 1), strings.Replace(server.URL(path), "127.0.0.1", "[::1]", 1)} {
		if !s.own(address) {
			t.Errorf("%s: not recognized", address)
		}
	}
	for _, address := range []string{"", "http://127.0.0.1:1/x", strings.Replace(server.URL(path), "127.0.0.1", "example.com", 1)} {
		if s.own(address) {
			t.Errorf("%s: taken for the server", address)
		}
	}
}

// Close waits for a fetch, which may be storing a new token.
func TestClose(t *testing.T) {
	s := &source{gate: make(chan struct{}), began: make(chan struct{})}
	server := start(t, s)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		r, _ := http.NewRequest(http.MethodGet, server.URL(path), http.NoBody)
		r.Header.Set("Authorization", server.Token().Reveal())
		if resp, err := http.DefaultTransport.RoundTrip(r); err == nil {
			resp.Body.Close()
		}
	}()
	<-s.began
	server.Close()
	<-answered
	u, _ := url.Parse(server.URL(path))
	if c, err := net.Dial("tcp", u.Host); err == nil {
		c.Close()
		t.Error("the server still listens")
	}
}

package credserver_test

import (
	"bufio"
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

	"github.com/lanyard-cli/lanyard/internal/credserver"
)

// tries is the number of wrong tokens in the test.
const tries = 10_000

// A guess of the token gives no credentials, and does not block the owner.
func TestWrongTokens(t *testing.T) {
	s := &source{life: time.Hour}
	var refused atomic.Int64
	server, err := credserver.Start(t.Context(), credserver.Config{
		Sources: []credserver.Source{{Path: path, Get: s.get}}, Now: s.now, Log: slog.New(slog.DiscardHandler),
		Served: func(r credserver.Request) {
			if r.Code == "InvalidAuthorization" {
				refused.Add(1)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	right := server.Token().Reveal()
	var all sync.WaitGroup
	for client := range 8 {
		all.Go(func() {
			for i := client; i < tries; i += 8 {
				wrong := []byte(right)
				wrong[i%len(wrong)] = "AB"[(i/len(wrong))%2] // often the right letter
				if string(wrong) == right {
					wrong[0]++
				}
				status, doc := ask(t, server, func(r *http.Request) { r.Header.Set("Authorization", string(wrong)) })
				if status != 403 || len(doc) != 4 {
					t.Errorf("token %d: status %d, %v", i, status, doc)
				}
			}
		})
	}
	all.Wait()
	if refused.Load() != tries || s.asked.Load() != 0 {
		t.Errorf("%d refusals, %d fetches; want %d, 0", refused.Load(), s.asked.Load(), tries)
	}
	if status, _ := ask(t, server, nil); status != 200 {
		t.Errorf("the right token: status %d", status)
	}
}

// Requests that are not correct HTTP get no credentials.
func TestMalformedRequests(t *testing.T) {
	s := &source{life: time.Hour}
	server := start(t, s)
	u, err := url.Parse(server.URL(path))
	if err != nil {
		t.Fatal(err)
	}
	token, get, host := server.Token().Reveal(), "GET "+path+" HTTP/1.1\r\n", "Host: "+u.Host+"\r\n"
	auth := "Authorization: " + token + "\r\n"
	for _, tt := range []struct{ name, text, want string }{
		{"a correct request", get + host + auth + "\r\n", "HTTP/1.1 200 OK"},
		{"HTTP/1.0 with a host", "GET " + path + " HTTP/1.0\r\n" + host + auth + "\r\n", "HTTP/1.0 200 OK"},
		{"HTTP/1.0 without a host", "GET " + path + " HTTP/1.0\r\n" + auth + "\r\n", "403"},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "4"},
		{"HTTP/0.9", "GET " + path + "\r\n\r\n", "400"},
		{"two hosts", get + host + "Host: x.example\r\n" + auth + "\r\n", "400"},
		{"a line break in the token", get + host + "Authorization: x\r\n" + token + "\r\n\r\n", "400"},
		{"CR in the token", get + host + "Authorization: \r" + token + "\r\n\r\n", "400"},
		{"LF in the token", get + host + "Authorization: x\nAuthorization: " + token + "\r\n\r\n", "403"},
		{"NUL in the token", get + host + "Authorization: \x00" + token + "\r\n\r\n", "400"},
		{"a folded token", get + host + "Authorization: x\r\n " + token + "\r\n\r\n", "403"},
		{"a token with blanks", get + host + "Authorization:   " + token + "  \r\n\r\n", "200"}, // HTTP ignores them
		{"a smuggled request", get + host + "Content-Length: 100\r\n\r\nGET / HTTP/1.1\r\n" + host + auth + "\r\n", "401"},
		{"a header of 7 KB", get + host + auth + "X: " + strings.Repeat("x", 7<<10) + "\r\n\r\n", "200"},
		{"a header of 8 KB", get + host + auth + "X: " + strings.Repeat("x", 8<<10) + "\r\n\r\n", "431"},
		{"a header of 1 MB", get + host + auth + "X: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", "431"},
		{"a name of 1 MB", get + host + auth + strings.Repeat("x", 1<<20) + ": x\r\n\r\n", "431"},
		{"many headers", get + host + auth + strings.Repeat("X: x\r\n", 1<<16) + "\r\n", "431"},
		{"a path of 1 MB", "GET /" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\n" + host + auth + "\r\n", "431"},
		{"a token of 4 KB", get + host + "Authorization: " + strings.Repeat("x", 4096) + "\r\n\r\n", "403"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := s.asked.Load()
			got := raw(t, u.Host, tt.text)
			if !strings.Contains(tt.want, "200") && (strings.Contains(got, " 200 ") || s.asked.Load() != before) {
				t.Fatalf("answer %q: the request led to credentials", got)
			}
			// The server may reset the connection while the client still sends.
			if got != "" && !strings.Contains(got, tt.want) {
				t.Errorf("answer %q, want %s", got, tt.want)
			}
			if got == "" && len(tt.text) < 1<<16 {
				t.Error("no answer")
			}
		})
	}
}

// Clients that send or read slowly occupy their connections only for a limited time.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := &source{life: time.Hour}
	server := start(t, s)
	u, err := url.Parse(server.URL(path))
	if err != nil {
		t.Fatal(err)
	}
	dial := func(text string) {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		fmt.Fprint(c, text)
	}
	for range 64 { // as many as the server has connections
		dial("GET " + path + " HTTP/1.1\r\n")                                                                               // no end
		dial("GET " + path + " HTTP/1.1\r\nHost: " + u.Host + "\r\nAuthorization: " + server.Token().Reveal() + "\r\n\r\n") // no reader
	}
	if status, _ := ask(t, server, nil); status != 200 {
		t.Errorf("status %d, want 200", status)
	}
}

// Two servers cannot have the same port.
func TestPortInUse(t *testing.T) {
	l, err := credserver.Listen(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if second, err := credserver.Listen(t.Context(), l.Addr().(*net.TCPAddr).Port); err == nil {
		second.Close()
		t.Error("two listeners on one port")
	}
}

// A Unix socket accepts the name of this machine with any port, because a forwarded port can have
// another number. It refuses all other names.
func TestHostOnSocket(t *testing.T) {
	l, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Skip(err)
	}
	s := &source{life: time.Hour}
	server, err := credserver.Start(t.Context(), credserver.Config{
		Sources: []credserver.Source{{Path: "/", Get: s.get}}, Listeners: []net.Listener{l}, Now: s.now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for host, want := range map[string]string{
		"localhost": "200", "127.0.0.1:1234": "200", "[::1]:1": "200", "x.example": "403", "x.example:80": "403", "": "403", "169.254.170.2": "403",
	} {
		c, err := net.Dial("unix", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", host, server.Token().Reveal())
		line, _ := bufio.NewReader(c).ReadString('\n')
		_, _ = io.Copy(io.Discard, c)
		c.Close()
		if !strings.Contains(line, " "+want+" ") {
			t.Errorf("host %q: answer %q, want %s", host, line, want)
		}
	}
}

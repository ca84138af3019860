package signproxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestTunnelThroughAnotherProxy reaches a host through the proxy of the user's environment. The proxy
// gets its own password, and not the token of our proxy.
func TestTunnelThroughAnotherProxy(t *testing.T) {
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer other.Close()
	connects := make(chan *http.Request, 1)
	corporate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "forbidden.example.com:443" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		connects <- r
		far, err := net.Dial("tcp", other.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		join(near, far)
	}))
	defer corporate.Close()
	proxy, err := url.Parse(strings.Replace(corporate.URL, "://", "://user:pass@", 1))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, ViaProxy, "read", func(c *Config) {
		c.Tunnel = Dial(func(*http.Request) (*url.URL, error) { return proxy, nil })
	})
	s.client.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(other.Certificate())
	resp, err := s.client.Get("https://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || string(body) != "hello" {
		t.Errorf("body %q, %v", body, err)
	}
	if r := <-connects; r.Method != http.MethodConnect || r.Host != "example.com:443" || r.Header.Get("Proxy-Authorization") != "Basic dXNlcjpwYXNz" {
		t.Errorf("the other proxy got %s %s %v", r.Method, r.Host, r.Header)
	}
	if _, err := s.client.Get("https://forbidden.example.com/"); err == nil || !strings.Contains(err.Error(), "Bad Gateway") {
		t.Errorf("a host that the other proxy refuses: %v, want Bad Gateway", err)
	}
}

// TestCloseEndsTunnels closes the proxy while tunnels to AWS and to another host are open.
func TestCloseEndsTunnels(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	s := start(t, ViaProxy, "read", func(c *Config) {
		c.Tunnel = Dial(func(*http.Request) (*url.URL, error) {
			return &url.URL{Scheme: "http", Host: silentProxy(t, silent)}, nil
		})
	})
	var open []*bufio.Reader
	for _, host := range []string{"example.com:443", "sts.amazonaws.com:443"} {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: host}, Host: host, Header: http.Header{}}
		r.SetBasicAuth("lanyard", s.token.Reveal())
		r.Header["Proxy-Authorization"] = r.Header["Authorization"]
		if err := r.Write(conn); err != nil {
			t.Fatal(err)
		}
		reader := bufio.NewReader(conn)
		resp, err := http.ReadResponse(reader, r)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v, %v", host, resp, err)
		}
		open = append(open, reader)
	}
	s.Close()
	for i, reader := range open {
		if _, err := reader.ReadByte(); err == nil {
			t.Errorf("tunnel %d: the proxy has sent a byte, want the end", i)
		}
	}
}

// silentProxy returns the address of an HTTP proxy that opens tunnels to nowhere.
func silentProxy(t *testing.T, l net.Listener) string {
	t.Helper()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		}
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}()
	return l.Addr().String()
}

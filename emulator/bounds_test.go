package emulator_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestHugeBody(t *testing.T) {
	x := newTester(t, emulator.Config{})
	for _, path := range []string{"/client/register", "/token", "/start/signin", "/", "/assignment/accounts"} {
		req, err := http.NewRequest("POST", x.srv.URL+path, bytes.NewReader(make([]byte, 10<<20)))
		if err != nil {
			t.Fatal(err)
		}
		// The server may close the connection before it reads the whole body.
		if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode < 400 || resp.StatusCode > 499 {
				t.Errorf("%s: status %d, want 4xx", path, resp.StatusCode)
			}
		}
	}
	x.login("jane") // the emulator still works
}

func TestSlowConnections(t *testing.T) {
	x := newTester(t, emulator.Config{})
	for range 1000 {
		c, err := net.Dial("tcp", strings.TrimPrefix(x.srv.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nX-Slow: ")); err != nil {
			t.Fatal(err)
		}
	}
	x.login("jane") // the open connections do not block other clients
	if srv := emulator.NewServer(nil); srv.ReadHeaderTimeout == 0 || srv.ReadTimeout == 0 || srv.IdleTimeout == 0 {
		t.Error("the server has no time limits")
	}
}

// An incomplete body must not lead to a successful response.
func TestBrokenBodyBreaksTheConnection(t *testing.T) {
	x := newTester(t, emulator.Config{})
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("the handler panicked with %v, want http.ErrAbortHandler", err)
		}
	}()
	r := httptest.NewRequest("POST", "/token", iotest.ErrReader(os.ErrDeadlineExceeded))
	x.srv.ServeHTTP(httptest.NewRecorder(), r)
	t.Error("the handler returned a response, want a panic")
}

func TestOpenDeviceCodesAreCapped(t *testing.T) {
	e, err := emulator.New(emulator.Config{Now: fixedNow})
	if err != nil {
		t.Fatal(err)
	}
	id, secret := registerAt(t, e)
	body := fmt.Sprintf(`{"clientId":%q,"clientSecret":%q,"startUrl":"https://d-1234567890.awsapps.com/start"}`, id, secret)
	last := 0
	for range 20_001 {
		last = post(e, "/device_authorization", body).Code
	}
	if last != 400 {
		t.Errorf("device code 20,001: status %d, want 400", last)
	}
	e.Advance(10 * time.Minute)
	if got := post(e, "/device_authorization", body).Code; got != 200 {
		t.Errorf("status %d after the codes expired, want 200", got)
	}
}

// The memory of an emulator is limited, even if clients register again and again.
func TestMemoryIsBounded(t *testing.T) {
	e, err := emulator.New(emulator.Config{Now: fixedNow, AutoApprove: "jane"})
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"clientName":"n","clientType":"public","redirectUris":["http://127.0.0.1/"]}`
	fill := func(n int) uint64 {
		for range n {
			post(e, "/client/register", body)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	full := fill(20_000)
	if more := fill(20_000); more > full+full/5 {
		t.Errorf("%d bytes after 20,000 registrations, %d after 40,000, want about the same", full, more)
	}
}

func post(h http.Handler, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// registerAt registers a client without a network.
func registerAt(t testing.TB, e *emulator.Emulator) (id, secret string) {
	t.Helper()
	w := post(e, "/client/register", `{"clientName":"n","clientType":"public","scopes":["sso:account:access"]}`)
	return jsonField(t, w, "clientId"), jsonField(t, w, "clientSecret")
}

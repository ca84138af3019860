package idcenter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var network = []error{ErrNetwork, ErrTemporary}

// unused returns the address of a port without a listener.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestNotConnected(t *testing.T) {
	url := "http://" + unused(t)
	c := client(t, Options{Region: "us-east-1", OIDCEndpoint: url, PortalEndpoint: url})
	_, err := c.Refresh(t.Context(), registration, refreshToken)
	identity(t, err, `Could not connect to the endpoint URL: "`+url+`/token"`, network)
	_, err = c.RoleCredentials(t.Context(), accessToken, "1", "r")
	identity(t, err, `Could not connect to the endpoint URL: "`+url+`/federation/credentials?account_id=1&role_name=r"`, network)
}

// hang does not answer until the client has closed the connection. The server notices that only
// after it has read the request.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestReadTimeout(t *testing.T) {
	var visits atomic.Int32
	c := clientAt(t, func(_ http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		hang(r)
	})
	c.http.Timeout = 50 * time.Millisecond
	_, err := c.Refresh(t.Context(), registration, refreshToken)
	identity(t, err, `Read timeout on endpoint URL: "`+c.OIDCURL()+`/token"`, network)
	if visits.Load() != 2 {
		t.Errorf("%d tries, want 2", visits.Load())
	}
}

// A reply that stops in the middle is a timeout too.
func TestReadTimeoutInBody(t *testing.T) {
	c := clientAt(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"accessToken":`))
		_ = http.NewResponseController(w).Flush()
		hang(r)
	})
	c.http.Timeout = 50 * time.Millisecond
	_, err := c.Refresh(t.Context(), registration, refreshToken)
	identity(t, err, `Read timeout on endpoint URL: "`+c.OIDCURL()+`/token"`, network)
}

// A connection attempt without an answer is a connect timeout.
func TestConnectTimeout(t *testing.T) {
	hc := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
	}}, Timeout: 50 * time.Millisecond}
	c := client(t, Options{Region: "us-east-1", HTTP: hc})
	_, err := c.Refresh(t.Context(), registration, refreshToken)
	identity(t, err, `Connect timeout on endpoint URL: "https://oidc.us-east-1.amazonaws.com/token"`, network)
}

func TestConnectionClosed(t *testing.T) {
	for name, reply := range map[string]http.HandlerFunc{
		"without a word":      func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"in the middle":       func(w http.ResponseWriter, _ *http.Request) { half(w); panic(http.ErrAbortHandler) },
		"with something else": func(w http.ResponseWriter, _ *http.Request) { speak(w, "220 mail.example ESMTP\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			c := clientAt(t, reply)
			_, err := c.Refresh(t.Context(), registration, refreshToken)
			identity(t, err, `Connection was closed before we received a valid response from endpoint URL: "`+c.OIDCURL()+`/token".`, network)
		})
	}
}

func half(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"accessToken":`))
	_ = http.NewResponseController(w).Flush()
}

// speak answers with text that is not HTTP.
func speak(w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte(text))
	_ = conn.Close()
}

func TestTLSFailed(t *testing.T) {
	var visits atomic.Int32
	srv := httptest.NewUnstartedServer(always(200, "", "{}"))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			visits.Add(1)
		}
	}
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	srv.StartTLS()
	defer srv.Close()
	c := client(t, Options{Region: "us-east-1", OIDCEndpoint: srv.URL, PortalEndpoint: srv.URL})
	_, err := c.Refresh(t.Context(), registration, refreshToken)
	identity(t, err, "SSL validation failed for "+srv.URL+"/token tls: failed to verify certificate: x509: certificate signed by unknown authority", network)
	if visits.Load() != 1 {
		t.Errorf("%d tries, want 1", visits.Load())
	}

	plain := httptest.NewServer(always(200, "", "{}"))
	defer plain.Close()
	c = client(t, Options{Region: "us-east-1", OIDCEndpoint: strings.Replace(plain.URL, "http:", "https:", 1)})
	_, err = c.Refresh(t.Context(), registration, refreshToken)
	if fail := new(ConnectError); !errors.As(err, &fail) || fail.Failure != TLSFailed {
		t.Errorf("http behind https: %v, want a ConnectError with TLSFailed", err)
	}
}

func TestProxyFailed(t *testing.T) {
	refusing := httptest.NewServer(always(407, "", ""))
	defer refusing.Close()
	for name, address := range map[string]string{"refuses": refusing.Listener.Addr().String(), "is not there": unused(t)} {
		proxy := &url.URL{Scheme: "http", Host: address, User: url.UserPassword("me", "secret-2")}
		hc := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
		c := client(t, Options{Region: "us-east-1", HTTP: hc})
		_, err := c.Refresh(t.Context(), registration, refreshToken)
		t.Log(name)
		identity(t, err, `Failed to connect to proxy URL: "http://me:xxxxx@`+address+`"`, network)
	}
}

// A call with slow attempts ends within its time limit, with the reason.
func TestCallBudget(t *testing.T) {
	c := clientAt(t, func(_ http.ResponseWriter, r *http.Request) { hang(r) })
	c.budget = 100 * time.Millisecond
	_, err := c.Refresh(t.Context(), registration, refreshToken)
	identity(t, err, `Read timeout on endpoint URL: "`+c.OIDCURL()+`/token"`, network)

	c = clientAt(t, always(503, "", `{"message":"busy"}`))
	c.budget, c.pause, c.attempts = 200*time.Millisecond, time.Hour, 100
	_, err = c.RoleCredentials(t.Context(), accessToken, "1", "r")
	identity(t, err, "An error occurred (503) when calling the GetRoleCredentials operation: busy", []error{ErrTemporary})
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := clientAt(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		hang(r)
	})
	if _, err := c.RoleCredentials(ctx, accessToken, "1", "r"); err != context.Canceled { //nolint:errorlint // as it is
		t.Errorf("during a try: %v, want context.Canceled itself", err)
	}
	if err := c.Logout(ctx, accessToken); err != context.Canceled { //nolint:errorlint // as it is
		t.Errorf("before a try: %v, want context.Canceled itself", err)
	}
	for _, err := range c.Accounts(ctx, accessToken) {
		if err != context.Canceled { //nolint:errorlint // as it is
			t.Errorf("pages: %v, want context.Canceled itself", err)
		}
	}
}

func TestLog(t *testing.T) {
	var log bytes.Buffer
	srv := httptest.NewServer(always(403, "x-amzn-RequestId: r-1", `{"message":"No access","__type":"ForbiddenException"}`))
	defer srv.Close()
	c, err := New(Options{Region: "us-east-1", PortalEndpoint: srv.URL, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.RoleCredentials(t.Context(), accessToken, "111111111111", "r")
	refusal := new(ServiceError)
	if !errors.As(err, &refusal) || refusal.RequestID != "r-1" || refusal.Status != 403 {
		t.Errorf("error %+v, want a ServiceError with request id r-1 and status 403", err)
	}
	for _, want := range []string{"operation=GetRoleCredentials", "try=1", "endpoint=" + srv.URL + "/federation/credentials", "status=403", "request_id=r-1", "duration="} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, &log)
		}
	}
	noSecret(t, "log", log.String())
}

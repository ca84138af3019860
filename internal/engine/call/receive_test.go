package call

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
)

// A dripBody is a body that returns n bytes of white space after each pause. The white space is in
// the middle of a reply.
type dripBody struct {
	ctx   context.Context
	pause time.Duration
	n     int
	left  int // bytes of white space before the rest of the reply
	ready int // bytes since the last pause
}

func (d *dripBody) Read(p []byte) (int, error) {
	if d.left <= 0 {
		return 0, io.EOF
	}
	if d.ready == 0 {
		select {
		case <-time.After(d.pause):
		case <-d.ctx.Done():
			return 0, context.Cause(d.ctx)
		}
		d.ready = d.n
	}
	n := min(d.ready, len(p), d.left)
	d.left, d.ready = d.left-n, d.ready-n
	copy(p, bytes.Repeat([]byte(" "), n))
	return n, nil
}

func TestRepliesOverTime(t *testing.T) {
	const forever = 1 << 40
	for _, tt := range []struct {
		name    string
		pause   time.Duration
		n, size int
		least   time.Duration // the shortest duration of the call
		most    time.Duration
		tries   int
		text    string // the text of the expected error; "" for no error
	}{
		{"large and slow", 10 * time.Second, 20 << 10, 900 << 10, 7 * time.Minute, 8 * time.Minute, 1, ""},
		{"with long pauses", 50 * time.Second, 200 << 10, 900 << 10, 4 * time.Minute, 5 * time.Minute, 1, ""},
		{"a byte a second", time.Second, 1, forever, time.Minute, 2 * time.Minute, 1, "less than 64 kB per minute"},
		{"silent", forever, 1, forever, 3 * time.Minute, 4 * time.Minute, 3, "Read timeout on endpoint URL"},
		{"just fast enough, endless", 30 * time.Second, 33 << 10, forever, 29 * time.Minute, 31 * time.Minute, 1, "more than 30 minutes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(func(_ int, req *http.Request) (*http.Response, error) {
					r := answer(200, "")
					r.Body = io.NopCloser(io.MultiReader(&dripBody{ctx: req.Context(), pause: tt.pause, n: tt.n, left: tt.size}, strings.NewReader(identityReply)))
					return r, nil
				})
				start := time.Now()
				service := "iam"
				op := "list-account-aliases"
				if tt.text == "" {
					service, op = "sts", "get-caller-identity"
				}
				_, err := l.call(t, service, op, "")
				if got := text(err); !strings.Contains(got, tt.text) || tt.text == "" && got != "" {
					t.Errorf("error %q, want %q", got, tt.text)
				}
				if took := time.Since(start); took < tt.least || took > tt.most {
					t.Errorf("the call took %v, want %v to %v", took, tt.least, tt.most)
				}
				if len(l.requests) != tt.tries {
					t.Errorf("%d attempts, want %d", len(l.requests), tt.tries)
				}
			})
		})
	}
}

// If the context ends during a slow reply, the call ends at once.
func TestInterruptedReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		l := newLine(func(_ int, req *http.Request) (*http.Response, error) {
			r := answer(200, "")
			r.Body = io.NopCloser(&dripBody{ctx: req.Context(), pause: time.Second, n: 1, left: 1 << 40})
			return r, nil
		})
		start := time.Now()
		svc, op := operation(t, "sts", "get-caller-identity")
		if _, err := l.Call(ctx, svc, op, nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("error %v after %v, want the deadline after 5s", err, time.Since(start))
		}
	})
}

// An endless returns white space without end, and counts the bytes.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	e.n += len(p)
	copy(p, bytes.Repeat([]byte(" "), len(p)))
	return len(p), nil
}

func TestEndlessReplies(t *testing.T) {
	for _, tt := range []struct {
		service, op string
		most        int
	}{{"sts", "get-caller-identity", 2 << 20}, {"iam", "list-users", 32 << 20}, {"s3api", "list-buckets", 32 << 20}, {"ec2", "describe-instances", 160 << 20}} {
		body := new(endless)
		l := newLine(func(int, *http.Request) (*http.Response, error) {
			r := answer(200, "")
			r.Body = io.NopCloser(body)
			return r, nil
		})
		_, err := l.call(t, tt.service, tt.op, "")
		if e := new(idcenter.ReplyError); !errors.As(err, &e) || e.Reason != "too large" || body.n > tt.most || len(l.requests) != 1 {
			t.Errorf("%s: error %v after %d bytes and %d requests, want too large after at most %d bytes and 1 request", tt.service, err, body.n, len(l.requests), tt.most)
		}
	}
}

// A compressed body is an error. The client has not asked for compression, and a small body might
// unpack to a huge body.
func TestCompressedReply(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(make([]byte, 64<<20)); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	srv := serveRaw(t, func(conn net.Conn) {
		head := "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
		_, _ = conn.Write(append([]byte(head), packed.Bytes()...))
	})
	_, err := srv.call(t, "sts", "get-caller-identity", "")
	if e := new(idcenter.ReplyError); !errors.As(err, &e) || e.Reason != "encoded as gzip, which was not asked for" {
		t.Errorf("error %v, want an error about gzip", err)
	}
}

// A server that sends interim responses without end gets an error.
func TestEndlessHints(t *testing.T) {
	srv := serveRaw(t, func(conn net.Conn) {
		for {
			if _, err := conn.Write([]byte("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")); err != nil {
				return
			}
		}
	})
	srv.MaxAttempts = 1
	start := time.Now()
	if _, err := srv.call(t, "sts", "get-caller-identity", ""); !errors.As(err, new(*idcenter.ConnectError)) || time.Since(start) > 30*time.Second {
		t.Errorf("error %v after %v, want a ConnectError within 30s", err, time.Since(start))
	}
}

// serveRaw returns a client for a server. reply writes the bytes of each reply.
func serveRaw(t *testing.T, reply func(net.Conn)) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 64<<10))
				reply(conn)
			}()
		}
	}()
	c := newLine(nil)
	c.HTTP = &http.Client{Transport: new(http.Transport)}
	c.Endpoint = "http://" + l.Addr().String()
	return c
}

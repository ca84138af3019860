package leaktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// members are the JSON members, elements and parameters that hold secrets, in lower
// case.
var members = map[string]kind{
	"accesstoken": token, "refreshtoken": token, "clientsecret": registration,
	"secretaccesskey": key, "sessiontoken": key,
	"code": code, "codeverifier": code, "devicecode": code,
	"state": visit, "code_challenge": visit,
}

// A wire is the way between the program and the emulator. It learns what is secret
// from what passes, in both directions.
type wire struct {
	url     string
	secrets *secrets
	passing func() // called while a process waits for its answer

	mu    sync.Mutex
	short bool  // tokens are said to live for a second
	twist twist // nil: the emulator answers
}

// A twist is an answer in place of the emulator's; false leaves the request to it.
type twist func(w http.ResponseWriter, r *http.Request, body []byte) bool

// newWire starts a proxy in front of the server.
func newWire(t *testing.T, server string, s *secrets) *wire {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{secrets: s, passing: func() {}}
	proxy := &httputil.ReverseProxy{
		// The Host stays: it is signed, and the emulator makes addresses of it.
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler) // as the emulator does when it drops a connection
		},
		ModifyResponse: w.answer,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		w.request(r, body)
		w.passing()
		w.mu.Lock()
		twist := w.twist
		w.mu.Unlock()
		if twist != nil && twist(rw, r, body) {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	w.url = srv.URL
	return w
}

// set changes how the wire answers.
func (w *wire) set(short bool, t twist) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.short, w.twist = short, t
}

// request learns from what is asked.
func (w *wire) request(r *http.Request, body []byte) {
	w.secrets.learn(token, "bearer token", r.Header.Get("x-amz-sso_bearer_token"), false)
	w.secrets.learn(key, "security token", r.Header.Get("X-Amz-Security-Token"), false)
	w.query(r.URL.Query(), false)
	w.json(body, false)
}

var (
	element  = regexp.MustCompile(`(?i)<(SecretAccessKey|SessionToken)>([^<]+)<`)
	lifetime = regexp.MustCompile(`"expiresIn":\d+`)
	interval = regexp.MustCompile(`"interval":\d+`)
)

// answer learns from an answer of the emulator.
func (w *wire) answer(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	_ = r.Body.Close()
	w.json(body, true)
	for _, m := range element.FindAllSubmatch(body, -1) {
		w.secrets.learn(key, string(m[1]), string(m[2]), true)
	}
	if to, err := r.Location(); err == nil {
		w.query(to.Query(), true)
	}
	w.mu.Lock()
	if w.short && r.Request.URL.Path == "/token" {
		body = lifetime.ReplaceAll(body, []byte(`"expiresIn":1`))
	}
	w.mu.Unlock()
	if r.Request.URL.Path == "/device_authorization" {
		body = interval.ReplaceAll(body, []byte(`"interval":1`)) // nobody should wait for five
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Del("Content-Length")
	return nil
}

// query learns from a query. Only the code in it is the emulator's.
func (w *wire) query(q url.Values, answer bool) {
	for name, values := range q {
		for _, value := range values {
			if k := members[strings.ToLower(name)]; k != 0 {
				w.secrets.learn(k, name, value, answer && k == code)
			}
		}
	}
}

// json learns from a body, if it is JSON.
func (w *wire) json(body []byte, answer bool) {
	var v any
	if json.Unmarshal(body, &v) == nil {
		w.walk(v, answer)
	}
}

func (w *wire) walk(v any, answer bool) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			w.walk(inner, answer)
		}
	case map[string]any:
		for name, inner := range v {
			if text, ok := inner.(string); ok && members[strings.ToLower(name)] != 0 {
				w.secrets.learn(members[strings.ToLower(name)], name, text, answer)
			}
			w.walk(inner, answer)
		}
	}
}

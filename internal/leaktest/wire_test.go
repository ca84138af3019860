package leaktest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
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

// members lists, in lower case, the JSON members, XML elements and parameters that hold
// secrets.
var members = map[string]kind{
	"accesstoken": token, "refreshtoken": token, "clientsecret": registration,
	"secretaccesskey": key, "sessiontoken": key,
	"code": code, "codeverifier": code, "devicecode": code,
	"state": visit, "code_challenge": visit,
}

// A wire is a proxy between the program and the emulator. It records the secrets in requests
// and replies.
type wire struct {
	url     string
	secrets *secrets
	passing func() // called while a process waits for its answer

	mu    sync.Mutex
	short bool  // answers give tokens a lifetime of one second
	twist twist // nil means that the emulator answers
}

// A twist may answer a request instead of the emulator. If it returns false, the emulator
// answers.
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
		// Keep the Host header, because it is signed, and because the emulator builds URLs from it.
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler) // drop the connection, as the emulator does
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

// request records the secrets of a request.
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

// answer records the secrets of an answer from the emulator.
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
		body = interval.ReplaceAll(body, []byte(`"interval":1`)) // the default of five seconds is too slow
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Del("Content-Length")
	return nil
}

// query records the secrets of a query. The emulator has issued only the code.
func (w *wire) query(q url.Values, answer bool) {
	for name, values := range q {
		for _, value := range values {
			if k := members[strings.ToLower(name)]; k != 0 {
				w.secrets.learn(k, name, value, answer && k == code)
			}
		}
	}
}

// json records the secrets of a body, if the body is JSON.
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

// The twists are wrong replies that quote the request.

// quoted returns the text of a request. The secrets come first.
func quoted(r *http.Request, body []byte) string {
	var b strings.Builder
	for _, name := range []string{"X-Amz-Sso_bearer_token", "X-Amz-Security-Token", "Authorization"} {
		if value := r.Header.Get(name); value != "" {
			fmt.Fprintf(&b, "%s:%s\n", strings.ToLower(name), value)
		}
	}
	fmt.Fprintf(&b, "%s %s %s", body, r.Method, r.URL)
	return b.String()
}

// speaksJSON reports whether a request is for one of Identity Center's two services.
func speaksJSON(r *http.Request) bool {
	for _, path := range []string{"/token", "/client/", "/device_authorization", "/assignment/", "/federation/", "/logout"} {
		if strings.HasPrefix(r.URL.Path, path) {
			return true
		}
	}
	return false
}

// inMessage refuses the request and quotes it in every message, as AWS does for a wrong
// signature.
func inMessage(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	text := quoted(r, body)
	if speaksJSON(r) {
		answer, _ := json.Marshal(map[string]string{ // strings marshal
			"error": "invalid_request", "error_description": text, "reason": text, "message": text, "__type": "com.amazonaws#InvalidRequestException",
		})
		send(w, http.StatusBadRequest, "application/json", string(answer))
		return true
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder accepts every text
	send(w, http.StatusForbidden, "text/xml", "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>"+b.String()+
		"</Message><CanonicalRequest>"+b.String()+"</CanonicalRequest></Error><RequestId>1</RequestId></ErrorResponse>")
	return true
}

// inCode refuses the request and quotes it as error code and as request id.
func inCode(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	text := strings.NewReplacer("\n", " ", ":", "", "#", "").Replace(quoted(r, body))
	w.Header().Set("X-Amzn-Requestid", text)
	if speaksJSON(r) {
		answer, _ := json.Marshal(map[string]string{"__type": text, "error": text})
		send(w, http.StatusForbidden, "application/json", string(answer))
		return true
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	send(w, http.StatusForbidden, "text/xml", "<ErrorResponse><Error><Code>"+b.String()+"</Code><Message>no</Message></Error><RequestId>"+b.String()+"</RequestId></ErrorResponse>")
	return true
}

// noJSON answers 200 with text that no service sends.
func noJSON(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	send(w, http.StatusOK, "text/plain", quoted(r, body))
	return true
}

// wrongTypes quotes the request in members that should hold numbers and dates.
func wrongTypes(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	text := quoted(r, body)
	if !speaksJSON(r) {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(text))
		send(w, http.StatusOK, "text/xml", "<"+strings.ReplaceAll(r.URL.Path, "/", "x")+">"+b.String()+"</no></such>")
		return true
	}
	answer, _ := json.Marshal(map[string]any{
		"accessToken": []string{text}, "expiresIn": text, "accountList": text, "roleList": text, "clientSecretExpiresAt": text,
		"roleCredentials": map[string]any{"accessKeyId": []string{text}, "secretAccessKey": 1, "sessionToken": 2, "expiration": text},
	})
	send(w, http.StatusOK, "application/json", string(answer))
	return true
}

// isPage reports whether a request comes from the user's browser.
func isPage(r *http.Request) bool { return !speaksJSON(r) && r.Header.Get("Authorization") == "" }

func send(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // on an error the client has gone
}

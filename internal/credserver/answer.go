package credserver

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json") // the Go SDK reads errors only with exactly this type
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	out := &recorder{ResponseWriter: w}
	var name, code string
	switch {
	case !s.ours(r):
		code = refuse(out, http.StatusForbidden, "InvalidHost")
	case fromBrowser(r.Header):
		code = refuse(out, http.StatusForbidden, "BrowserRequest")
	default:
		name, code = s.answer(out, r)
	}
	done := Request{Name: name, Status: out.status, Code: code}
	if c := connectionOf(r); c != nil {
		done.Peer = c.peer
	}
	s.c.Log.Debug("credential endpoint: request", "profile", name, "status", out.status, "why", code, "userAgent", r.UserAgent())
	s.served(done)
}

// A recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// ours reports whether the Host of a request is this server. A web page can send requests with
// its own host name to this machine (DNS rebinding), but it cannot choose an IP address as its
// name. A Unix socket has no port of its own, and no web page can connect to it.
func (s *Server) ours(r *http.Request) bool {
	if slices.Contains(s.hosts, r.Host) {
		return true
	}
	c := connectionOf(r)
	host, port, err := net.SplitHostPort(r.Host)
	if c != nil && c.LocalAddr().Network() == "unix" {
		if err != nil {
			host = r.Host
		}
		return localName(host)
	}
	return err == nil && port == s.port && localName(host)
}

// localName reports whether a program on this machine uses the name for its own machine.
func localName(host string) bool {
	return slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, host)
}

// fromBrowser reports whether a web page made the request. A page cannot remove these headers.
func fromBrowser(h http.Header) bool {
	for name := range h {
		if name == "Origin" || strings.HasPrefix(name, "Sec-Fetch-") {
			return true
		}
	}
	return false
}

// container answers a request to a container's credential endpoint.
func (s *Server) container(w http.ResponseWriter, r *http.Request) (name, code string) {
	authorization := r.Header["Authorization"]
	src := s.sources[r.RequestURI]
	switch {
	case src == nil:
		return "", refuse(w, http.StatusNotFound, "NotFound")
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		return src.Name, refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	case len(authorization) == 0:
		return src.Name, refuse(w, http.StatusUnauthorized, "MissingAuthorization")
	case len(authorization) > 1 || subtle.ConstantTimeCompare([]byte(authorization[0]), []byte(s.token.Reveal())) != 1:
		return src.Name, refuse(w, http.StatusForbidden, "InvalidAuthorization")
	}
	c, err := s.get(r.Context(), src)
	if err != nil {
		return src.Name, fail(w, err)
	}
	answer(w, http.StatusOK, credentials(c, s.c.Now()))
	return src.Name, ""
}

// credentials returns the document of a container's endpoint. The SDKs need all four values.
// If the keys do not expire, the document has an expiration after one hour, so the SDKs ask again.
func credentials(c ssocache.Credentials, now time.Time) map[string]string {
	if c.Expiration.IsZero() {
		c.Expiration = now.Add(time.Hour)
	}
	doc := map[string]string{
		"AccessKeyId": c.AccessKeyID, "SecretAccessKey": c.SecretAccessKey.Reveal(), "Token": c.SessionToken.Reveal(),
		"Expiration": ssocache.FormatTime(c.Expiration),
	}
	if c.AccountID != "" {
		doc["AccountId"] = c.AccountID
	}
	return doc
}

// refuse answers that a request gets no credentials, and returns the code.
func refuse(w http.ResponseWriter, status int, code string) string {
	answer(w, status, problem(code, "lanyard refused the request"))
	return code
}

// fail answers with an error, and returns its code. After a status of 500 or more, the SDKs would
// repeat the request. lanyard has already repeated its own requests to AWS.
func fail(w http.ResponseWriter, err error) string {
	code := codeOf(err)
	answer(w, http.StatusBadRequest, problem(code, message(err)))
	return code
}

// problem returns the document of an error. It has two sets of names: one set for the SDKs for
// Python and Go, and one set for the SDK for JavaScript.
func problem(code, message string) map[string]string {
	return map[string]string{"code": code, "message": message, "Code": code, "Message": message}
}

// codeOf returns the code of an error: the code that the service sent, or the AWS CLI's name of
// the error.
func codeOf(err error) (code string) {
	var service interface{ Answer() (code, message string) }
	var named interface{ ErrorName() string }
	if errors.As(err, &service) {
		code, _ = service.Answer()
	} else if errors.As(err, &named) {
		code = named.ErrorName()
	}
	return cmp.Or(code, "NoCredentials")
}

// message returns the text of an error with its hint.
func message(err error) string {
	text := err.Error()
	if hint := command.HintOf(err); hint != "" {
		text += " (hint: " + strings.ReplaceAll(hint, "\n", "; ") + ")"
	}
	return text
}

// answer writes a document.
func answer(w http.ResponseWriter, status int, doc map[string]string) {
	b, _ := json.Marshal(doc) // a map of strings always encodes
	w.WriteHeader(status)
	_, _ = w.Write(b) // ignore a client that has gone
}

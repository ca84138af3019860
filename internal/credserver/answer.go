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
	if code, status := s.refuse(r); code != "" {
		s.c.Log.Debug("credential endpoint: request refused", "why", code, "userAgent", r.UserAgent())
		if status == http.StatusMethodNotAllowed {
			h.Set("Allow", http.MethodGet)
		}
		answer(w, status, problem(code, "lanyard refused the request"))
		return
	}
	c, err := s.get(r.Context())
	if err != nil {
		s.c.Log.Debug("credential endpoint: no credentials", "error", err)
		// After a status of 500 or more, the SDKs would repeat the request. lanyard has already
		// repeated its own requests to AWS.
		answer(w, http.StatusBadRequest, problem(codeOf(err), message(err)))
		return
	}
	s.c.Log.Debug("credential endpoint: credentials given", "userAgent", r.UserAgent(), "expires", ssocache.FormatTime(c.Expiration))
	answer(w, http.StatusOK, credentials(c, s.c.Now()))
}

// refuse returns the error code and the status for a request that gets no credentials. If the
// request gets credentials, the code is "".
func (s *Server) refuse(r *http.Request) (code string, status int) {
	ours := slices.ContainsFunc([]string{"127.0.0.1", "localhost", "::1"}, func(host string) bool {
		return r.Host == net.JoinHostPort(host, s.port)
	})
	authorization := r.Header["Authorization"]
	switch {
	case !ours:
		return "InvalidHost", http.StatusForbidden
	case fromBrowser(r.Header):
		return "BrowserRequest", http.StatusForbidden
	case r.RequestURI != s.path:
		return "NotFound", http.StatusNotFound
	case r.Method != http.MethodGet:
		return "MethodNotAllowed", http.StatusMethodNotAllowed
	case len(authorization) == 0:
		return "MissingAuthorization", http.StatusUnauthorized
	case len(authorization) > 1 || subtle.ConstantTimeCompare([]byte(authorization[0]), []byte(s.token.Reveal())) != 1:
		return "InvalidAuthorization", http.StatusForbidden
	}
	return "", 0
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

package idcenter

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A reply is what one try brought.
type reply struct {
	status int
	header http.Header
	body   []byte
	clock  Clock
}

// broken says what is wrong with the reply as a reply of the service; "" is
// nothing. Both services answer with a JSON object, or, at Logout, with nothing.
// A missing or plain content type is forgiven.
func (r *reply) broken() string {
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	body := bytes.TrimSpace(r.body)
	switch {
	case r.status >= 300 && r.status < 400:
		return "a redirect"
	case len(r.body) > maxReply:
		return "a reply without end"
	case len(body) == 0:
		return ""
	case kind == "text/html" || strings.HasSuffix(kind, "xml"):
		return kind + " instead of JSON"
	case body[0] != '{' || !json.Valid(body):
		return "not JSON, or only the beginning of it"
	}
	return ""
}

// maxSecret is the size in bytes above which a token or key is refused. AWS's have up
// to some 2,000; a file of the cache with the largest ones can still be read.
const maxSecret = 32 << 10

// unfit says what is wrong with the tokens and keys of a reply, given as name and value
// by turns; "" is nothing. What has control characters must not be stored: it would go
// into a header later.
func unfit(members ...string) string {
	for i := 0; i < len(members); i += 2 {
		name, value := members[i], members[i+1]
		switch {
		case strings.ContainsFunc(value, unicode.IsControl):
			return "control characters in " + name
		case len(value) > maxSecret:
			return name + " of " + strconv.Itoa(len(value)) + " bytes"
		}
	}
	return ""
}

// requestID is the service's name for the request; "" if it sent none.
func (r *reply) requestID(secrets []secret.String) string {
	for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id", "Requestid"} {
		if id := r.header.Get(name); id != "" {
			return clean(Redact(id, secrets))
		}
	}
	return ""
}

// refusal reads the reply as an error of operation, as the AWS CLI does: the
// code is in a header, or else in a member of the body, or else it is the
// status. None of the secrets is left in a text.
func (r *reply) refusal(operation string, secrets []secret.String) *ServiceError {
	members := map[string]any{}
	_ = json.Unmarshal(r.body, &members) // no object: no members
	text := func(names ...string) string {
		for _, name := range names {
			if s, ok := members[name].(string); ok && s != "" {
				return clean(Redact(s, secrets))
			}
		}
		return ""
	}
	e := &ServiceError{Operation: operation, Status: r.status, RequestID: r.requestID(secrets), Message: text("message", "Message")}
	for _, code := range []string{clean(Redact(r.header.Get("X-Amzn-Errortype"), secrets)), text("code", "Code"), text("__type")} {
		code = code[strings.LastIndexByte(code, '#')+1:] // "com.amazonaws.switchboard.portal#ForbiddenException"
		code, _, _ = strings.Cut(code, ":")              // "ForbiddenException:http://internal.amazon.com/"
		if e.Code == "" {
			e.Code = code
		}
	}
	if e.Code == "" {
		e.Code = strconv.Itoa(r.status)
	}
	for _, name := range []string{"error", "reason", "error_description"} {
		if s := text(name); s != "" {
			e.Details = append(e.Details, [2]string{name, s})
		}
	}
	return e
}

// Redact takes the secrets out of a text of a service. Short ones stay: they are no secrets,
// and a word would go with them.
func Redact(s string, secrets []secret.String) string {
	for _, hidden := range secrets {
		if v := hidden.Reveal(); len(v) >= 8 {
			s = strings.ReplaceAll(s, v, "[redacted]")
		}
	}
	return s
}

// What the service answered: the reply, its refusal, and its clock.

package idcenter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A reply is the answer that one try got.
type reply struct {
	status int
	header http.Header
	body   []byte
	clock  Clock
}

// broken returns why the reply cannot be one of the service, or "" if it can. Both
// services answer with a JSON object or, at Logout, with an empty body. A missing or
// plain content type is forgiven.
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

// unfit returns what is wrong with the tokens and keys of a reply, given as name and
// value by turns, or "". A value with control characters must not be stored: it would go
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

// requestID returns the service's name for the request; "" if it sent none.
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

// A Clock is the service's beside ours, as an answer showed them. The zero Clock
// is that of an answer without a date.
type Clock struct {
	Date  time.Time     // the service's time when it answered
	Ahead time.Duration // how far our clock was ahead of it then; less than 0 is behind
}

// signedWithin is how far the clocks of a signed request and of the service may
// differ: 5 minutes, or 15 for S3.
const signedWithin = 5 * time.Minute

// Wrong reports whether AWS refuses what is signed by our clock.
func (c Clock) Wrong() bool { return c.Ahead.Abs() > signedWithin }

// String returns where our clock is, for messages: "1h0m ahead of the service's".
func (c Clock) String() string {
	where := "ahead of"
	if c.Ahead < 0 {
		where = "behind"
	}
	d := c.Ahead.Abs().Round(time.Minute)
	span := fmt.Sprintf("%dm", int(d.Minutes()))
	switch hours := int(d.Hours()); {
	case hours >= 48:
		span = fmt.Sprintf("%d days", (hours+12)/24)
	case hours > 0:
		span = fmt.Sprintf("%dh%dm", hours, int(d.Minutes())%60)
	}
	return span + " " + where + " the service's"
}

// ClockOf reads the Date of a reply (RFC 9110, section 6.6.1). received is our time
// when the reply was there, took what the request took: the service is taken to
// have answered in the middle of it. Its date has whole seconds, the rest cut off.
func ClockOf(h http.Header, received time.Time, took time.Duration) Clock {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Clock{}
	}
	return Clock{Date: date, Ahead: received.Add(-took / 2).Sub(date.Add(time.Second / 2)).Round(time.Second)}
}

// maxText is how much of a server's text, in characters, a person is shown.
const maxText = 500

// clean makes text from a server fit for a terminal: control and invisible
// formatting characters (escape sequences, text that runs backwards) are
// dropped, line breaks and tabs become spaces, and what is longer than maxText
// characters is cut.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			continue
		}
		if n++; n > maxText {
			return strings.TrimSpace(b.String()) + "…"
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

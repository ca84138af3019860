// The admin API offers the Go methods to programs in other languages.

package emulator

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// AdminPath is the path of the admin API. See [Config].AdminToken.
const AdminPath = "/_emulator/"

// An adminCall is an operation of the admin API.
type adminCall func(c *call) (any, error)

// adminCalls returns the admin API by method and path. Bodies and responses are JSON.
// Times are RFC 3339, and durations have Go's format ("8h", "250ms").
func (e *Emulator) adminCalls() map[string]adminCall {
	return map[string]adminCall{
		"GET state":       e.adminState,
		"POST advance":    e.adminAdvance,
		"POST expire":     func(*call) (any, error) { e.ExpireAccessTokens(); return nil, nil },
		"POST revoke":     e.adminRevoke,
		"POST approve":    e.adminApprove,
		"POST deny":       e.adminDeny,
		"GET counts":      func(*call) (any, error) { return e.Counts(), nil },
		"DELETE counts":   func(*call) (any, error) { e.ResetCounts(); return nil, nil },
		"GET requests":    func(*call) (any, error) { return e.Requests(), nil },
		"GET faults":      e.adminFaults,
		"POST faults":     e.adminAddFault,
		"DELETE faults":   func(*call) (any, error) { e.ClearFaults(); return nil, nil },
		"POST rateLimits": e.adminRateLimits,

		"POST mfaCode":          e.adminMFACode,
		"POST webIdentityToken": e.adminWebIdentityToken,
	}
}

// findAdmin returns the operation of a request to the admin API. It returns nil for other
// requests, or if the admin API is off.
func (e *Emulator) findAdmin(c *call) *operation {
	name, ok := strings.CutPrefix(c.URL.Path, AdminPath)
	if !ok || e.config().AdminToken == "" {
		return nil
	}
	return &operation{name: "Admin", fail: failAdmin, exempt: true, run: func(c *call) response {
		if no := e.refuseAdmin(c); no != nil {
			return failAdmin(c, no)
		}
		f := e.admin[c.Method+" "+name]
		if f == nil {
			return failAdmin(c, &apiError{status: http.StatusNotFound, message: "no operation " + c.Method + " " + c.URL.Path})
		}
		v, err := f(c)
		if err != nil {
			return failAdmin(c, &apiError{status: http.StatusBadRequest, message: err.Error()})
		}
		if v == nil {
			return response{http.StatusNoContent, http.Header{}, nil}
		}
		return adminResponse(http.StatusOK, v)
	}}
}

// refuseAdmin returns an error if the request has a wrong token or comes from another machine. It
// also rejects requests of web pages. Such a request has an Origin header, or after DNS rebinding
// a Host that is not loopback.
func (e *Emulator) refuseAdmin(c *call) *apiError {
	host := c.hostname()
	ip := net.ParseIP(strings.Trim(host, "[]"))
	token, _ := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	switch {
	case host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return &apiError{status: http.StatusForbidden, message: "the admin API answers on loopback addresses only"}
	case c.Header.Get("Origin") != "":
		return &apiError{status: http.StatusForbidden, message: "the admin API does not accept requests of web pages"}
	case subtle.ConstantTimeCompare([]byte(token), []byte(e.config().AdminToken)) != 1:
		return &apiError{status: http.StatusUnauthorized, message: "the admin API requires its token: Authorization: Bearer TOKEN"}
	}
	return nil
}

func failAdmin(_ *call, err *apiError) response {
	return adminResponse(err.status, map[string]string{"error": err.message})
}

// adminResponse returns a response with v as a line of JSON. After curl, the prompt of a shell
// then begins on a new line.
func adminResponse(status int, v any) response {
	out := jsonResponse(status, v)
	out.body = append(out.body, '\n')
	return out
}

// adminDecode decodes the body. It rejects unknown fields, because a typo would silently change
// the meaning of the request.
func adminDecode(c *call, v any) error {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func (e *Emulator) adminState(c *call) (any, error) {
	defer e.lock()()
	return map[string]any{
		"now": c.now, "startUrl": e.config().StartURL, "region": e.config().Region, "rateLimits": e.limits.on(e.config()),
		"sessions": e.sessions.len(), "grants": e.grants.len(), "clients": e.clients.len(), "devices": e.devices.len(),
	}, nil
}

func (e *Emulator) adminAdvance(c *call) (any, error) {
	var in struct {
		Duration string `json:"duration"`
	}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(in.Duration)
	if err != nil {
		return nil, err
	}
	const far = 100 * 365 * 24 * time.Hour // RFC 3339 has four digits for the year
	if off := time.Duration(e.clock.offset.Load()); d > far || d < -far || off+d > far || off+d < -far {
		return nil, errors.New("the clock can move by at most a hundred years")
	}
	e.Advance(d)
	return map[string]any{"now": e.Now()}, nil
}

func (e *Emulator) adminRevoke(c *call) (any, error) {
	var in struct {
		User string `json:"user"`
	}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	if _, ok := e.dir.Load().users[in.User]; !ok {
		return nil, fmt.Errorf("revoke: no user %q", in.User)
	}
	e.RevokeSessions(in.User)
	return nil, nil
}

func (e *Emulator) adminApprove(c *call) (any, error) {
	var in struct {
		UserCode string `json:"userCode"`
		User     string `json:"user"`
	}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	return nil, e.Approve(in.UserCode, in.User)
}

func (e *Emulator) adminDeny(c *call) (any, error) {
	var in struct {
		UserCode string `json:"userCode"`
	}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	return nil, e.Deny(in.UserCode)
}

// A faultJSON is the JSON form of a [Fault].
type faultJSON struct {
	Operation   string  `json:"operation,omitempty"`
	Count       int     `json:"count,omitempty"`
	Probability float64 `json:"probability,omitempty"`
	Delay       string  `json:"delay,omitempty"`
	Status      int     `json:"status,omitempty"`
	Code        string  `json:"code,omitempty"`
	Message     string  `json:"message,omitempty"`
	RetryAfter  string  `json:"retryAfter,omitempty"`
	Drop        bool    `json:"drop,omitempty"`
	After       bool    `json:"after,omitempty"`
	Truncate    bool    `json:"truncate,omitempty"`
	ContentType string  `json:"contentType,omitempty"`
}

func (e *Emulator) adminFaults(*call) (any, error) {
	out := []faultJSON{}
	for _, f := range e.Faults() {
		out = append(out, faultJSON{
			Operation: f.Operation, Count: f.Count, Probability: f.Probability, Delay: durationText(f.Delay), Status: f.Status, Code: f.Code, Message: f.Message,
			RetryAfter: durationText(f.RetryAfter), Drop: f.Drop, After: f.After, Truncate: f.Truncate, ContentType: f.ContentType,
		})
	}
	return out, nil
}

func (e *Emulator) adminAddFault(c *call) (any, error) {
	var in faultJSON
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	f := Fault{
		Operation: in.Operation, Count: in.Count, Probability: in.Probability, Status: in.Status, Code: in.Code, Message: in.Message,
		Drop: in.Drop, After: in.After, Truncate: in.Truncate, ContentType: in.ContentType,
	}
	var err error
	if f.Delay, err = parseDuration(in.Delay); err != nil {
		return nil, err
	}
	if f.RetryAfter, err = parseDuration(in.RetryAfter); err != nil {
		return nil, err
	}
	if err := e.checkFault(f); err != nil {
		return nil, err
	}
	e.AddFault(f)
	return nil, nil
}

func (e *Emulator) adminRateLimits(c *call) (any, error) {
	var in struct {
		On         bool   `json:"on"`
		RetryAfter string `json:"retryAfter"`
	}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	d, err := parseDuration(in.RetryAfter)
	if err != nil || d < 0 {
		return nil, fmt.Errorf("retryAfter: %q is not a duration", in.RetryAfter)
	}
	e.SetRateLimits(in.On)
	e.SetRetryAfter(d)
	return nil, nil
}

func (e *Emulator) adminWebIdentityToken(c *call) (any, error) {
	in := struct {
		Subject  string `json:"subject"`
		Audience string `json:"audience"`
		Duration string `json:"duration"`
	}{Audience: webAudience, Duration: "15m"}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(in.Duration)
	if err != nil {
		return nil, err
	}
	if in.Subject == "" {
		return nil, errors.New("subject is missing")
	}
	return map[string]string{"token": e.WebIdentityToken(in.Subject, in.Audience, d)}, nil
}

func (e *Emulator) adminMFACode(c *call) (any, error) {
	var in struct {
		Serial string `json:"serial"`
	}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	code, err := e.MFACode(in.Serial)
	if err != nil {
		return nil, err
	}
	return map[string]string{"code": code}, nil
}

// parseDuration parses a duration. "" means 0.
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	return time.ParseDuration(text)
}

// durationText returns d as parseDuration reads it.
func durationText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

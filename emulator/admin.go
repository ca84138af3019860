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

// AdminPath is where the admin API begins. See [Config].AdminToken.
const AdminPath = "/_emulator/"

// An adminCall is one thing that the admin API can do.
type adminCall func(c *call) (any, error)

// adminCalls lists the admin API by method and path. Every body and answer is
// JSON; times are RFC 3339, lengths of time as Go writes them ("8h", "250ms").
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

		"POST webIdentityToken": e.adminWebIdentityToken,
	}
}

// findAdmin returns the operation of a request to the admin API, nil if it is
// for something else or the API is off.
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
			return failAdmin(c, &apiError{status: http.StatusNotFound, message: "there is no " + c.Method + " " + c.URL.Path})
		}
		v, err := f(c)
		if err != nil {
			return failAdmin(c, &apiError{status: http.StatusBadRequest, message: err.Error()})
		}
		if v == nil {
			return response{http.StatusNoContent, http.Header{}, nil}
		}
		return jsonResponse(http.StatusOK, v)
	}}
}

// refuseAdmin lets programs on this machine pass that know the token. A page in
// a browser is refused even if it does: its requests carry an Origin, and if its
// name was made to lead here (DNS rebinding), a Host that is not loopback.
func (e *Emulator) refuseAdmin(c *call) *apiError {
	host := c.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	token, _ := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	switch {
	case host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return &apiError{status: http.StatusForbidden, message: "the admin API answers on loopback addresses only"}
	case c.Header.Get("Origin") != "":
		return &apiError{status: http.StatusForbidden, message: "the admin API is not for web pages"}
	case subtle.ConstantTimeCompare([]byte(token), []byte(e.config().AdminToken)) != 1:
		return &apiError{status: http.StatusUnauthorized, message: "the admin API needs its token: Authorization: Bearer TOKEN"}
	}
	return nil
}

func failAdmin(_ *call, err *apiError) response {
	return jsonResponse(err.status, map[string]string{"error": err.message})
}

// adminDecode reads the body strictly: a misspelt field would silently do
// something else.
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
	const far = 100 * 365 * 24 * time.Hour // beyond it dates have no standard form for long
	if off := time.Duration(e.clock.offset.Load()); d > far || d < -far || off+d > far || off+d < -far {
		return nil, errors.New("the clock can be moved by a hundred years at most")
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

func (e *Emulator) adminRateLimits(c *call) (any, error) {
	var in struct {
		On         bool   `json:"on"`
		RetryAfter string `json:"retryAfter"`
	}
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	d, err := parseLength(in.RetryAfter)
	if err != nil || d < 0 {
		return nil, fmt.Errorf("retryAfter: %q is not a length of time", in.RetryAfter)
	}
	e.SetRateLimits(in.On)
	e.SetRetryAfter(d)
	return nil, nil
}

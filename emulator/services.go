package emulator

import (
	"net/http"
	"net/url"
	"strings"

	"lanyard/emulator/internal/sigv4"
)

// findService returns the operation of a service that the keys open, nil if the
// request is for Identity Center itself. All services share the port, so what a
// request is signed for decides; one that is not signed tells by its Action.
func (e *Emulator) findService(c *call) *operation {
	service := ""
	if sig, err := sigv4.Parse(c.Request); err == nil {
		service = sig.Service
	}
	if c.URL.Path == "/" && (c.Method == http.MethodPost || c.URL.Query().Has("Action")) {
		return e.queryOperation(service)
	}
	return nil
}

// queryOperation reads its action from the body or the query, so it can only be
// named once the body has been read.
func (e *Emulator) queryOperation(service string) *operation {
	return &operation{
		name: "Query",
		rename: func(c *call) string {
			in := c.form()
			if a := in.Get("Action"); e.queryAction(service, in) != nil {
				return a
			}
			return ""
		},
		run: func(c *call) response {
			in := c.form()
			if f := e.queryAction(service, in); f != nil {
				return f(c, in)
			}
			return failSTS(c, &apiError{status: http.StatusBadRequest, code: "InvalidAction", message: "Could not find operation " + in.Get("Action") + " for version " + in.Get("Version")})
		},
		fail: failSTS,
	}
}

func (e *Emulator) queryAction(_ string, in url.Values) func(*call, url.Values) response {
	return map[string]func(*call, url.Values) response{
		"GetCallerIdentity": e.stsOperation(e.getCallerIdentity),
	}[in.Get("Action")]
}

// form returns the parameters of a request of the query protocol: those of a
// form, or else of the address.
func (c *call) form() url.Values {
	if c.Method == http.MethodPost && strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		in, err := url.ParseQuery(string(c.body))
		if err != nil {
			return url.Values{}
		}
		return in
	}
	return c.URL.Query()
}

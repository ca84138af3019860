package emulator

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator/internal/sigv4"
)

// findService returns the operation of a service that the keys open, nil if the
// request is for Identity Center itself. All services share the port, so what a
// request is signed for decides; one that is not signed tells by what it asks.
func (e *Emulator) findService(c *call, signed string) *operation {
	q := c.URL.Query()
	switch {
	case signed == "s3", signed == "" && (q.Has("list-type") || c.Header.Get("X-Amz-Content-Sha256") != ""):
		return e.s3Operation(c)
	case c.URL.Path == "/" && (c.Method == http.MethodPost || q.Has("Action")):
		return e.queryOperation(signed)
	}
	return nil
}

// signedFor returns the service for which the request is signed; "" if it is not
// signed, or not in a way that can be read.
func signedFor(c *call) string {
	sig, err := sigv4.Parse(c.Request)
	if err != nil {
		return ""
	}
	return sig.Service
}

// An action is an operation of the query protocol.
type action struct {
	version string // of its API
	run     func(*call, url.Values) response
}

func (e *Emulator) actions() map[string]action {
	return map[string]action{
		"GetCallerIdentity": {stsVersion, e.stsOperation(e.getCallerIdentity)},
		"AssumeRole":        {stsVersion, e.stsOperation(e.assumeRole)},

		"AssumeRoleWithWebIdentity": {stsVersion, e.assumeRoleWithWebIdentity},
		"DescribeInstances":         {ec2Version, e.ec2Operation(e.describeInstances)},
	}
}

// queryOperation is named by its Action parameter, which may be in the body.
func (e *Emulator) queryOperation(service string) *operation {
	fail := func(c *call, err *apiError) response {
		if service == "ec2" || service == "" && c.form().Get("Version") == ec2Version {
			return failEC2(c, err)
		}
		return failSTS(c, err)
	}
	return &operation{
		name: "Query", fail: fail,
		rename: func(c *call) string {
			name := c.form().Get("Action")
			if _, ok := e.queries[name]; ok {
				return name
			}
			return ""
		},
		run: func(c *call) response {
			in := c.form()
			a, ok := e.queries[in.Get("Action")]
			switch version := in.Get("Version"); {
			case ok && a.version == version:
			case version != stsVersion && version != ec2Version:
				return failUnserved(c, notServed(c, service))
			default:
				return fail(c, &apiError{status: http.StatusBadRequest, code: "InvalidAction", message: "Could not find operation " + in.Get("Action") + " for version " + in.Get("Version")})
			}
			return a.run(c, in)
		},
	}
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

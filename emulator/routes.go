// The choice of the operation for a request. All services share one port.

package emulator

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator/internal/awshost"
	"github.com/lanyard-cli/lanyard/emulator/internal/orgapi"
	"github.com/lanyard-cli/lanyard/emulator/internal/sigv4"
)

// find returns the operation for the request.
func (e *Emulator) find(c *call) *operation {
	if op := e.findAdmin(c); op != nil {
		return op
	}
	signed := signedFor(c)
	if op := findUnserved(c, signed); op != nil {
		return op
	}
	if op := e.findService(c, signed); op != nil {
		return op
	}
	if op := e.iamOperation(c, signed); op != nil {
		return op
	}
	rt := e.routes[c.URL.Path]
	if rt == nil && signed != "" {
		return unserved("Unknown", signed)
	}
	if rt == nil {
		return &operation{name: "Unknown", run: failUnknown, fail: failOIDC}
	}
	method := c.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if op := rt.methods[method]; op != nil {
		return op
	}
	return &operation{name: "Unknown", run: rt.other, fail: failOIDC}
}

// newRoutes returns the operations by path and method.
func (e *Emulator) newRoutes() map[string]*route {
	routes := map[string]*route{
		"/client/register":        oidcRoute("RegisterClient", 8<<10, nil, e.registerClient),
		"/device_authorization":   oidcRoute("StartDeviceAuthorization", 0, nil, e.startDeviceAuthorization),
		"/token":                  oidcRoute("CreateToken", 0, grantName, e.createToken),
		"/assignment/accounts":    e.portalRoute("ListAccounts", "GET", e.listAccounts),
		"/assignment/roles":       e.portalRoute("ListAccountRoles", "GET", e.listAccountRoles),
		"/federation/credentials": e.portalRoute("GetRoleCredentials", "GET", e.getRoleCredentials),
		"/logout":                 e.portalRoute("Logout", "POST", e.logout),
		HealthPath:                healthRoute(),
	}
	e.addPages(routes)
	return routes
}

// HealthPath is the path of the health check. GET and HEAD requests get status 200. The emulator
// does not count or record these requests.
const HealthPath = "/healthz"

func healthRoute() *route {
	ok := func(*call) response { return jsonResponse(http.StatusOK, map[string]string{"status": "ok"}) }
	return &route{
		methods: map[string]*operation{http.MethodGet: {name: "Health", exempt: true, run: ok, fail: failOIDC}},
		other:   failUnknown,
	}
}

// failUnknown returns the response for an unknown path.
func failUnknown(*call) response {
	out := jsonResponse(http.StatusNotFound, map[string]string{"message": "no such operation"})
	out.header.Set("X-Amzn-Errortype", "UnknownOperationException")
	return out
}

// findService returns the operation if the request is for STS, S3, EC2, or a service of the JSON
// protocol. It returns nil if the request is for the sign-in service or the access portal. The signature names the service. If there is no signature,
// findService looks at the form of the request.
func (e *Emulator) findService(c *call, signed string) *operation {
	q := c.URL.Query()
	switch {
	case c.Header.Get("X-Amz-Target") != "":
		return e.jsonOperation(c)
	case signed == "s3", signed == "" && (q.Has("list-type") || c.Header.Get("X-Amz-Content-Sha256") != ""):
		return e.s3Operation(c)
	case c.URL.Path == "/" && (c.Method == http.MethodPost || q.Has("Action")):
		return e.queryOperation(signed)
	}
	return nil
}

// signedFor returns the service in the signature of the request. It returns "" if the request
// has no signature or a malformed signature.
func signedFor(c *call) string {
	sig, err := sigv4.Parse(c.Request)
	if err != nil {
		return ""
	}
	return sig.Service
}

// An action is an operation of the query protocol.
type action struct {
	version string // the version of the service's API
	run     func(*call, url.Values) response
}

func (e *Emulator) actions() map[string]action {
	return map[string]action{
		"GetCallerIdentity": {stsVersion, e.stsOperation(e.getCallerIdentity)},
		"GetSessionToken":   {stsVersion, e.stsOperation(e.getSessionToken)},

		"GetFederationToken": {stsVersion, e.stsOperation(e.getFederationToken)},
		"AssumeRole":         {stsVersion, e.stsOperation(e.assumeRole)},

		"AssumeRoleWithWebIdentity": {stsVersion, e.assumeRoleWithWebIdentity},
		"DescribeInstances":         {ec2Version, e.ec2Operation(e.describeInstances)},
		"DescribeRegions":           {ec2Version, e.ec2Operation(e.describeRegions)},
	}
}

// queryOperation returns the operation for a request of the query protocol. The parameter Action
// names the operation. It can be in the body.
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

// form returns the parameters of a request of the query protocol. They are in the body if the
// body is a form, and otherwise in the URL.
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

// numbered returns the values of a list in the query protocol: NAME.1, NAME.2 and so on.
func numbered(form url.Values, name string) []string {
	var out []string
	for i := 1; form.Has(name + "." + strconv.Itoa(i)); i++ {
		out = append(out, form.Get(name+"."+strconv.Itoa(i)))
	}
	return out
}

// badParameter returns the query protocol's error for a wrong parameter.
func badParameter(format string, a ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "InvalidParameterValue", message: fmt.Sprintf(format, a...)}
}

// findUnserved returns an operation that answers for a service that the emulator does not have.
// The answer has the protocol of that service. findUnserved returns nil if the request can be for
// a service of the emulator.
func findUnserved(c *call, signed string) *operation {
	host := c.hostname()
	switch {
	case awshost.Is(host) && !awshost.Served(host):
		return unserved("Unknown", strings.ToLower(host))
	case c.Header.Get("Smithy-Protocol") != "":
		return unserved("Unknown", signed) // no service of the emulator uses this protocol
	case c.Header.Get("X-Amz-Target") != "":
		if _, ok := orgapi.Find(c.Header.Get("X-Amz-Target")); !ok {
			return unserved("Unknown", signed)
		}
	}
	return nil
}

// unserved returns an operation that always fails. The error describes the missing host, service or
// operation. If name is not the name of an operation, description is "".
func unserved(name, description string) *operation {
	return &operation{
		name: name,
		run:  func(c *call) response { return failUnserved(c, notServed(c, description)) },
		fail: func(c *call, err *apiError) response {
			if err.message == errBodyTooLarge.Error() {
				err = notServed(c, description) // the missing service is the error, even if the body is too large
			}
			return failUnserved(c, err)
		},
	}
}

// notServed returns the error that names the missing service and the request. It has status 501,
// after which SDKs do not retry.
func notServed(c *call, what string) *apiError {
	asked := c.Header.Get("X-Amz-Target")
	if action := c.form().Get("Action"); asked == "" && action != "" {
		asked = action
	}
	if asked == "" {
		asked = c.Method + " " + c.URL.Path
	}
	if what == "" {
		what = "this service"
	}
	return &apiError{
		status: http.StatusNotImplemented, code: "NotImplemented",
		message: "The emulator does not serve " + what + " (" + asked + "). It serves IAM Identity Center, and parts of Organizations, STS, S3 and EC2.",
	}
}

// failUnserved returns an error in the protocol of the request. Headers identify the JSON and
// CBOR protocols. Parameters identify the query protocol. For other requests, the service
// determines the protocol.
func failUnserved(c *call, err *apiError) response {
	kind := c.Header.Get("Content-Type")
	service := signedFor(c) + "." + c.Host
	switch {
	case c.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		return response{err.status, http.Header{"Content-Type": {"application/cbor"}, "Smithy-Protocol": {"rpc-v2-cbor"}}, cborError(err)}
	case c.Header.Get("X-Amz-Target") != "" || strings.HasPrefix(kind, "application/x-amz-json-"):
		out := jsonError(err)
		if strings.HasPrefix(kind, "application/x-amz-json-") {
			out.header.Set("Content-Type", kind)
		}
		return out
	case c.form().Get("Version") == ec2Version, strings.HasPrefix(service, "ec2."):
		return failEC2(c, err)
	case c.form().Has("Action"), strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		return xmlError(c, err)
	case strings.Contains(service, "s3-control."), strings.Contains(service, "route53."), strings.Contains(service, "cloudfront."):
		return xmlError(c, err)
	case strings.HasPrefix(service, "s3"), strings.Contains(service, ".s3"):
		return failS3(c, err)
	}
	return jsonError(err)
}

// jsonError returns an error of the JSON protocols.
func jsonError(err *apiError) response {
	out := jsonResponse(err.status, map[string]string{"__type": err.code, "message": err.message})
	out.header.Set("X-Amzn-Errortype", err.code)
	return out
}

// xmlError returns an error of the query protocol or of REST-XML, except for STS, EC2 and
// S3.
func xmlError(c *call, err *apiError) response {
	return xmlResponse(err.status, struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Error     xmlDetail
		RequestID string `xml:"RequestId"`
	}{Error: detailOf(err), RequestID: c.id})
}

// cborError returns an error as a CBOR map of two texts (RFC 8949).
func cborError(err *apiError) []byte {
	text := func(s string) []byte {
		s = s[:min(len(s), 1<<16-1)]
		return append([]byte{0x79, byte(len(s) >> 8), byte(len(s))}, s...) // a text with a 16-bit length
	}
	b := []byte{0xa2}
	for _, s := range []string{"__type", err.code, "message", err.message} {
		b = append(b, text(s)...)
	}
	return b
}

package emulator

import (
	"encoding/json"
	"net/http"
)

// newRoutes lists every operation by path and method.
func (e *Emulator) newRoutes() map[string]*route {
	routes := map[string]*route{
		"/client/register":        oidcRoute("RegisterClient", 8<<10, nil, e.registerClient),
		"/device_authorization":   oidcRoute("StartDeviceAuthorization", 0, nil, e.startDeviceAuthorization),
		"/token":                  oidcRoute("CreateToken", 0, grantName, e.createToken),
		"/assignment/accounts":    e.portalRoute("ListAccounts", "GET", e.listAccounts),
		"/assignment/roles":       e.portalRoute("ListAccountRoles", "GET", e.listAccountRoles),
		"/federation/credentials": e.portalRoute("GetRoleCredentials", "GET", e.getRoleCredentials),
		"/logout":                 e.portalRoute("Logout", "POST", e.logout),
	}
	e.addPages(routes)
	return routes
}

// find returns the operation that the request asks for.
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

// oidcRoute routes to an operation of the OIDC API: JSON in, JSON out.
func oidcRoute(name string, limit int64, detail func(*call) string, f func(*call) (any, *apiError)) *route {
	op := &operation{name: name, limit: limit, detail: detail, fail: failOIDC}
	op.run = func(c *call) response {
		v, err := f(c)
		if err != nil {
			return failOIDC(c, err)
		}
		out := jsonResponse(http.StatusOK, v)
		noStore(out)
		return out
	}
	return &route{
		methods: map[string]*operation{http.MethodPost: op},
		other: func(c *call) response {
			return failOIDC(c, &apiError{http.StatusMethodNotAllowed, "InvalidRequestException", "invalid_request", "Use POST"})
		},
	}
}

// portalRoute routes to an operation of the access portal's API, which all need
// an access token.
func (e *Emulator) portalRoute(name, method string, f func(*call, *grant) (any, *apiError)) *route {
	op := &operation{name: name, fail: failPortal}
	op.run = func(c *call) response {
		unlock := e.lock()
		g, ok := e.grantOf(c.Header.Get(bearerHeader), c.now)
		unlock()
		if !ok {
			return failPortal(c, &apiError{status: http.StatusUnauthorized, code: "UnauthorizedException", message: "Session token not found or invalid"})
		}
		v, err := f(c, g)
		if err != nil {
			return failPortal(c, err)
		}
		out := response{http.StatusOK, http.Header{}, nil}
		if v != nil {
			out = jsonResponse(http.StatusOK, v)
		}
		portalHeaders(c, out)
		return out
	}
	return &route{
		methods: map[string]*operation{method: op},
		other: func(c *call) response {
			return failPortal(c, &apiError{status: http.StatusMethodNotAllowed, code: "MethodNotAllowedException", message: "Method not allowed"})
		},
	}
}

// decode reads the JSON object of a request into v. Members that v does not know
// are ignored, as AWS ignores them.
func (c *call) decode(v any) *apiError {
	if err := json.Unmarshal(c.body, v); err != nil {
		return invalidRequest("The request body is not the JSON object that this operation takes")
	}
	return nil
}

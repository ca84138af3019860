package emulator

import "net/http"

// An apiError is an error as a client of the service gets to see it.
type apiError struct {
	status  int
	code    string // the exception's name
	oauth   string // OIDC only: the OAuth 2.0 error code
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// The errors of the OIDC API with their statuses, as its service model has them.
func oidcError(code, oauth, message string) *apiError {
	status := http.StatusBadRequest
	if code == "InvalidClientException" {
		status = http.StatusUnauthorized
	}
	return &apiError{status, code, oauth, message}
}

func invalidRequest(message string) *apiError {
	return oidcError("InvalidRequestException", "invalid_request", message)
}

func invalidClient() *apiError {
	return oidcError("InvalidClientException", "invalid_client", "The client is unknown, its registration has expired, or its secret is wrong")
}

func invalidGrant(message string) *apiError {
	return oidcError("InvalidGrantException", "invalid_grant", message)
}

func slowDown() *apiError {
	return oidcError("SlowDownException", "slow_down", "Too many requests, wait longer between them")
}

// failOIDC is how the OIDC API tells an error: once in the terms of OAuth, for
// RFC 8628 clients, and once as every AWS API does, because the SDKs read nothing
// else.
func failOIDC(_ *call, err *apiError) response {
	oauth := err.oauth
	if oauth == "" {
		oauth = "server_error"
	}
	out := jsonResponse(err.status, map[string]string{"error": oauth, "error_description": err.message})
	out.header.Set("X-Amzn-Errortype", err.code)
	noStore(out)
	return out
}

// failPortal is how the access portal's API tells an error.
func failPortal(c *call, err *apiError) response {
	out := jsonResponse(err.status, map[string]string{
		"message": err.message,
		"__type":  "com.amazonaws.switchboard.portal#" + err.code,
	})
	out.header.Set("X-Amzn-Errortype", err.code)
	portalHeaders(c, out)
	return out
}

// portalHeaders adds what the access portal's API sends with every answer.
func portalHeaders(c *call, out response) {
	out.header.Set("Requestid", c.id)
	out.header.Set("Access-Control-Expose-Headers", "RequestId")
	out.header.Set("Cache-Control", "no-cache")
	out.header.Set("Server", "AWS SSO")
}

func noStore(out response) {
	out.header.Set("Cache-Control", "no-store")
	out.header.Set("Pragma", "no-cache")
}

// failUnknown answers a path that is none of ours.
func failUnknown(*call) response {
	out := jsonResponse(http.StatusNotFound, map[string]string{"message": "no such operation"})
	out.header.Set("X-Amzn-Errortype", "UnknownOperationException")
	return out
}

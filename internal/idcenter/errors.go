package idcenter

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// What a caller may branch on, with [errors.Is].
var (
	// ErrInvalidGrant: the refresh token (or the code) is spent, revoked or
	// unknown; only a new sign-in helps.
	ErrInvalidGrant = errors.New("the grant is not valid")
	// ErrInvalidClient: the service does not know the client registration (any
	// more); a new one helps.
	ErrInvalidClient = errors.New("the client registration is not valid")
	// ErrUnauthorizedClient: the client may not sign in this way.
	ErrUnauthorizedClient = errors.New("the client is not authorized")
	// ErrUnauthorized: the portal does not take the access token (401).
	ErrUnauthorized = errors.New("the access token is not valid")
	// ErrForbidden: the person may not use this account and role (403).
	ErrForbidden = errors.New("no access")
	// ErrNetwork: no valid answer came back: connect, proxy, TLS, time-out.
	ErrNetwork = errors.New("the service was not reached")
	// ErrTemporary: worth trying again later: the network, 429, 5xx, a broken
	// reply.
	ErrTemporary = errors.New("the service does not answer just now")
	// ErrExpired: the person did not approve the sign-in in time. It is returned
	// as it is; the text is the AWS CLI's.
	ErrExpired = errors.New("The pending authorization to retrieve an SSO token has expired. " +
		"The login flow to retrieve an SSO token must be restarted.")
)

// A ServiceError is the service's refusal. Its text is the AWS CLI's.
type ServiceError struct {
	Operation string // "CreateToken"
	Code      string // "InvalidGrantException"; the HTTP status as text if the service sent no code
	Message   string // may be empty: the OIDC errors have none
	Status    int    // the HTTP status
	RequestID string // "" if the service sent none
	Retries   int    // how often it was tried again before giving up; 0 = it was not worth it
	// Details are the further members of the reply in their order, as
	// {"error", "access_denied"}.
	Details [][2]string
}

func (e *ServiceError) Error() string {
	retries := ""
	if e.Retries > 0 {
		retries = fmt.Sprintf(" (reached max retries: %d)", e.Retries)
	}
	text := fmt.Sprintf("An error occurred (%s) when calling the %s operation%s: %s", e.Code, e.Operation, retries, e.Message)
	return strings.TrimRight(text, " ") + detailsText(e.Details)
}

// detailsText is the AWS CLI's way to show further members of an error.
func detailsText(details [][2]string) string {
	if len(details) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n\nAdditional error details:")
	for _, d := range details {
		b.WriteString("\n" + d[0] + ": " + d[1])
	}
	return b.String()
}

// Is says which of the sentinels of this package e is.
func (e *ServiceError) Is(target error) bool {
	switch target {
	case ErrInvalidGrant:
		// An expired refresh token has the code of an expired device code.
		return e.is("InvalidGrantException", "invalid_grant") || e.is("ExpiredTokenException", "expired_token")
	case ErrInvalidClient:
		return e.is("InvalidClientException", "invalid_client")
	case ErrUnauthorizedClient:
		return e.is("UnauthorizedClientException", "unauthorized_client")
	case ErrUnauthorized:
		return e.Code == "UnauthorizedException" || e.portal() && e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Code == "ForbiddenException" || e.portal() && e.Status == http.StatusForbidden
	case ErrTemporary:
		return e.Code == "TooManyRequestsException" || e.Status == http.StatusTooManyRequests || e.Status >= 500
	}
	return false
}

// is says whether e has the service's code, or, where it sent none, the OAuth
// error of that name.
func (e *ServiceError) is(code, oauth string) bool {
	if e.Code == code {
		return true
	}
	return e.Status < 500 && e.Code == fmt.Sprint(e.Status) && slices.Contains(e.Details, [2]string{"error", oauth})
}

// Kind returns the OAuth name of the refusal that err is, as "invalid_scope"; "" for
// other errors.
func Kind(err error) string {
	var callback *CallbackError
	if errors.As(err, &callback) {
		return callback.Code
	}
	var service *ServiceError
	if !errors.As(err, &service) || service.portal() || service.Status >= 500 {
		return ""
	}
	for _, d := range service.Details {
		if d[0] == "error" {
			return d[1]
		}
	}
	var name strings.Builder
	for i, r := range strings.TrimSuffix(service.Code, "Exception") {
		if unicode.IsUpper(r) && i > 0 {
			name.WriteByte('_')
		}
		name.WriteRune(unicode.ToLower(r))
	}
	return name.String()
}

func (e *ServiceError) portal() bool {
	switch e.Operation {
	case "RegisterClient", "StartDeviceAuthorization", "CreateToken":
		return false
	}
	return true
}

// A ReplyError is a reply that no Identity Center sends: a page of a proxy,
// truncated JSON, a token reply without a token.
type ReplyError struct {
	Operation string
	URL       string // the endpoint
	Status    int    // the HTTP status
	Reason    string // what is wrong with it; nothing of the reply itself
}

func (e *ReplyError) Error() string {
	endpoint := e.URL
	if u, err := url.Parse(endpoint); err == nil {
		endpoint = u.Redacted()
	}
	return fmt.Sprintf("The endpoint URL %q did not answer %s as the service does: HTTP %d, %s", endpoint, e.Operation, e.Status, e.Reason)
}

// Is says whether e is ErrTemporary: a reply broken on the way is, a page that
// answers with 4xx (most likely another server) is not.
func (e *ReplyError) Is(target error) bool {
	return target == ErrTemporary && (e.Status < 400 || e.Status == http.StatusTooManyRequests || e.Status >= 500)
}

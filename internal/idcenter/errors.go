package idcenter

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/proxyenv"
)

// Callers can test for these errors with [errors.Is].
var (
	// ErrInvalidGrant means that the refresh token or the code was already used, was revoked or
	// is unknown. The user must sign in again.
	ErrInvalidGrant = errors.New("the grant is not valid")
	// ErrInvalidClient means that the service does not know the client registration. The caller
	// can register again.
	ErrInvalidClient = errors.New("the client registration is not valid")
	// ErrUnauthorizedClient means that the client registration does not allow this sign-in.
	ErrUnauthorizedClient = errors.New("the client is not authorized")
	// ErrUnauthorized means that the portal does not accept the access token (401).
	ErrUnauthorized = errors.New("the access token is not valid")
	// ErrForbidden means that the user does not have this role in this account (403).
	ErrForbidden = errors.New("no access")
	// ErrNetwork means that no valid reply arrived: connection, proxy, TLS, timeout.
	ErrNetwork = errors.New("the service was not reached")
	// ErrTemporary means that a later attempt may succeed: network, 429, 5xx, broken reply.
	ErrTemporary = errors.New("the service does not answer at the moment")
	// ErrExpired means that the user did not approve the sign-in in time. The client returns it
	// unwrapped. The text is the AWS CLI's.
	ErrExpired = errors.New("The pending authorization to retrieve an SSO token has expired. " +
		"The login flow to retrieve an SSO token must be restarted.")
)

// A ServiceError is an error reply of the service. Its text is the AWS CLI's.
type ServiceError struct {
	Operation string // "CreateToken"
	Code      string // "InvalidGrantException"; the HTTP status as text if the service sent no code
	Message   string // may be empty: the OIDC errors have no message
	Status    int    // the HTTP status
	RequestID string // "" if the service sent no id
	Retries   int    // how often the call was repeated; 0 if it was not repeated
	// Details are the other members of the reply, in the order of the reply. An example is
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

// Is reports whether e is the given sentinel of this package.
func (e *ServiceError) Is(target error) bool {
	switch target {
	case ErrInvalidGrant:
		// The service uses the same code for an expired refresh token and for an expired device
		// code.
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

// ExitStatus returns the AWS CLI's exit code for an error reply of a service.
func (e *ServiceError) ExitStatus() int { return 254 }

// Answer returns the service's code and message.
func (e *ServiceError) Answer() (code, message string) { return e.Code, e.Message }

// is reports whether e has this code. If the service sent no code, is compares the OAuth
// error instead.
func (e *ServiceError) is(code, oauth string) bool {
	if e.Code == code {
		return true
	}
	return e.Status < 500 && e.Code == fmt.Sprint(e.Status) && slices.Contains(e.Details, [2]string{"error", oauth})
}

func (e *ServiceError) portal() bool {
	switch e.Operation {
	case "RegisterClient", "StartDeviceAuthorization", "CreateToken":
		return false
	}
	return true
}

// detailsText formats the other members of an error, like the AWS CLI.
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

// Kind returns the OAuth name of a refusal, such as "invalid_scope". It returns "" for other
// errors.
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

// A ReplyError reports a reply that Identity Center would not send. Examples are a proxy's
// page, truncated JSON, or a token reply without a token.
type ReplyError struct {
	Operation string
	URL       string // the endpoint
	Status    int    // the HTTP status
	Reason    string // why the reply is invalid; quotes nothing from the reply
}

func (e *ReplyError) Error() string {
	endpoint := e.URL
	if u, err := url.Parse(endpoint); err == nil {
		endpoint = u.Redacted()
	}
	return fmt.Sprintf("The endpoint URL %q sent an invalid reply to %s: HTTP %d, %s", endpoint, e.Operation, e.Status, e.Reason)
}

// Is reports whether e is ErrTemporary. A truncated reply is temporary. A page with status
// 4xx is not temporary, because it probably comes from another server.
func (e *ReplyError) Is(target error) bool {
	return target == ErrTemporary && (e.Status < 400 || e.Status == http.StatusTooManyRequests || e.Status >= 500)
}

// A Failure is the step at which a request failed.
type Failure int

const (
	NotConnected     Failure = iota // no such host, refused, no route
	ConnectTimeout                  // no answer to the connection attempt
	ReadTimeout                     // connected, but no reply in time
	ConnectionClosed                // the connection ended before the end of the reply
	TLSFailed                       // invalid certificate or handshake
	ProxyFailed                     // the proxy was not reached, or refused the connection
)

// A ConnectError reports a request without a reply. Its text is the AWS CLI's. It matches
// [ErrNetwork] and [ErrTemporary].
type ConnectError struct {
	URL     string // the URL of the request or of the proxy, with masked passwords
	Failure Failure
	Err     error // the cause; the text shows it for TLSFailed only
}

func (e *ConnectError) Error() string {
	switch e.Failure {
	case ConnectTimeout:
		return fmt.Sprintf("Connect timeout on endpoint URL: %q", e.URL)
	case ReadTimeout:
		return fmt.Sprintf("Read timeout on endpoint URL: %q", e.URL)
	case ConnectionClosed:
		return fmt.Sprintf("Connection was closed before we received a valid response from endpoint URL: %q.", e.URL)
	case TLSFailed:
		return fmt.Sprintf("SSL validation failed for %s %s", e.URL, clean(fmt.Sprint(e.Err)))
	case ProxyFailed:
		if e.URL == "" {
			return e.Err.Error()
		}
		return fmt.Sprintf("Failed to connect to proxy URL: %q", e.URL)
	}
	return fmt.Sprintf("Could not connect to the endpoint URL: %q", e.URL)
}

func (e *ConnectError) Unwrap() error { return e.Err }

// Is reports whether target is ErrNetwork or ErrTemporary.
func (e *ConnectError) Is(target error) bool { return target == ErrNetwork || target == ErrTemporary }

// connectError converts the error of a request. connected means that the request had a
// connection.
func connectError(client *http.Client, req *http.Request, err error, connected bool) *ConnectError {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err // the text of err repeats the URL
	}
	e := &ConnectError{URL: req.URL.Redacted(), Failure: NotConnected, Err: err}
	var netErr net.Error
	var op *net.OpError
	isOp := errors.As(err, &op)
	var setting *proxyenv.Error
	switch {
	case errors.As(err, &setting):
		e.Failure, e.URL, e.Err = ProxyFailed, "", setting
	case isOp && op.Op == "proxyconnect":
		e.Failure, e.URL = ProxyFailed, proxyURL(client, req)
	case isTLS(err):
		e.Failure = TLSFailed
	case errors.As(err, &netErr) && netErr.Timeout():
		e.Failure = ConnectTimeout
		if connected {
			e.Failure = ReadTimeout
		}
	case connected:
		e.Failure = ConnectionClosed
	case !isOp && proxyURL(client, req) != "":
		// If a proxy refuses the connection, net/http reports only the status text.
		e.Failure, e.URL = ProxyFailed, proxyURL(client, req)
	}
	return e
}

func isTLS(err error) bool {
	var (
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	return errors.As(err, &verify) || errors.As(err, &authority) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "HTTP response to HTTPS client")
}

// proxyURL returns the proxy that client uses for req, with its password masked. It returns
// "" if client uses no proxy.
func proxyURL(client *http.Client, req *http.Request) string {
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	t, ok := transport.(*http.Transport)
	if !ok || t.Proxy == nil {
		return ""
	}
	u, err := t.Proxy(req)
	if err != nil || u == nil {
		return ""
	}
	return u.Redacted()
}

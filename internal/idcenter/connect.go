package idcenter

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/proxyenv"
)

// A Failure says at which step a request failed to bring a reply.
type Failure int

const (
	NotConnected     Failure = iota // no such host, refused, no route
	ConnectTimeout                  // nobody answered the connection attempt
	ReadTimeout                     // connected, and no reply in time
	ConnectionClosed                // connected, and the connection ended before the reply did
	TLSFailed                       // the certificate or the handshake is not valid
	ProxyFailed                     // the proxy was not reached or refused
)

// A ConnectError is a request without a reply. Its text is the AWS CLI's. It is
// [ErrNetwork] and [ErrTemporary].
type ConnectError struct {
	URL     string // the URL asked for, or the proxy's; passwords are masked
	Failure Failure
	Err     error // the cause; only that of TLSFailed is part of the text
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

// Unwrap returns the cause.
func (e *ConnectError) Unwrap() error { return e.Err }

// Is says that e is ErrNetwork and ErrTemporary.
func (e *ConnectError) Is(target error) bool { return target == ErrNetwork || target == ErrTemporary }

// connectError judges the error err of a request by what is known of it;
// connected says whether the request had got a connection.
func connectError(client *http.Client, req *http.Request, err error, connected bool) *ConnectError {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err // its text repeats the URL
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
		// A proxy that refuses to connect us is reported as its status text alone.
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

// proxyURL is the proxy that client uses for req, its password masked; "" is
// none.
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

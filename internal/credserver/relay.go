package credserver

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A Relay holds the address and the token of the server to which a relay forwards requests.
type Relay struct {
	Network, Address string                        // as for [net.Dial]
	Token            func() (secret.String, error) // called for each request, because a new server has another token
	Hosts            []string                      // values of Host that the relay also accepts
}

// maxAnswer limits the size of an answer that a relay passes on.
const maxAnswer = 64 << 10

// StartRelay starts a server that sends each GET request to another server, with that server's
// token. It serves until Close. Every program that can connect gets the credentials.
func StartRelay(ctx context.Context, c Config, r Relay) (*Server, error) {
	s := &Server{c: c, hosts: r.Hosts, open: true}
	client := &http.Client{
		Transport: &http.Transport{ // without a proxy
			DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeader,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, r.Network, r.Address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       writeTimeout,
	}
	host := "localhost"
	if _, port, err := net.SplitHostPort(r.Address); err == nil && r.Network == "tcp" {
		host = net.JoinHostPort(host, port)
	}
	s.answer = func(w http.ResponseWriter, in *http.Request) (name, code string) {
		return relay(w, in, r, client, host)
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// relay forwards a request to the server, and returns its answer.
func relay(w http.ResponseWriter, in *http.Request, r Relay, client *http.Client, host string) (name, code string) {
	name = in.RequestURI
	if in.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		return name, refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
	if in.URL.Scheme != "" || len(name) == 0 || name[0] != '/' {
		return name, refuse(w, http.StatusNotFound, "NotFound")
	}
	token, err := r.Token()
	if err != nil {
		return name, fail(w, err)
	}
	out, err := http.NewRequestWithContext(in.Context(), http.MethodGet, "http://"+host, http.NoBody)
	if err != nil {
		return name, fail(w, err)
	}
	out.URL.Opaque = name // the server compares the path byte by byte
	out.Header["Authorization"] = []string{token.Reveal()}
	resp, err := client.Do(out)
	if err != nil {
		return name, fail(w, command.WithHint(unreachable(r.Address, err), "start the server: lanyard serve ecs"))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errors.New("the answer is too large")
	}
	if err != nil {
		return name, fail(w, unreachable(r.Address, err))
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(body) // the client may be gone
	return name, ""
}

// unreachable returns the error of a request to the server. It leaves out the URL.
func unreachable(address string, err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	return &relayError{address, err}
}

// A relayError reports that the relay cannot reach its server.
type relayError struct {
	address string
	err     error
}

func (e *relayError) Error() string     { return "credential server " + e.address + ": " + e.err.Error() }
func (e *relayError) Unwrap() error     { return e.err }
func (e *relayError) ErrorName() string { return "ServerUnreachable" }

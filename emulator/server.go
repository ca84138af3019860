// ServeHTTP, which handles the requests of all services and pages, and forwards other requests.

package emulator

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/awshost"
)

// Env returns the environment variables, as KEY=VALUE, that point the AWS CLI and the SDKs at an
// emulator. The variables cover all services of the emulator.
func Env(baseURL string) []string {
	env := []string{"AWS_EC2_METADATA_DISABLED=true"} // otherwise SDKs look for credentials in the instance metadata
	for _, service := range []string{"SSO", "SSO_OIDC", "SSO_ADMIN", "IDENTITYSTORE", "ORGANIZATIONS", "STS", "S3", "EC2"} {
		env = append(env, "AWS_ENDPOINT_URL_"+service+"="+baseURL)
	}
	return env
}

// NewServer returns a server for h. It has time limits, so that slow clients cannot keep
// connections open forever. Set its Addr to a loopback address, or call Serve with a loopback
// listener.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      2 * time.Minute, // faults can delay a response
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// ServeHTTP handles the requests of all services and pages.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, id: e.random.UUID(), now: e.Now()}
	if e.forward != nil && isLacking(c) {
		e.forwardCall(w, c)
		return
	}
	op := e.find(c)
	start := time.Now()
	err := c.read(op)
	if !op.exempt {
		e.counts.add(c.names...)
	}
	var out response
	defer func() { // also runs after the panic of a fault
		if op.exempt {
			return
		}
		e.requests.add(RequestRecord{
			Time: c.now, ID: c.id, Operation: c.names[len(c.names)-1], Method: c.Method, Host: c.Host, Path: c.URL.Path,
			Status: out.status, UserAgent: c.UserAgent(), Caller: c.caller, AssumeRole: c.assumeRole(),
		})
		e.config().Log.Debug("request", "operation", c.names[len(c.names)-1], "status", out.status, "took", time.Since(start), "id", c.id)
	}()
	switch {
	case errors.Is(err, errBodyTooLarge):
		out = op.fail(c, &apiError{status: http.StatusBadRequest, code: "InvalidRequestException", oauth: "invalid_request", message: err.Error()})
		out.header.Set("Connection", "close") // otherwise the server would read the rest of the body
	case err != nil: // the client has disconnected or was too slow
		panic(http.ErrAbortHandler)
	default:
		out = e.serve(w, c, op)
	}
	if out.status == 0 { // the client has disconnected; net/http would send status 200
		panic(http.ErrAbortHandler)
	}
	e.write(w, c, out, len(out.body))
}

// isLacking reports whether the request is for a service of AWS that the emulator does not have. A
// host name of AWS names the service. If the host is not AWS's, the signature names the service.
func isLacking(c *call) bool {
	if host := c.hostname(); awshost.Is(host) {
		return !awshost.Served(host)
	}
	switch signedFor(c) {
	case "", "sts", "s3", "ec2", "sso", "sso-oauth", "organizations", "identitystore":
		return false
	}
	return true
}

// newForwarder returns a proxy that forwards requests to the base URL, or nil if it is "".
func newForwarder(base string) (*httputil.ReverseProxy, error) {
	if base == "" {
		return nil, nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q does not have the form http://HOST:PORT", base)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Host = r.In.Host // the signature covers the host
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			out := failUnserved(&call{Request: r}, &apiError{
				status: http.StatusBadGateway, code: "BadGateway", message: "The emulator did not reach " + base + ": " + err.Error(),
			})
			maps.Copy(w.Header(), out.header)
			w.WriteHeader(out.status)
			_, _ = w.Write(out.body) // an error means that the client has disconnected
		},
		ErrorLog: log.New(io.Discard, "", 0), // the ErrorHandler reports the errors
	}, nil
}

// forwardCall forwards a request. It counts the request as Forwarded, and records the request.
func (e *Emulator) forwardCall(w http.ResponseWriter, c *call) {
	e.counts.add("Forwarded")
	out := &statusWriter{ResponseWriter: w}
	defer func() { // also runs if the client disconnects
		e.requests.add(RequestRecord{
			Time: c.now, ID: c.id, Operation: "Forwarded", Method: c.Method, Host: c.Host, Path: c.URL.Path, Status: out.status, UserAgent: c.UserAgent(),
		})
	}()
	e.forward.ServeHTTP(out, c.Request)
}

// A statusWriter is a response writer that keeps the status of the response.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap returns the writer of the connection, for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// A call is a request and the data that its handlers need.
type call struct {
	*http.Request
	id    string // the request id in the headers of the response
	now   time.Time
	body  []byte
	names []string // the names of the request in the counts; the operation's own name is first
	// caller is the ARN of the principal that signed the request, or the subject of a web
	// identity token. It is "" if the emulator has not verified the signature or the token.
	caller string
}

// hostname returns the host of the request without a port.
func (c *call) hostname() string {
	if h, _, err := net.SplitHostPort(c.Host); err == nil {
		return h
	}
	return c.Host
}

// read reads the body and sets the names of the call.
func (c *call) read(op *operation) error {
	c.names = []string{op.name}
	limit := op.limit
	if limit == 0 {
		limit = bodyLimit
	}
	b, err := io.ReadAll(io.LimitReader(c.Body, limit+1))
	if err != nil {
		return err
	}
	if int64(len(b)) > limit {
		return errBodyTooLarge
	}
	c.body = b
	if op.rename != nil {
		if name := op.rename(c); name != "" {
			c.names[0] = name
		}
	}
	if op.detail != nil {
		if d := op.detail(c); d != "" {
			c.names = append(c.names, op.name+":"+d)
		}
	}
	return nil
}

var errBodyTooLarge = errors.New("the request body is too large")

const bodyLimit = 64 << 10

// An operation is an operation of a service, or a page.
type operation struct {
	name  string
	limit int64 // the size limit of the body in bytes; 0 means bodyLimit
	// The emulator does not count or record requests for exempt operations, and applies no faults
	// to them.
	exempt bool
	// detail returns a more exact name for counters and faults, or "". It can be nil.
	detail func(*call) string
	// rename returns the name of the operation if the path does not determine the name. Otherwise
	// it returns "". It can be nil.
	rename func(*call) string
	run    func(*call) response
	// fail returns an error in the format of the service.
	fail func(*call, *apiError) response
}

// A route holds the operations at a path, by method.
type route struct {
	methods map[string]*operation
	other   func(*call) response // handles other methods
}

// A response is a complete HTTP response. Operations return responses, and only ServeHTTP writes
// them.
type response struct {
	status int
	header http.Header
	body   []byte
}

// An apiError is an error that a service returns to a client.
type apiError struct {
	status  int
	code    string // the name of the exception
	oauth   string // OIDC only: the OAuth 2.0 error code
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// write writes the response, with the given Content-Length.
func (e *Emulator) write(w http.ResponseWriter, c *call, out response, length int) {
	h := w.Header()
	for k, v := range out.header {
		h[k] = v
	}
	h.Set("Date", c.now.Format(http.TimeFormat)) // clients correct their clocks with this time
	h.Set("X-Amzn-Requestid", c.id)
	if c.Method != http.MethodHead || h.Get("Content-Length") == "" {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // an error means that the client has disconnected
}

// jsonResponse returns a response with v as JSON.
func jsonResponse(status int, v any) response {
	b, err := json.Marshal(v)
	if err != nil { // impossible for the types of this package
		panic(err)
	}
	return response{status, http.Header{"Content-Type": {"application/json"}}, b}
}

// xmlResponse returns a response with v as XML.
func xmlResponse(status int, v any) response {
	b, err := xml.Marshal(v)
	if err != nil { // impossible for the types of this package
		panic(err)
	}
	return response{status, http.Header{"Content-Type": {"text/xml"}}, append([]byte(xml.Header), b...)}
}

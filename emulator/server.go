// From a request to an answer: every service and page passes through ServeHTTP.

package emulator

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Env returns the variables, as KEY=VALUE, that point the AWS CLI and the SDKs at
// an emulator with the base URL, for every service that it answers.
func Env(baseURL string) []string {
	env := []string{"AWS_EC2_METADATA_DISABLED=true"} // or they would look for credentials there as well
	for _, service := range []string{"SSO", "SSO_OIDC", "STS", "S3", "EC2"} {
		env = append(env, "AWS_ENDPOINT_URL_"+service+"="+baseURL)
	}
	return env
}

// NewServer returns a server for h with time limits, so that slow clients cannot
// hold connections for ever. Set its Addr, or give it a listener, on the loopback
// interface.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      2 * time.Minute, // a fault may delay an answer
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// ServeHTTP answers requests for every service.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, id: e.random.uuid(), now: e.Now()}
	op := e.find(c)
	start := time.Now()
	err := c.read(op)
	if !op.exempt {
		e.counts.add(c.names...)
	}
	var out response
	defer func() { // also after a fault that panics
		if op.exempt {
			return
		}
		e.requests.add(RequestRecord{
			Time: c.now, ID: c.id, Operation: c.names[len(c.names)-1], Method: c.Method, Host: c.Host, Path: c.URL.Path,
			Status: out.status, UserAgent: c.UserAgent(),
		})
		e.config().Log.Debug("request", "operation", c.names[len(c.names)-1], "status", out.status, "took", time.Since(start), "id", c.id)
	}()
	switch {
	case errors.Is(err, errBodyTooLarge):
		out = op.fail(c, &apiError{status: http.StatusBadRequest, code: "InvalidRequestException", oauth: "invalid_request", message: err.Error()})
		out.header.Set("Connection", "close") // or the server would read the rest
	case err != nil: // the client is gone, or too slow
		panic(http.ErrAbortHandler)
	default:
		out = e.serve(w, c, op)
	}
	if out.status == 0 { // the client is gone; net/http would say that all is well
		panic(http.ErrAbortHandler)
	}
	e.write(w, c, out, len(out.body))
}

// A call is one request on its way through the emulator.
type call struct {
	*http.Request
	id    string // of the request, as the answer's headers show it
	now   time.Time
	body  []byte
	names []string // what the operation is counted as; the first is its own name
}

// hostname returns the name by which the client reached the emulator, without a
// port.
func (c *call) hostname() string {
	if h, _, err := net.SplitHostPort(c.Host); err == nil {
		return h
	}
	return c.Host
}

// read reads the body and names the call.
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

// An operation is one thing that a client can ask for.
type operation struct {
	name  string
	limit int64 // bytes of body
	// exempt operations are neither counted, recorded nor broken by faults.
	exempt bool
	// detail names the call more closely, for counting and faults; "" if it does
	// not. nil means that it never does.
	detail func(*call) string
	// rename names the call where the path does not; "" keeps the name. nil means
	// that it never does.
	rename func(*call) string
	run    func(*call) response
	// fail puts an error into the form that this operation's clients know.
	fail func(*call, *apiError) response
}

// A route is what answers at a path, by method.
type route struct {
	methods map[string]*operation
	other   func(*call) response // any other method
}

// A response is a whole answer. Operations return one; only ServeHTTP writes.
type response struct {
	status int
	header http.Header
	body   []byte
}

// An apiError is an error as a client of the service gets to see it.
type apiError struct {
	status  int
	code    string // the exception's name
	oauth   string // OIDC only: the OAuth 2.0 error code
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// write puts an answer on the wire and says that its body has that length.
func (e *Emulator) write(w http.ResponseWriter, c *call, out response, length int) {
	h := w.Header()
	for k, v := range out.header {
		h[k] = v
	}
	h.Set("Date", c.now.Format(http.TimeFormat)) // clients correct their clocks by it
	h.Set("X-Amzn-Requestid", c.id)
	h.Set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // if this fails the client is gone
}

// jsonResponse returns v as the body of an answer.
func jsonResponse(status int, v any) response {
	b, err := json.Marshal(v)
	if err != nil { // only our own types come here, and they marshal
		panic(err)
	}
	return response{status, http.Header{"Content-Type": {"application/json"}}, b}
}

// xmlResponse returns v as the body of an answer.
func xmlResponse(status int, v any) response {
	b, err := xml.Marshal(v)
	if err != nil { // only our own types come here, and they marshal
		panic(err)
	}
	return response{status, http.Header{"Content-Type": {"text/xml"}}, append([]byte(xml.Header), b...)}
}

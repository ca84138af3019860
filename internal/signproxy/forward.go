package signproxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const (
	// maxForm is the largest body of the protocols query and ec2, whose body names the operation.
	maxForm = 1 << 20

	// maxBuffered is the largest body that a client signs without sending its hash in a header. The
	// proxy must read it before it can sign. The largest request of these services has 70 MB.
	maxBuffered = 96 << 20

	// basePath begins the paths of the variables AWS_ENDPOINT_URL_SERVICE. The name of the service in
	// these variables follows.
	basePath = "/-/"
)

// A visit is a request of the child on its way through the proxy.
type visit struct {
	host     string         // the host that the child calls; "" for ViaEndpoint
	named    *model.Service // the service that the base path names; nil without a base path
	path     string         // as sent, without the base path
	query    string
	q        question
	sig      signature
	found    []candidate
	verdict  opclass.Verdict
	target   target
	hash     string  // of the body
	buffered []byte  // the body, if the proxy has read it
	signing  signing // of the child's signature
}

// A target is where a request goes.
type target struct {
	base   string // "https://HOST", or a custom endpoint with its path
	path   string
	region string
}

type hostKey struct{}

// withHost keeps the host of a tunnel for its requests.
func withHost(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tunnel); ok {
		return context.WithValue(ctx, hostKey{}, t.host)
	}
	return ctx
}

// serveTunnel answers a request in a tunnel.
func (p *Proxy) serveTunnel(w http.ResponseWriter, r *http.Request) {
	host, _ := r.Context().Value(hostKey{}).(string)
	v := &visit{host: host}
	if asked := strings.ToLower(strings.TrimSuffix(r.Host, ":443")); host == "" || asked != host {
		p.refuse(w, r, v, fmt.Errorf("the request is for the host %q, but the tunnel is for %q", r.Host, host))
		return
	}
	p.serve(w, r, v)
}

// serveEndpoint answers a request to the proxy as the endpoint of the child.
func (p *Proxy) serveEndpoint(w http.ResponseWriter, r *http.Request) {
	v := &visit{}
	if r.Host != p.addr {
		p.refuse(w, r, v, fmt.Errorf("the request is for the host %q, and not for the proxy", r.Host))
		return
	}
	p.serve(w, r, v)
}

// serve answers a request.
func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, v *visit) {
	err := p.judge(w, r, v)
	if err != nil {
		p.refuse(w, r, v, err)
		return
	}
	creds, err := p.keys.credentials(r.Context())
	if err == nil && creds.AccountID != "" && p.c.Account != "" && creds.AccountID != p.c.Account {
		err = fmt.Errorf("the credentials are now for the account %s", creds.AccountID)
	}
	if err != nil {
		text := err.Error()
		if hint := command.HintOf(err); hint != "" {
			text += " (hint: " + strings.ReplaceAll(hint, "\n", "; ") + ")"
		}
		p.refuse(w, r, v, errors.New("there are no credentials: "+text))
		return
	}
	call := v.call()
	call.Account, call.AccessKeyID, call.Allowed = p.c.Account, creds.AccessKeyID, true
	if err := p.record(call); err != nil {
		p.refuse(w, r, v, fmt.Errorf("the call cannot be recorded: %w", err))
		return
	}
	p.forward(w, r, v, creds)
}

// call returns the description of a visit.
func (v *visit) call() Call {
	c := Call{Host: v.host, Region: v.sig.region, Rule: v.verdict.Rule}
	var names []string
	for _, found := range v.found {
		names = append(names, found.op.Name)
	}
	if len(v.found) > 0 {
		slices.Sort(names)
		c.Service, c.Operation, c.Class = v.found[0].svc.Name, strings.Join(slices.Compact(names), ","), v.found[0].op.Class.String()
	}
	return c
}

// refuse refuses a request in the protocol of the service.
func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, v *visit, reason error) {
	c := v.call()
	c.Account, c.Reason = p.c.Account, reason.Error()
	_ = p.record(c) // the request is refused anyway
	e := refusal{status: http.StatusForbidden, protocol: v.q.protocol, text: reason.Error()}
	if e.protocol == "" {
		e.protocol = "rest"
	}
	switch services := p.services[v.sig.service]; {
	case len(v.found) > 0:
		e.svc = v.found[0].svc
	case v.named != nil:
		e.svc = v.named
	case len(services) > 0:
		e.svc = services[0]
	}
	if e.svc != nil && e.svc.Name == "s3control" && v.sig.service == "s3" && len(v.found) == 0 {
		for _, svc := range p.services["s3"] {
			if svc.Name == "s3api" {
				e.svc = svc
			}
		}
	}
	if e.protocol == "json" {
		e.status = http.StatusBadRequest
	}
	e.write(w, r)
}

// dropped lists the headers that the proxy does not forward: those of one connection, and those that
// it sets itself.
var dropped = [...]string{
	"Connection", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding",
	"Upgrade", "Expect", "Authorization", "Date", "Content-Length", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	amzDate, amzToken,
}

// outgoing returns the headers that the proxy forwards in either direction.
func outgoing(h http.Header, except ...string) http.Header {
	out := h.Clone()
	for name := range strings.SplitSeq(strings.Join(h.Values("Connection"), ","), ",") {
		out.Del(strings.TrimSpace(name))
	}
	for _, name := range except {
		out.Del(name)
	}
	return out
}

// forward signs a request, sends it, and copies the reply.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, v *visit, creds ssocache.Credentials) {
	resp, err := p.send(r, v, creds)
	if err == nil && p.keys.learn(resp) && (v.buffered != nil || r.ContentLength == 0) {
		_ = resp.Body.Close()
		p.c.Log.Debug("signing proxy: corrected the clock")
		resp, err = p.send(r, v, creds)
	}
	if err != nil {
		if r.Context().Err() == nil {
			p.c.Log.Debug("signing proxy: no reply", "error", err)
			e := refusal{status: http.StatusBadGateway, protocol: v.q.protocol, svc: v.found[0].svc, text: "no reply of " + v.target.base + ": " + err.Error()}
			e.write(w, r)
		}
		return
	}
	defer resp.Body.Close()
	header := outgoing(resp.Header, "Connection", "Keep-Alive", "Proxy-Authenticate", "Transfer-Encoding", "Upgrade", "Trailer", "Alt-Svc")
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	flush := http.NewResponseController(w)
	buffer := make([]byte, 32<<10)
	for {
		n, err := resp.Body.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return // the child has gone
			}
			if resp.ContentLength < 0 { // a stream: the child waits for each part
				_ = flush.Flush()
			}
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler) //nolint:forbidigo // net/http documents this panic: so that the child sees that the reply is incomplete
		}
	}
}

// send sends a request to its target.
func (p *Proxy) send(r *http.Request, v *visit, creds ssocache.Credentials) (*http.Response, error) {
	address := v.target.base + v.target.path
	if v.query != "" {
		address += "?" + v.query
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var body io.Reader = r.Body
	length := r.ContentLength
	if v.buffered != nil {
		body, length = bytes.NewReader(v.buffered), int64(len(v.buffered))
	}
	if length == 0 {
		body = http.NoBody
	}
	out, err := http.NewRequestWithContext(r.Context(), r.Method, address, body)
	if err != nil {
		return nil, err
	}
	out.ContentLength = length
	out.Header = outgoing(r.Header, dropped[:]...)
	if out.Header.Get("User-Agent") == "" {
		out.Header["User-Agent"] = nil // otherwise Go adds its own
	}
	s := v.sig
	s.keyID, s.region = creds.AccessKeyID, v.target.region
	m := message{method: r.Method, host: u.Host, path: u.EscapedPath(), query: u.RawQuery, header: out.Header, length: length, hash: v.hash}
	m.sign(v.signing, s, creds.SecretAccessKey.Reveal(), creds.SessionToken.Reveal(), p.keys.time())
	return p.c.Transport.RoundTrip(out)
}

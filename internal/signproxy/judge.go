package signproxy

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
)

// judge identifies the operation of a request, and returns an error if the proxy must refuse it. It
// reads the body if the decision or the signature needs the body.
func (p *Proxy) judge(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !strings.HasPrefix(r.RequestURI, "/") {
		return errors.New("the proxy takes only requests with a path")
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	v.path, v.query = path, query
	if err := p.checkForm(r, v); err != nil {
		return err
	}
	sig, signErr := parseSignature(r.Header)
	protocol, err := protocolOf(r, v.path, sig.service)
	v.q = question{protocol: protocol, method: r.Method, path: v.path, query: query, header: r.Header}
	if err != nil {
		return err
	}
	if v.sig, err = sig, signErr; err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(v.sig.keyID), []byte(p.keyID)) != 1 {
		return errors.New("the request is not signed with the placeholder keys of this run")
	}
	services, err := p.candidatesOf(v)
	if err != nil {
		return err
	}
	if protocol == "query" {
		if v.buffered, err = readBody(w, r, maxForm); err != nil {
			return err
		}
		v.q.body = v.buffered
	}
	if err := p.identify(v, services); err != nil {
		return err
	}
	if err := p.decide(v); err != nil {
		return err
	}
	if err := p.hashBody(w, r, v); err != nil {
		return err
	}
	m := message{method: r.Method, host: r.Host, path: path, query: query, header: r.Header, length: r.ContentLength, hash: v.hash}
	var ok bool
	if v.signing, ok = m.verify(v.sig, p.secret.Reveal()); !ok {
		return errors.New("the signature does not match the placeholder keys of this run")
	}
	return nil
}

// checkForm checks what all requests must have, and removes the base path.
func (p *Proxy) checkForm(r *http.Request, v *visit) error {
	for name := range r.Header {
		switch {
		case name == "Origin", strings.HasPrefix(name, "Sec-Fetch-"):
			return errors.New("the request comes from a web page")
		case strings.HasPrefix(name, "X-Http-Method"), name == "X-Method-Override":
			return fmt.Errorf("the header %s changes the method", name)
		case name == "Upgrade":
			return errors.New("the proxy does not forward other protocols, such as event streams over WebSocket")
		}
	}
	if dots(v.path) {
		return errors.New("the path has a segment . or .., or an invalid escape")
	}
	u := url.URL{RawPath: v.path}
	var err error
	if u.Path, err = url.PathUnescape(v.path); err != nil || u.EscapedPath() != v.path || strings.ContainsAny(v.query, "#\\ ") {
		return errors.New("the path or the query has characters that are not escaped")
	}
	params, err := parseQuery(v.query)
	if err != nil {
		return err
	}
	for name := range params {
		switch strings.ToLower(name) {
		case "x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-security-token", "awsaccesskeyid":
			return errors.New("the proxy does not take presigned URLs: they are signed with the placeholder keys, and open nothing")
		}
	}
	if r.Header.Get("Authorization") == "" {
		return errors.New("the request is not signed; the proxy forwards only signed requests")
	}
	rest, ok := strings.CutPrefix(v.path, basePath)
	if !ok || p.c.Via != ViaEndpoint {
		return nil
	}
	name, rest, _ := strings.Cut(rest, "/")
	for _, svc := range p.shared() {
		if svc.EnvName() == name {
			v.named, v.path = svc, "/"+rest
			return nil
		}
	}
	return fmt.Errorf("the path names the unknown service %q", name)
}

// validRegion matches the names of regions. They become parts of host names.
var validRegion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2,5}(-[a-z0-9]+){2,5}$`) })

// candidatesOf returns the services that sign in the way of a request.
func (p *Proxy) candidatesOf(v *visit) ([]*model.Service, error) {
	if len(v.sig.region) > 30 || !validRegion().MatchString(v.sig.region) {
		return nil, fmt.Errorf("the region %q of the signature is invalid", v.sig.region)
	}
	services := p.services[v.sig.service]
	switch {
	case v.sig.service == "s3express":
		return nil, errors.New("S3 directory buckets need keys of their own, which the child must not get (CreateSession)")
	case v.named != nil && v.named.SigningName == v.sig.service:
		return []*model.Service{v.named}, nil
	case len(services) == 0 || v.named != nil:
		return nil, fmt.Errorf("no service signs as %q", v.sig.service)
	}
	return services, nil
}

// identify finds the operations that a request can be.
func (p *Proxy) identify(v *visit, services []*model.Service) error {
	for _, svc := range services {
		q := v.q
		q.path = v.path
		if v.host != "" && svc.Name == "s3api" {
			bucket, ok := p.catalog.accepts(svc, &opclass.Operation{}, v.host, v.sig.region, p.c.Account)
			if !ok {
				continue
			}
			if bucket != "" {
				q.path = "/" + bucket + q.path
			}
		}
		found, err := p.catalog.find(q, []*model.Service{svc})
		if err != nil {
			return err
		}
		for _, c := range found {
			if v.host != "" {
				if _, ok := p.catalog.accepts(svc, &c.op, v.host, v.sig.region, p.c.Account); !ok {
					continue
				}
			}
			if svc.Name == "s3api" && c.op.Name == "ListDirectoryBuckets" {
				continue // it signs as s3express
			}
			v.found = append(v.found, c)
			v.q.path = q.path
		}
	}
	if len(v.found) == 0 {
		at := ""
		if v.host != "" {
			at = " at " + v.host
		}
		return fmt.Errorf("the proxy does not know the operation of %s%s that this request calls: %s %s", v.sig.service, at, v.q.method, v.path)
	}
	return nil
}

// decide judges all operations that a request can be, and finds its target.
func (p *Proxy) decide(v *visit) error {
	var targets []target
	for _, c := range v.found {
		switch {
		case c.op.Events:
			return fmt.Errorf("%s sends a stream of events, which the proxy cannot sign", c.name())
		case c.op.Name == "CreateSession" && c.svc.Name == "s3api":
			return errors.New("s3api:CreateSession returns keys that work without the proxy")
		}
		t, err := p.targetOf(v, c)
		if err != nil {
			return err
		}
		targets = append(targets, t)
		v.verdict = p.c.Rules.Judge(opclass.Request{
			Service: c.svc, Operation: c.op.Name, Class: c.op.Class, Region: t.region, Account: p.c.Account,
		})
		if !v.verdict.Allowed {
			return errors.New(v.verdict.Reason)
		}
	}
	if len(targets) > 1 && slices.ContainsFunc(targets, func(t target) bool { return t != targets[0] }) {
		return fmt.Errorf("the request can be %s, and these have different endpoints", v.call().Operation)
	}
	v.target = targets[0]
	return nil
}

// targetOf returns the target of a request, if it is a candidate.
func (p *Proxy) targetOf(v *visit, c candidate) (target, error) {
	custom := ""
	if p.c.Endpoint != nil {
		custom = strings.TrimSuffix(p.c.Endpoint(c.svc), "/")
	}
	t := target{"https://" + v.host, v.path, v.sig.region}
	if v.host == "" {
		all := allEndpoints(c.svc, &c.op, v.sig.region, p.c.Account, p.c.FIPS, p.c.DualStack)
		if len(all) == 0 {
			return t, fmt.Errorf("%s has no endpoint in %s", c.svc.Name, v.sig.region)
		}
		t.base, t.region = all[0].URL, all[0].Region
		switch {
		case custom != "" || c.op.HostPrefix == "":
		case strings.Contains(c.op.HostPrefix, "{"):
			return t, fmt.Errorf("the host name of %s depends on its input: use --via proxy", c.name())
		default:
			t.base = strings.Replace(t.base, "://", "://"+c.op.HostPrefix, 1)
		}
	}
	if custom != "" {
		t.base, t.path = custom, v.q.path
	}
	return t, nil
}

// hashBody sets the hash of the body. It reads the body only if no header has the hash.
func (p *Proxy) hashBody(w http.ResponseWriter, r *http.Request, v *visit) error {
	values := r.Header.Values(contentHash)
	var err error
	switch {
	case v.buffered != nil:
		v.hash = hashOf(v.buffered)
		if len(values) > 0 && (len(values) > 1 || values[0] != v.hash) {
			return errors.New("the body does not have the hash in " + contentHash)
		}
		return nil
	case len(values) > 1:
		return errors.New("the header " + contentHash + " is there twice")
	case len(values) == 1 && (values[0] == unsignedPayload || values[0] == unsignedTrailer || isHash(values[0])):
		v.hash = values[0]
		return nil
	case len(values) == 1:
		return fmt.Errorf("the proxy cannot sign a body of the kind %q", values[0])
	}
	if v.buffered, err = readBody(w, r, maxBuffered); err != nil {
		return err
	}
	v.hash = hashOf(v.buffered)
	return nil
}

// readBody reads a body of at most limit bytes. The result is not nil.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, fmt.Errorf("the body is longer than %d MB", limit>>20)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return nil, fmt.Errorf("the body is longer than %d MB", limit>>20)
		}
		return nil, fmt.Errorf("the body is incomplete: %w", err)
	}
	if b.Len() == 0 {
		return []byte{}, nil
	}
	return b.Bytes(), nil
}

package signproxy

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
)

// A candidate is an operation that a request may be.
type candidate struct {
	svc *model.Service
	op  opclass.Operation
}

func (c candidate) name() string { return c.svc.Name + ":" + c.op.Name }

// A catalog holds the operations and the endpoints of the services that the child has called.
type catalog struct {
	mu    sync.Mutex
	lists map[string][]opclass.Operation
	hosts map[string][]string // see endpoints
}

func (c *catalog) operations(svc *model.Service) ([]opclass.Operation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if list, ok := c.lists[svc.Name]; ok {
		return list, nil
	}
	list, err := opclass.Operations(svc)
	if err != nil {
		return nil, err
	}
	if c.lists == nil {
		c.lists = map[string][]opclass.Operation{}
	}
	c.lists[svc.Name] = list
	return list, nil
}

// A question is the part of a request that identifies the operation.
type question struct {
	protocol string
	method   string
	path     string // as sent, without a base path; for S3 with the bucket
	query    string // as sent
	header   http.Header
	body     []byte // only for the protocols query and ec2
}

var queuePath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/[0-9]{12}/[A-Za-z0-9_.-]+/?$`) })

// protocolOf returns the protocol of a request, as far as its headers tell: "query" also means ec2,
// and "rest" one of the two REST protocols.
//
// A form to another path than "/" is not of the protocol query, because a service could ignore the
// content type there. The exception is SQS, whose older clients send forms to the path of a queue.
func protocolOf(r *http.Request, path, service string) (string, error) {
	target := len(r.Header.Values("X-Amz-Target"))
	kind, _, _ := strings.Cut(strings.ToLower(r.Header.Get("Content-Type")), ";")
	kind = strings.TrimSpace(kind)
	if len(r.Header.Values("Content-Type")) > 1 || target > 1 {
		return "rest", errors.New("a header that names the operation is there twice")
	}
	switch {
	case r.Header.Get("Smithy-Protocol") != "":
		if r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" || target > 0 {
			return "cbor", errors.New("the header Smithy-Protocol names an unknown protocol")
		}
		return "cbor", nil
	case target == 1:
		if !strings.HasPrefix(kind, "application/x-amz-json-") {
			return "json", errors.New("a request with X-Amz-Target needs the content type of the protocol JSON")
		}
		return "json", nil
	case kind == "application/x-www-form-urlencoded" && (path == "/" || service == "sqs" && queuePath().MatchString(path)):
		_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if charset, ok := params["charset"]; err != nil || ok && !strings.EqualFold(charset, "utf-8") {
			return "query", errors.New("the body must be a form in UTF-8") // in another encoding, another word can be Action
		}
		return "query", nil
	}
	return "rest", nil
}

// find returns the operations that a question can mean, among services. If an operation is more
// specific than another operation of its service, only the specific one is in the result.
func (c *catalog) find(q question, services []*model.Service) ([]candidate, error) {
	switch q.protocol {
	case "query":
		return c.findForm(q, services)
	case "json":
		return c.findTarget(q, services)
	case "cbor":
		return c.findPath(q, services)
	}
	var all []candidate
	for _, svc := range services {
		if !speaks(svc, string(model.RESTJSON), string(model.RESTXML)) {
			continue
		}
		list, err := c.operations(svc)
		if err != nil {
			return nil, err
		}
		fit, err := findREST(q, svc, list)
		if err != nil {
			return nil, err
		}
		if plain := escapedSlash().ReplaceAllString(q.path, "/"); plain != q.path && len(fit) > 0 {
			q := q
			q.path = plain
			other, err := findREST(q, svc, list)
			if err != nil {
				return nil, err
			}
			for _, c := range other {
				if !slices.ContainsFunc(fit, func(f candidate) bool { return f.op.Name == c.op.Name }) {
					fit = append(fit, c)
				}
			}
		}
		all = append(all, fit...)
	}
	return all, nil
}

func speaks(svc *model.Service, protocols ...string) bool {
	for _, p := range opclass.Protocols(svc) {
		if slices.Contains(protocols, p) {
			return true
		}
	}
	return false
}

// named returns the operations with a name, among services that f accepts.
func (c *catalog) named(name string, services []*model.Service, f func(*model.Service) bool) ([]candidate, error) {
	var all []candidate
	for _, svc := range services {
		if !f(svc) {
			continue
		}
		list, err := c.operations(svc)
		if err != nil {
			return nil, err
		}
		for _, op := range list {
			if op.Name == name {
				all = append(all, candidate{svc, op})
			}
		}
	}
	return all, nil
}

// findForm finds the operation in the body of the protocols query and ec2.
func (c *catalog) findForm(q question, services []*model.Service) ([]candidate, error) {
	if q.method != http.MethodPost || q.query != "" {
		return nil, errors.New("the protocol needs POST without a query")
	}
	if q.header.Get("Content-Encoding") != "" {
		return nil, errors.New("the proxy does not read compressed requests of this protocol")
	}
	var action, version []string
	for part := range strings.SplitSeq(string(q.body), "&") {
		if strings.Contains(part, ";") {
			return nil, errors.New("the body has a semicolon that is not escaped")
		}
		key, value, _ := strings.Cut(part, "=")
		key, err := url.QueryUnescape(key)
		if err != nil {
			return nil, errors.New("the body has an invalid escape")
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return nil, errors.New("the body has an invalid escape")
		}
		switch {
		case strings.EqualFold(strings.TrimSpace(key), "Action"):
			action = append(action, key, value)
		case strings.EqualFold(strings.TrimSpace(key), "Version"):
			version = append(version, key, value)
		}
	}
	if len(action) != 2 || len(version) != 2 || action[0] != "Action" || version[0] != "Version" {
		return nil, errors.New("the body must have Action and Version once")
	}
	return c.named(action[1], services, func(svc *model.Service) bool {
		return svc.APIVersion == version[1] && speaks(svc, string(model.Query), string(model.EC2))
	})
}

// findTarget finds the operation in the header X-Amz-Target.
func (c *catalog) findTarget(q question, services []*model.Service) ([]candidate, error) {
	if q.method != http.MethodPost || q.query != "" || q.path != "/" {
		return nil, errors.New("the protocol needs POST to / without a query")
	}
	target := q.header.Get("X-Amz-Target")
	i := strings.LastIndexByte(target, '.')
	if i < 0 {
		return nil, errors.New("the header X-Amz-Target is invalid")
	}
	return c.named(target[i+1:], services, func(svc *model.Service) bool {
		return svc.TargetPrefix == target[:i] && speaks(svc, string(model.JSON))
	})
}

var cborPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/service/([A-Za-z0-9_.]+)/operation/([A-Za-z0-9_]+)$`)
})

// findPath finds the operation in the path of the protocol cbor.
func (c *catalog) findPath(q question, services []*model.Service) ([]candidate, error) {
	m := cborPath().FindStringSubmatch(q.path)
	if m == nil || q.method != http.MethodPost || q.query != "" {
		return nil, errors.New("the protocol needs POST to /service/NAME/operation/NAME without a query")
	}
	return c.named(m[2], services, func(svc *model.Service) bool {
		return svc.TargetPrefix == m[1] && speaks(svc, "cbor")
	})
}

// findREST finds the operations of a service by the method, the path and the query.
func findREST(q question, svc *model.Service, list []opclass.Operation) ([]candidate, error) {
	params, err := parseQuery(q.query)
	if err != nil {
		return nil, err
	}
	type match struct {
		candidate
		shape string   // for the order of patterns
		needs []string // see opclass
	}
	var fit []match
	var headers []string // the headers that any operation with this path needs
	for _, op := range list {
		if op.Method != q.method {
			continue
		}
		uri, literals, _ := strings.Cut(op.URI, "?")
		shape, ok := matchPath(uri, q.path)
		if !ok {
			continue
		}
		query, needs := op.Parameters(svc)
		for _, n := range needs {
			if h, ok := strings.CutPrefix(n, "header:"); ok {
				headers = append(headers, h)
			}
		}
		wanted, n := matchQuery(&op, literals, query, params)
		if !wanted || !hasAll(needs, params, q.header) {
			continue
		}
		fit = append(fit, match{candidate{svc, op}, fmt.Sprintf("%s %d", shape, n), needs})
	}
	// A header such as X-Amz-Copy-Source makes the request another operation.
	fit = slices.DeleteFunc(fit, func(m match) bool {
		return slices.ContainsFunc(headers, func(h string) bool {
			return q.header.Get(h) != "" && !slices.ContainsFunc(m.needs, func(n string) bool { return n == "header:"+h })
		})
	})
	var best []candidate
	for _, m := range fit {
		beaten := slices.ContainsFunc(fit, func(other match) bool {
			return other.shape > m.shape || other.shape == m.shape && (m.op.Old && !other.op.Old || len(other.needs) > len(m.needs) && contains(other.needs, m.needs))
		})
		if !beaten {
			best = append(best, m.candidate)
		}
	}
	return best, nil
}

func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// parseQuery returns the parameters of a query.
func parseQuery(raw string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errors.New("the query is invalid")
	}
	return values, nil
}

// matchQuery reports whether a query fits an operation: it has the parameters in the URI, and no
// others than the operation knows. n is the number of parameters in the URI.
func matchQuery(op *opclass.Operation, literals string, known []string, params url.Values) (ok bool, n int) {
	var inURI []string
	for part := range strings.SplitSeq(literals, "&") {
		if part == "" {
			continue
		}
		key, value, hasValue := strings.Cut(part, "=")
		values, ok := params[key]
		if !ok || len(values) != 1 || hasValue && value != "" && values[0] != value {
			return false, 0
		}
		inURI = append(inURI, key)
	}
	for key, values := range params {
		switch {
		case slices.Contains(inURI, key), slices.Contains(known, key), slices.Contains(known, "*"):
		case key == "x-id" && len(values) == 1 && values[0] == op.Name: // some SDKs name the operation
		default:
			return false, 0
		}
	}
	return true, len(inURI)
}

// hasAll reports whether a request has all parameters and headers in needs.
func hasAll(needs []string, params url.Values, header http.Header) bool {
	for _, n := range needs {
		if h, ok := strings.CutPrefix(n, "header:"); ok {
			if header.Get(h) == "" {
				return false
			}
		} else if !params.Has(n) {
			return false
		}
	}
	return true
}

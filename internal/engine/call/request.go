// Requests in the service's protocol. The protocols are in form.go, json.go, rest.go and xml.go.

package call

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A request is the input of an operation in the service's protocol. It has no target.
type request struct {
	method string
	path   string      // escaped
	query  [][2]string // in order
	header http.Header
	body   []byte
	save   *saving // a file for the body of the reply; may be nil

	file    document.File // the body, if it is a file
	hash    string        // the hash of the body, once it is known
	trailer string        // the algorithm of the checksum behind the body; may be ""
}

// serialize returns the request for an input.
func serialize(svc *model.Service, op *model.Operation, input *document.Object) (*request, error) {
	r := &request{method: op.Method, path: "/", header: make(http.Header)}
	var err error
	switch svc.Protocol {
	case model.Query, model.EC2:
		r.header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		r.body, err = form(svc, op, input)
	case model.JSON:
		if op.SendsVersion {
			r.header.Set("X-Amz-Api-Version", svc.APIVersion)
		}
		r.header.Set("Content-Type", "application/x-amz-json-"+svc.JSONVersion)
		r.header.Set("X-Amz-Target", svc.TargetPrefix+"."+op.Name)
		r.body, err = jsonBody(op.Input, input)
		r.queryMode(svc)
	case model.CBOR:
		err = r.cbor(svc, op, input)
		r.queryMode(svc)
	case model.RESTJSON, model.RESTXML:
		err = r.rest(svc, op, input)
		r.queryMode(svc)
		if svc.Name == "apigateway" && r.header.Get("Accept") == "" { // another type is the default of this service
			r.header.Set("Accept", "application/json")
		}
	default:
		err = &InputError{op.Name, "protocol " + string(svc.Protocol) + " is not supported"}
	}
	return r, err
}

// queryMode asks for the error codes of the service's former protocol.
func (r *request) queryMode(svc *model.Service) {
	if svc.QueryErrors {
		r.header.Set("X-Amzn-Query-Mode", "true")
	}
}

// gzipFrom is the AWS CLI's default of request_min_compression_size_bytes.
const gzipFrom = 10240

// compress compresses a body of at least from bytes, if the operation allows it. For from, 0 means
// gzipFrom and a negative number means never.
func (r *request) compress(op *model.Operation, from int) error {
	if !op.Gzip || from < 0 || len(r.body) < cmp.Or(from, gzipFrom) {
		return nil
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(r.body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	r.body = b.Bytes()
	r.header.Set("Content-Encoding", "gzip")
	return nil
}

// http returns the HTTP request to a target.
func (r *request) http(ctx context.Context, t target) (*http.Request, error) {
	address, err := t.at(r.path)
	if err != nil {
		return nil, err
	}
	if q := r.rawQuery(); q != "" {
		address += "?" + q
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header = r.header.Clone()
	if err := r.setBody(req); err != nil {
		return nil, err
	}
	for _, h := range t.headers {
		req.Header.Set(h[0], h[1])
	}
	return req, nil
}

// at returns the URL of a path. Like the AWS CLI, it adds no slash to the path of an endpoint.
func (t target) at(path string) (string, error) {
	u, err := url.Parse(t.base)
	if err != nil {
		return "", err
	}
	if path == "/" && u.Path != "" {
		return t.base, nil
	}
	return strings.TrimSuffix(t.base, "/") + path, nil
}

// rawQuery returns the query with %20 for spaces, because SigV4 does not allow plus signs.
func (r *request) rawQuery() string {
	var b strings.Builder
	for _, p := range r.query {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(p[0], "") + "=" + escape(p[1], ""))
	}
	return b.String()
}

// escape escapes all characters except unreserved characters and the characters in keep.
func escape(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~"+keep, c) >= 0:
			b.WriteByte(c)
		default:
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// The REST protocols. A request has members in the path, the query, the headers and the body. A
// reply has members in the headers, the status and the body.

package call

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// rest writes the input in one of the REST protocols.
func (r *request) rest(svc *model.Service, op *model.Operation, input *document.Object) error {
	uri := op.URI
	if svc.Name == "s3api" { // the endpoint has the bucket
		uri = strings.TrimPrefix(uri, "/{Bucket}")
	}
	path, query, _ := strings.Cut(uri, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			r.query = append(r.query, [2]string{name, value})
		}
	}
	r.path = cmp.Or(path, "/")
	if op.Input == nil {
		return nil
	}
	for _, m := range op.Input.Shape.Members {
		v, ok := input.Get(m.Name)
		if !ok {
			continue
		}
		if err := r.place(op, m, v); err != nil {
			return err
		}
	}
	if strings.Contains(r.path, "{") {
		return &InputError{op.Name, "a parameter of the path " + op.URI + " is missing"}
	}
	return r.restBody(svc, op, input)
}

// place writes a member outside the body.
func (r *request) place(op *model.Operation, m *model.Member, v any) error {
	switch m.Location {
	case model.URI:
		text, err := scalar(op.Name, m.Name, m.Shape, v, timeFormat(m, isoTime))
		if err != nil {
			return err
		}
		if text == "" {
			return &InputError{op.Name, "Invalid length for parameter " + m.Name + ", value: 0, valid min length: 1"}
		}
		r.path = strings.Replace(r.path, "{"+m.Wire()+"}", escape(text, ""), 1)
		r.path = strings.Replace(r.path, "{"+m.Wire()+"+}", escape(text, "/"), 1)
	case model.QueryString:
		return r.addQuery(op, m.Wire(), m, v)
	case model.Header:
		text, err := headerText(op, m, v)
		if err != nil {
			return err
		}
		r.header.Set(m.Wire(), text)
	case model.Headers:
		o, ok := v.(*document.Object)
		if !ok {
			return wrongType(op.Name, m.Name, m.Shape.Kind, v)
		}
		for name, e := range o.All() {
			text, err := scalar(op.Name, m.Name+"."+name, m.Shape.Value.Shape, e, httpTime)
			if err != nil {
				return err
			}
			r.header.Set(m.LocationName+name, text)
		}
	}
	return nil
}

// memberText returns a scalar as text, or any other value as JSON.
func memberText(operation, name string, m *model.Member, v any, format string) (string, error) {
	if !m.JSONValue {
		return scalar(operation, name, m.Shape, v, timeFormat(m, format))
	}
	w := jsonWriter{}
	err := w.document(v)
	return w.b.String(), err
}

// addQuery adds a value to the query. A list becomes several parameters with one name. A map
// becomes parameters whose names are its keys.
func (r *request) addQuery(op *model.Operation, name string, m *model.Member, v any) error {
	switch v := v.(type) {
	case []any:
		if m.Shape.Kind != model.List {
			break
		}
		for _, e := range v {
			if err := r.addQuery(op, name, m.Shape.Element, e); err != nil {
				return err
			}
		}
		return nil
	case *document.Object:
		if m.Shape.Kind != model.Map {
			break
		}
		for key, e := range v.All() {
			if err := r.addQuery(op, key, m.Shape.Value, e); err != nil {
				return err
			}
		}
		return nil
	}
	text, err := memberText(op.Name, name, m, v, isoTime)
	if err != nil {
		return err
	}
	r.query = append(r.query, [2]string{name, text})
	return nil
}

func headerText(op *model.Operation, m *model.Member, v any) (string, error) {
	if list, ok := v.([]any); ok && m.Shape.Kind == model.List {
		var texts []string
		for _, e := range list {
			text, err := headerText(op, m.Shape.Element, e)
			if err != nil {
				return "", err
			}
			if strings.ContainsAny(text, `",`) {
				text = `"` + strings.ReplaceAll(text, `"`, `\"`) + `"`
			}
			texts = append(texts, text)
		}
		return strings.Join(texts, ","), nil
	}
	text, err := memberText(op.Name, m.Name, m, v, httpTime)
	if err != nil {
		return "", err
	}
	if m.JSONValue {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	if strings.ContainsAny(text, "\r\n\x00") {
		return "", &InputError{op.Name, "parameter " + m.Name + " is sent in a header and must not have line breaks"}
	}
	return text, nil
}

// restBody writes the payload, or the members that belong in the body.
func (r *request) restBody(svc *model.Service, op *model.Operation, input *document.Object) error {
	shape := op.Input.Shape
	root := op.Input
	if shape.Payload != "" {
		root = shape.Member(shape.Payload)
		v, ok := input.Get(shape.Payload)
		switch {
		case root == nil:
			return nil
		case !ok && svc.Protocol == model.RESTJSON && root.Shape.Kind == model.Structure:
			v = new(document.Object) // a missing value is sent as {}
		case !ok:
			return nil
		case root.Shape.Kind == model.String || root.Shape.Kind == model.Blob:
			return r.rawBody(op, root, v)
		}
		if input, ok = v.(*document.Object); !ok {
			return wrongType(op.Name, root.Name, root.Shape.Kind, v)
		}
	} else if !hasBody(svc, shape, input) {
		return nil
	}
	var err error
	if svc.Protocol == model.RESTXML { // like the AWS CLI, without a content type
		r.body, err = xmlBody(svc, root, input)
		return err
	}
	if r.header.Get("Content-Type") == "" {
		r.header.Set("Content-Type", "application/json")
	}
	r.body, err = jsonBody(root, input)
	return err
}

// rawBody writes a payload that is a text or bytes. Like the AWS CLI, it sets no content type.
func (r *request) rawBody(op *model.Operation, m *model.Member, v any) error {
	if f, ok := payloadFile(v); ok {
		r.file = f
		return nil
	}
	text, err := scalar(op.Name, m.Name, m.Shape, v, isoTime)
	if err != nil {
		return err
	}
	r.body = []byte(text)
	if m.Shape.Kind == model.Blob {
		if r.body, err = base64.StdEncoding.DecodeString(text); err != nil {
			return &InputError{op.Name, "Invalid base64: parameter " + m.Name}
		}
	}
	return nil
}

// hasBody reports whether the input has a member for the body. In REST-JSON, a request has a body
// if the model has such a member, even if the member has no value.
func hasBody(svc *model.Service, s *model.Shape, input *document.Object) bool {
	for _, m := range s.Members {
		if m.Location != model.Body {
			continue
		}
		if _, ok := input.Get(m.Name); ok || svc.Protocol == model.RESTJSON {
			return true
		}
	}
	return false
}

// headers reads the members in headers, and the status.
func (p *parser) headers(shape *model.Shape, r *reply, o *document.Object) error {
	for _, m := range shape.Members {
		switch m.Location {
		case model.StatusCode:
			o.Set(m.Name, int64(r.status))
		case model.Header:
			text, ok := header(r.header, m.Wire())
			if !ok {
				continue
			}
			v, err := p.headerValue(m, text)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
			o.Set(m.Name, v)
		case model.Headers:
			o.Set(m.Name, prefixed(r.header, m.LocationName))
		}
	}
	return nil
}

func (p *parser) headerValue(m *model.Member, text string) (any, error) {
	switch {
	case m.JSONValue:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("not base64")
		}
		return parseJSON(b)
	case m.Shape.Kind == model.List:
		list := document.NewList(0)
		for part := range strings.SplitSeq(text, ",") {
			v, err := p.scalar(m.Shape.Element, strings.TrimSpace(part))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return p.scalar(m, text)
}

// header returns the value of a header. If there are several values, it joins them. ok is false
// if there are no values.
func header(h http.Header, name string) (string, bool) {
	values := h.Values(name)
	if len(values) == 0 {
		return "", false
	}
	return strings.Join(values, ", "), true
}

// prefixed returns the headers whose names begin with prefix. The names in the result lack the
// prefix.
func prefixed(h http.Header, prefix string) *document.Object {
	o := new(document.Object)
	for _, name := range sortedNames(h) {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			o.Set(name[len(prefix):], h.Get(name))
		}
	}
	return o
}

func sortedNames(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }

// restBody reads the payload, or the members in the body.
func (p *parser) restBody(svc *model.Service, shape *model.Shape, r *reply, o *document.Object) error {
	to := o
	if m := shape.Member(shape.Payload); m != nil {
		switch m.Shape.Kind {
		case model.String:
			o.Set(m.Name, string(r.body))
			return nil
		case model.Blob:
			o.Set(m.Name, base64.StdEncoding.EncodeToString(r.body))
			return nil
		}
		if m.Shape.Document && len(r.body) > 0 {
			v, err := parseJSON(r.body)
			o.Set(m.Name, v)
			return err
		}
		shape, to = m.Shape, new(document.Object)
		o.Set(m.Name, to) // an empty body means an empty object
	}
	if len(r.body) == 0 || !inBody(shape) {
		return nil
	}
	if svc.Protocol == model.RESTJSON {
		return p.jsonMembers(shape, r.body, to)
	}
	root, err := parseXML(r.body)
	if err != nil {
		return err
	}
	if shape.Name == bucketLocation {
		to.Set("LocationConstraint", textOrNull(root.text))
		return nil
	}
	return p.xmlStructure(shape, root, to)
}

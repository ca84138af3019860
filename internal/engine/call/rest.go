package call

import (
	"encoding/base64"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// rest writes the input in one of the REST protocols.
func (r *request) rest(svc *model.Service, op *model.Operation, input *document.Object) error {
	path, query, _ := strings.Cut(op.URI, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			r.query = append(r.query, [2]string{name, value})
		}
	}
	r.path = path
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

// place writes a member that is not in the body.
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

// memberText writes a value without parts, or one that is sent as the text of JSON.
func memberText(operation, name string, m *model.Member, v any, format string) (string, error) {
	if !m.JSONValue {
		return scalar(operation, name, m.Shape, v, timeFormat(m, format))
	}
	w := jsonWriter{}
	err := w.document(v)
	return w.b.String(), err
}

// addQuery writes a value into the query: a list as many parameters of one name, a
// map as parameters named by its keys.
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
		return "", &InputError{op.Name, "parameter " + m.Name + " stands in a header and cannot have line breaks"}
	}
	return text, nil
}

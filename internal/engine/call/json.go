// JSON in requests and replies.

package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// jsonBody returns the members of a structure as JSON. m is nil for an operation without input.
func jsonBody(m *model.Member, o *document.Object) ([]byte, error) {
	if m == nil {
		return []byte("{}"), nil
	}
	w := jsonWriter{}
	err := w.structure("input", m.Shape, o)
	return w.b.Bytes(), err
}

type jsonWriter struct{ b bytes.Buffer }

// structure writes the members that belong in the body.
func (w *jsonWriter) structure(path string, s *model.Shape, o *document.Object) error {
	if s.Document {
		return w.document(o)
	}
	w.b.WriteByte('{')
	first := true
	for _, m := range s.Members {
		v, ok := o.Get(m.Name)
		if !ok || m.Location != model.Body {
			continue
		}
		w.comma(&first)
		w.text(m.Wire())
		w.b.WriteByte(':')
		if err := w.value(path+"."+m.Name, m, v); err != nil {
			return err
		}
	}
	w.b.WriteByte('}')
	return nil
}

func (w *jsonWriter) value(path string, m *model.Member, v any) error {
	s := m.Shape
	switch v := v.(type) {
	case *document.Object:
		switch s.Kind {
		case model.Structure:
			return w.structure(path, s, v)
		case model.Map:
			w.b.WriteByte('{')
			first := true
			for key, e := range v.All() {
				w.comma(&first)
				w.text(key)
				w.b.WriteByte(':')
				if err := w.value(path+"."+key, s.Value, e); err != nil {
					return err
				}
			}
			w.b.WriteByte('}')
			return nil
		}
		return wrongType("", path, s.Kind, v)
	case []any:
		if s.Kind != model.List {
			return wrongType("", path, s.Kind, v)
		}
		w.b.WriteByte('[')
		first := true
		for _, e := range v {
			w.comma(&first)
			if err := w.value(path+"[]", s.Element, e); err != nil {
				return err
			}
		}
		w.b.WriteByte(']')
		return nil
	}
	if s.Kind == model.Structure && s.Document {
		return w.document(v)
	}
	text, err := scalar("", path, s, v, timeFormat(m, unixTime))
	if err != nil {
		return err
	}
	if s.Kind == model.String || s.Kind == model.Blob || s.Kind == model.Timestamp && !strings.HasPrefix(timeFormat(m, unixTime), unixTime) {
		w.text(text)
	} else {
		w.b.WriteString(text)
	}
	return nil
}

func (w *jsonWriter) comma(first *bool) {
	if !*first {
		w.b.WriteByte(',')
	}
	*first = false
}

// text writes a string without HTML escapes.
func (w *jsonWriter) text(s string) {
	enc := json.NewEncoder(&w.b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // never fails for a string
	w.b.Truncate(w.b.Len() - 1)
}

// document writes a value without a shape.
func (w *jsonWriter) document(v any) error {
	switch v := v.(type) {
	case *document.Object:
		w.b.WriteByte('{')
		first := true
		for key, e := range v.All() {
			w.comma(&first)
			w.text(key)
			w.b.WriteByte(':')
			if err := w.document(e); err != nil {
				return err
			}
		}
		w.b.WriteByte('}')
	case []any:
		w.b.WriteByte('[')
		first := true
		for _, e := range v {
			w.comma(&first)
			if err := w.document(e); err != nil {
				return err
			}
		}
		w.b.WriteByte(']')
	case string:
		w.text(v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		w.b.Write(b)
	}
	return nil
}

// parseJSON reads a JSON value. Its errors do not quote the value.
func parseJSON(b []byte) (any, error) {
	depth, inString, escaped := 0, false, false
	for _, c := range b {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped, inString = c == '\\', c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			// Check the depth first, because the parser is recursive.
			if depth++; depth > maxDepth {
				return nil, errors.New("JSON nested too deeply")
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	v, err := document.ParseJSON(b)
	if err != nil {
		return nil, errors.New("invalid or truncated JSON")
	}
	return v, nil
}

// jsonStructure reads the members of a structure in the body into o. It ignores members that are
// null.
func (p *parser) jsonStructure(s *model.Shape, from, o *document.Object) error {
	if s.Union {
		var set []string
		for name, v := range from.All() {
			if v != nil && name != "__type" {
				set = append(set, name)
			}
		}
		if unknown, err := unknownMember(s, set); unknown != nil || err != nil {
			o.Set(unknownUnion, unknown)
			return err
		}
	}
	for _, m := range s.Members {
		raw, _ := from.Get(m.Wire())
		if raw == nil || m.Location != model.Body {
			continue
		}
		v, err := p.jsonValue(m.Shape, raw)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		o.Set(m.Name, v)
	}
	return nil
}

func (p *parser) jsonValue(s *model.Shape, raw any) (any, error) {
	if raw == nil || s.Document {
		return raw, nil
	}
	switch s.Kind {
	case model.Structure, model.Map:
		from, ok := raw.(*document.Object)
		if !ok {
			return nil, fmt.Errorf("%s instead of a %s", describe(raw), s.Kind)
		}
		o := new(document.Object)
		if s.Kind == model.Structure {
			return o, p.jsonStructure(s, from, o)
		}
		for key, e := range from.All() {
			v, err := p.jsonValue(s.Value.Shape, e)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			o.Set(key, v)
		}
		return o, nil
	case model.List:
		from, ok := raw.([]any)
		if !ok {
			return nil, fmt.Errorf("%s instead of a list", describe(raw))
		}
		list := document.NewList(len(from))
		for i, e := range from {
			v, err := p.jsonValue(s.Element.Shape, e)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list = append(list, v)
		}
		return list, nil
	case model.Timestamp:
		switch v := raw.(type) {
		case string:
			return p.time(v)
		case int64:
			return p.number(float64(v), raw), nil
		case float64:
			return p.number(v, raw), nil
		}
	}
	switch raw.(type) {
	case *document.Object, []any:
		return nil, fmt.Errorf("%s instead of a %s", describe(raw), s.Kind)
	}
	return raw, nil
}

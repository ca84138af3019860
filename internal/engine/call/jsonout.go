package call

import (
	"errors"
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// parseJSON reads a JSON value. Its errors show nothing of it.
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
			// The depth is checked first because reading goes as deep on the stack.
			if depth++; depth > maxDepth {
				return nil, errors.New("its JSON is nested too deeply")
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	v, err := document.ParseJSON(b)
	if err != nil {
		return nil, errors.New("its JSON is broken or ends early")
	}
	return v, nil
}

// jsonStructure reads the members of a structure that stand in the body into o.
// Members that are null are as if they were not there.
func (p *parser) jsonStructure(s *model.Shape, from, o *document.Object) error {
	for _, m := range s.Members {
		raw, _ := from.Get(m.Wire())
		if raw == nil || m.Location != model.Body {
			continue
		}
		v, err := p.jsonMember(m, raw)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		o.Set(m.Name, v)
	}
	return nil
}

func (p *parser) jsonMember(m *model.Member, raw any) (any, error) {
	text, ok := raw.(string)
	if ok && m.JSONValue {
		return parseJSON([]byte(text))
	}
	return p.jsonValue(m.Shape, raw)
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
			v, err := p.jsonMember(s.Value, e)
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
		list := make([]any, len(from))
		for i, e := range from {
			v, err := p.jsonMember(s.Element, e)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list[i] = v
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

// The value of one option: a file, JSON, shorthand, or plain words.

package arg

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// errIndex is Python's error for s[0] if s is empty.
var errIndex = &ValueError{"string index out of range"}

// value reads the words of an option that is a member of the input.
func (p *parser) value(o *option, g *optionValue) (any, error) {
	v, err := p.words(o, g)
	if err != nil || o.arity == none {
		return v, err
	}
	if o.member.Streaming {
		return p.stream(o, v)
	}
	if looksLikeJSON(v) || !takesShorthand(o.member) {
		return p.unpack(o, o.member, v)
	}
	return p.shorthand(o, v)
}

// words returns the words of an option: a string, a list of strings, a boolean, or the content of a
// file.
func (p *parser) words(o *option, g *optionValue) (any, error) {
	if o.arity == none {
		return g.on, nil
	}
	if len(g.words) == 1 {
		loaded, err := p.load(o, g.words[0])
		switch {
		case err != nil:
			return nil, err
		case loaded != nil:
			return loaded, nil // the value is a string, even if the option takes a list
		case o.arity != many && o.arity != some:
			return g.words[0], nil
		}
	}
	return g.words, nil
}

// looksLikeJSON reports whether the first word begins like JSON.
func looksLikeJSON(v any) bool {
	var first string
	switch v := v.(type) {
	case string:
		first = v
	case []string:
		if len(v) > 0 {
			first = v[0]
		}
	}
	first = strings.TrimLeftFunc(first, isSpace)
	return strings.HasPrefix(first, "[") || strings.HasPrefix(first, "{")
}

// takesShorthand reports whether users can write a value as Key=Value.
func takesShorthand(m *model.Member) bool {
	s := m.Shape
	switch s.Kind {
	case model.Structure, model.Map:
	case model.List:
		if k := s.Element.Shape.Kind; k != model.Structure && k != model.List && k != model.Map {
			return false
		}
	default:
		return false
	}
	for s.Kind == model.List || s.Kind == model.Map {
		if s.Kind == model.List {
			s = s.Element.Shape
		} else {
			s = s.Value.Shape
		}
	}
	return !s.Document
}

// unpack reads a value that is not in shorthand: a scalar, JSON, or a list of scalars or JSON.
func (p *parser) unpack(o *option, m *model.Member, v any) (any, error) {
	if m.Shape.Document || m.JSONValue && m.Location == model.Header {
		return p.json(o, v)
	}
	switch m.Shape.Kind {
	case model.Structure, model.Map:
		return p.unpackObject(o, v)
	case model.List:
		return p.unpackList(o, m, v)
	}
	return scalar(m.Shape.Kind, v)
}

func (p *parser) unpackObject(o *option, v any) (any, error) {
	text, ok := v.(string)
	if !ok {
		b, _ := v.(rawFile)
		return nil, badParameter(o.name, "Invalid JSON:\n"+repr(b))
	}
	trimmed := strings.TrimLeftFunc(text, isSpace)
	if trimmed == "" {
		return nil, errIndex
	}
	if trimmed[0] == '{' {
		return p.json(o, text)
	}
	return nil, badParameter(o.name, "Invalid JSON:\n"+text)
}

func (p *parser) unpackList(o *option, m *model.Member, v any) (any, error) {
	var elements []any
	switch v := v.(type) {
	case string:
		trimmed := strings.TrimLeftFunc(v, isSpace)
		if trimmed == "" {
			return nil, errIndex
		}
		if trimmed[0] == '[' {
			return p.json(o, v)
		}
		elements = characters(v)
	case []string:
		if len(v) == 1 && strings.HasPrefix(strings.TrimLeftFunc(v[0], isSpace), "[") {
			return p.json(o, v[0])
		}
		for _, word := range v {
			elements = append(elements, word)
		}
	case rawFile:
		for _, c := range v {
			elements = append(elements, int64(c))
		}
	}
	list := make([]any, 0, len(elements))
	for _, e := range elements {
		item, err := p.unpack(o, m.Shape.Element, e)
		if value := new(ValueError); errors.As(err, &value) && value != errIndex {
			return nil, badParameter(o.name, pytext.Str(elements[0]))
		}
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}

// characters returns the characters of a string. If a list option gets a string, the AWS CLI
// makes each character an element.
func characters(s string) []any {
	list := make([]any, 0, len(s))
	for s != "" {
		_, size := utf8.DecodeRuneInString(s)
		list = append(list, s[:size])
		s = s[size:]
	}
	return list
}

// scalar reads one word, or one byte of a file.
func scalar(k model.Kind, v any) (any, error) {
	text, isText := v.(string)
	if n, isByte := v.(int64); isByte {
		switch k {
		case model.Float, model.Double:
			return float64(n), nil
		case model.Boolean:
			return n != 0, nil
		}
		return n, nil
	}
	switch k {
	case model.Integer, model.Long:
		return parseIntValue(v)
	case model.Float, model.Double:
		return parseFloatValue(v)
	case model.Boolean:
		if isText {
			return text != "" && !strings.EqualFold(text, "false"), nil
		}
	}
	return v, nil
}

// json reads the value of one option as JSON.
func (p *parser) json(o *option, v any) (any, error) {
	text, ok := v.(string)
	if b, binary := v.(rawFile); binary {
		text, ok = string(b), true
	}
	if !ok {
		return nil, &ValueError{"the JSON object must be str, bytes or bytearray, not list"}
	}
	value, err := parseJSON(text, func(object *document.Object) { p.ordered[object] = true })
	if errors.Is(err, errDepth) {
		return nil, err
	}
	if err != nil {
		return nil, badParameter(o.name, "Invalid JSON: "+err.Error()+"\nJSON received: "+text)
	}
	return value, nil
}

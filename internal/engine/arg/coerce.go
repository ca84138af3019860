// Conversion of shorthand values to the types of the model.

package arg

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// shorthand reads words in shorthand syntax. The option is a structure, a map, or a list of
// structures or maps.
func (p *parser) shorthand(o *option, v any) (any, error) {
	parse := func(text string) (any, error) {
		s := &scanner{input: text, file: p.readParam}
		parsed, err := s.parameter()
		switch err.(type) { //nolint:errorlint // these errors are never wrapped
		case nil:
			return parsed, nil
		case *syntaxError, *duplicateError:
			return nil, badParameter(o.name, err.Error())
		}
		return nil, err
	}
	var parsed any
	var err error
	switch v := v.(type) {
	case string:
		if isValueStructure(o.member.Shape) && !strings.Contains(v, "=") {
			one := new(document.Object)
			one.Set("Value", v)
			return one, nil
		}
		parsed, err = parse(v)
	case []string:
		list := make([]any, 0, len(v))
		for _, word := range v {
			item, err := parse(word)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		parsed = list
	default:
		return nil, &ValueError{"'in <string>' requires string as left operand, not int"}
	}
	if err != nil {
		return nil, err
	}
	if _, isList := parsed.([]any); !isList && o.member.Shape.Kind == model.List {
		return parsed, nil // validation reports the mistake
	}
	return coerce(o, o.member.Shape, o.member.Name, parsed)
}

// isValueStructure reports whether a plain text is allowed instead of the structure.
func isValueStructure(s *model.Shape) bool {
	return s.Kind == model.Structure && len(s.Members) == 1 && s.Members[0].Name == "Value" &&
		s.Members[0].Shape.Kind == model.String
}

// coerce converts a shorthand value to the types of the shape, as far as the AWS CLI does. A
// single value becomes a list with one element, which is not converted. A boolean is "true" or
// "false".
func coerce(o *option, s *model.Shape, name string, v any) (any, error) {
	switch s.Kind {
	case model.Structure:
		if s.Document {
			return nil, badParameter(o.name, "Shorthand syntax does not support document types. Use JSON input for "+
				"top-level argument to specify nested parameter: "+name)
		}
		return coerceStructure(o, s, v)
	case model.List:
		list, ok := v.([]any)
		if !ok {
			return []any{v}, nil
		}
		for i := range list {
			var err error
			if list[i], err = coerce(o, s.Element.Shape, name, list[i]); err != nil {
				return nil, err
			}
		}
		return list, nil
	case model.Map:
		object, ok := v.(*document.Object)
		if !ok {
			return v, nil
		}
		coerced := new(document.Object)
		for key, value := range object.All() {
			value, err := coerce(o, s.Value.Shape, name, value)
			if err != nil {
				return nil, err
			}
			coerced.Set(key, value)
		}
		return coerced, nil
	}
	return coerceScalar(s.Kind, v)
}

func coerceStructure(o *option, s *model.Shape, v any) (any, error) {
	object, ok := v.(*document.Object)
	if !ok {
		return v, nil
	}
	for _, m := range s.Members {
		value, given := object.Get(m.Name)
		if !given {
			continue
		}
		value, err := coerce(o, m.Shape, m.Name, value)
		if err != nil {
			return nil, err
		}
		object.Set(m.Name, value)
	}
	return object, nil
}

// coerceScalar converts a string to the type of the shape.
func coerceScalar(k model.Kind, v any) (any, error) {
	text, isText := v.(string)
	_, isRaw := v.(rawFile)
	switch {
	case !isText && !isRaw:
		return v, wrongType(k, bareTypeName(v))
	case k == model.Boolean && strings.EqualFold(text, "true"):
		return true, nil
	case k == model.Boolean && strings.EqualFold(text, "false"):
		return false, nil
	case k == model.Boolean:
		return v, nil
	}
	return scalar(k, v)
}

// wrongType returns Python's error for a list or an object instead of a string.
func wrongType(k model.Kind, typeName string) error {
	switch k {
	case model.Integer, model.Long:
		return &ValueError{"int() argument must be a string, a bytes-like object or a real number, not '" + typeName + "'"}
	case model.Float, model.Double:
		return &ValueError{"float() argument must be a string or a real number, not '" + typeName + "'"}
	case model.Boolean:
		return &ValueError{"'" + typeName + "' object has no attribute 'lower'"}
	}
	return nil // validation reports the mistake
}

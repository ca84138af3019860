package awsarg

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsmodel"
	"github.com/lanyard-cli/lanyard/internal/document"
)

// shorthand reads the words of an option that stand for a structure, a map or a
// list of these.
func (p *parser) shorthand(o *option, v any) (any, error) {
	parse := func(text string) (any, error) {
		s := &scanner{input: text, file: p.readParam}
		parsed, err := s.parameter()
		switch err.(type) { //nolint:errorlint // these are never wrapped
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
	if _, isList := parsed.([]any); !isList && o.member.Shape.Kind == awsmodel.List {
		return parsed, nil // a file for a list of one: the mistake is found later
	}
	return coerce(o, o.member.Shape, o.member.Name, parsed)
}

// isValueStructure reports whether a text alone can stand for the structure.
func isValueStructure(s *awsmodel.Shape) bool {
	return s.Kind == awsmodel.Structure && len(s.Members) == 1 && s.Members[0].Name == "Value" &&
		s.Members[0].Shape.Kind == awsmodel.String
}

// coerce gives what was read in shorthand the types of the shape, as far as the AWS
// CLI does: one element stands for a list, as it is; truth is true or false.
func coerce(o *option, s *awsmodel.Shape, name string, v any) (any, error) {
	switch s.Kind {
	case awsmodel.Structure:
		if s.Document {
			return nil, badParameter(o.name, "Shorthand syntax does not support document types. Use JSON input for "+
				"top-level argument to specify nested parameter: "+name)
		}
		return coerceStructure(o, s, v)
	case awsmodel.List:
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
	case awsmodel.Map:
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

func coerceStructure(o *option, s *awsmodel.Shape, v any) (any, error) {
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

// coerceScalar reads a text as what the shape has.
func coerceScalar(k awsmodel.Kind, v any) (any, error) {
	text, isText := v.(string)
	_, isRaw := v.(raw)
	switch {
	case !isText && !isRaw:
		return v, wrongType(k, bareTypeName(v))
	case k == awsmodel.Boolean && strings.EqualFold(text, "true"):
		return true, nil
	case k == awsmodel.Boolean && strings.EqualFold(text, "false"):
		return false, nil
	case k == awsmodel.Boolean:
		return v, nil
	}
	return scalar(k, v)
}

// wrongType is Python's word for a list or an object where a text is needed.
func wrongType(k awsmodel.Kind, typeName string) error {
	switch k {
	case awsmodel.Integer, awsmodel.Long:
		return &ValueError{"int() argument must be a string, a bytes-like object or a real number, not '" + typeName + "'"}
	case awsmodel.Float, awsmodel.Double:
		return &ValueError{"float() argument must be a string or a real number, not '" + typeName + "'"}
	case awsmodel.Boolean:
		return &ValueError{"'" + typeName + "' object has no attribute 'lower'"}
	}
	return nil // the mistake is found later
}

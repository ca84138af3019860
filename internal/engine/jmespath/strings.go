// Functions of strings, and functions of several types.

package jmespath

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// contains compares elements like Python, where [1] contains true.
func contains(args []any) (any, error) {
	switch in := args[0].(type) {
	case string:
		s, ok := args[1].(string)
		if !ok {
			return nil, evalErrorf("'in <string>' requires string as left operand, not %s", pyType(args[1]))
		}
		return strings.Contains(in, s), nil
	case []any:
		return slices.ContainsFunc(in, func(e any) bool { return pyEqual(e, args[1]) }), nil
	}
	return nil, nil
}

func startsWith(args []any) (any, error) {
	return strings.HasPrefix(text(args[0]), text(args[1])), nil
}

func endsWith(args []any) (any, error) {
	return strings.HasSuffix(text(args[0]), text(args[1])), nil
}

func join(args []any) (any, error) {
	list, _ := args[1].([]any)
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = text(e)
	}
	return strings.Join(parts, text(args[0])), nil
}

// text returns an argument that has passed the check for a string.
func text(v any) string {
	s, _ := v.(string)
	return s
}

func length(args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		return int64(utf8.RuneCountInString(v)), nil
	case []any:
		return int64(len(v)), nil
	case *document.Object:
		return int64(v.Len()), nil
	}
	return nil, nil
}

func reverse(args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		chars := []rune(v)
		slices.Reverse(chars)
		return string(chars), nil
	case []any:
		reversed := slices.Clone(v)
		slices.Reverse(reversed)
		return reversed, nil
	}
	return nil, nil
}

func toString(args []any) (any, error) {
	if s, ok := args[0].(string); ok {
		return s, nil
	}
	return toJSON(args[0])
}

// toJSON returns a value as ASCII JSON without spaces, like to_string in the Python library.
func toJSON(v any) (string, error) {
	if holdsReference(v) {
		return "", errReference
	}
	return pytext.JSON(v), nil
}

// typeOf returns null for an expression reference.
func typeOf(args []any) (any, error) {
	if _, ok := args[0].(*reference); ok {
		return nil, nil
	}
	if name := typeName(args[0]); name != "unknown" {
		return name, nil
	}
	return nil, nil // as in the AWS CLI: a time of a sample output
}

// Function calls, and the functions by name.

package jmespath

import (
	"slices"
	"strings"
)

// A function is a function of JMESPath. The zero value is an unknown function.
type function struct {
	call     func(args []any) (any, error)
	params   [][]string // the allowed types of each argument; empty for any type
	variadic bool       // further arguments are allowed and not checked
}

func takes(params ...[]string) [][]string { return params }
func types(names ...string) []string      { return names }

// builtin returns a function by its name. It is a switch, because a table would be built at each
// start of the program.
func builtin(name string) (function, bool) {
	number, str, array, object := types("number"), types("string"), types("array"), types("object")
	numbers, expref := types("array-number"), types("expref")
	switch name {
	case "abs":
		return function{call: abs, params: takes(number)}, true
	case "avg":
		return function{call: avg, params: takes(numbers)}, true
	case "ceil":
		return function{call: ceil, params: takes(number)}, true
	case "contains":
		return function{call: contains, params: takes(types("array", "string"), nil)}, true
	case "ends_with":
		return function{call: endsWith, params: takes(str, str)}, true
	case "floor":
		return function{call: floor, params: takes(number)}, true
	case "join":
		return function{call: join, params: takes(str, types("array-string"))}, true
	case "keys":
		return function{call: keys, params: takes(object)}, true
	case "length":
		return function{call: length, params: takes(types("string", "array", "object"))}, true
	case "map":
		return function{call: mapEach, params: takes(expref, array)}, true
	case "max":
		return function{call: maxOf, params: takes(types("array-number", "array-string"))}, true
	case "max_by":
		return function{call: maxBy, params: takes(array, expref)}, true
	case "merge":
		return function{call: merge, params: takes(object), variadic: true}, true
	case "min":
		return function{call: minOf, params: takes(types("array-number", "array-string"))}, true
	case "min_by":
		return function{call: minBy, params: takes(array, expref)}, true
	case "not_null":
		return function{call: notNull, params: takes(nil), variadic: true}, true
	case "reverse":
		return function{call: reverse, params: takes(types("array", "string"))}, true
	case "sort":
		return function{call: sortList, params: takes(types("array-string", "array-number"))}, true
	case "sort_by":
		return function{call: sortBy, params: takes(array, expref)}, true
	case "starts_with":
		return function{call: startsWith, params: takes(str, str)}, true
	case "sum":
		return function{call: sum, params: takes(numbers)}, true
	case "to_array":
		return function{call: toArray, params: takes(nil)}, true
	case "to_number":
		return function{call: toNumber, params: takes(nil)}, true
	case "to_string":
		return function{call: toString, params: takes(nil)}, true
	case "type":
		return function{call: typeOf, params: takes(nil)}, true
	case "values":
		return function{call: values, params: takes(object)}, true
	}
	return function{}, false
}

// call evaluates the arguments before it looks up the name of the function, like the Python
// library. So if an expression has two mistakes, both report the same mistake.
func (n *node) call(v any) (any, error) {
	args, err := n.evalAll(v)
	if err != nil {
		return nil, err
	}
	f := n.function
	if f.call == nil {
		return nil, evalErrorf("Unknown function: %s()", n.name)
	}
	if err := f.checkCount(n.name, len(args)); err != nil {
		return nil, err
	}
	for i, allowed := range f.params {
		if err := checkType(n.name, args[i], allowed); err != nil {
			return nil, err
		}
	}
	return f.call(args)
}

func (f function) checkCount(name string, n int) error {
	want, atLeast, plural := len(f.params), "", "s"
	if n == want || f.variadic && n > want {
		return nil
	}
	if f.variadic {
		atLeast = "at least "
	}
	if want == 1 {
		plural = ""
	}
	return evalErrorf("Expected %s%d argument%s for function %s(), received %d", atLeast, want, plural, name, n)
}

// checkType checks the type of an argument. For array-number and array-string, it also checks the
// elements, which must all have the same type. As in the Python library, the message for a wrong
// element shows its Python type.
func checkType(name string, v any, allowed []string) error {
	if len(allowed) == 0 {
		return nil
	}
	var elements []string
	ok := false
	for _, t := range allowed {
		t, element, isArray := strings.Cut(t, "-")
		if isArray {
			elements = append(elements, element)
		}
		ok = ok || t == typeName(v)
	}
	if !ok {
		return typeError(name, v, typeName(v), allowed)
	}
	list, _ := v.([]any)
	if len(elements) == 0 || len(list) == 0 {
		return nil
	}
	if first := typeName(list[0]); slices.Contains(elements, first) {
		elements = []string{first}
	}
	for _, e := range list {
		if !slices.Contains(elements, typeName(e)) {
			return typeError(name, e, pyType(e), allowed)
		}
	}
	return nil
}

// typeName returns the name of a value's type in JMESPath.
func typeName(v any) string {
	switch pyType(v) {
	case "NoneType":
		return "null"
	case "bool":
		return "boolean"
	case "int", "float":
		return "number"
	case "str":
		return "string"
	case "list":
		return "array"
	case "dict":
		return "object"
	case "_Expression":
		return "expref"
	}
	return "unknown"
}

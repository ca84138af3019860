// Functions of lists and objects.

package jmespath

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

func mapEach(args []any) (any, error) {
	ref, _ := args[0].(*reference)
	list, _ := args[1].([]any)
	mapped := document.NewList(len(list))
	for _, e := range list {
		v, err := ref.expr.eval(e)
		if err != nil {
			return nil, err
		}
		mapped = append(mapped, v)
	}
	return mapped, nil
}

func notNull(args []any) (any, error) {
	for _, v := range args {
		if v != nil {
			return v, nil
		}
	}
	return nil, nil
}

func toArray(args []any) (any, error) {
	if list, ok := args[0].([]any); ok {
		return list, nil
	}
	return []any{args[0]}, nil
}

func maxOf(args []any) (any, error) { return extreme(args, ">", itself) }
func minOf(args []any) (any, error) { return extreme(args, "<", itself) }

func maxBy(args []any) (any, error) {
	return extreme(args, ">", keyOf("max_by", args[1], "number", "string"))
}

func minBy(args []any) (any, error) {
	return extreme(args, "<", keyOf("min_by", args[1], "number", "string"))
}

func itself(v any) (any, error) { return v, nil }

// keyOf returns a function that applies an expression reference and checks the type of the
// result.
func keyOf(function string, ref any, allowed ...string) func(any) (any, error) {
	return func(v any) (any, error) {
		r, _ := ref.(*reference)
		key, err := r.expr.eval(v)
		if err != nil {
			return nil, err
		}
		if name := typeName(key); !slices.Contains(allowed, name) {
			return nil, typeError(function, key, name, allowed)
		}
		return key, nil
	}
}

// extreme returns the first element with the largest or smallest key.
func extreme(args []any, operator string, key func(any) (any, error)) (any, error) {
	list, _ := args[0].([]any)
	var best, bestKey any
	for i, e := range list {
		k, err := key(e)
		if err != nil {
			return nil, err
		}
		better := i == 0
		if !better {
			if better, err = ordered(operator, k, bestKey); err != nil {
				return nil, err
			}
		}
		if better {
			best, bestKey = e, k
		}
	}
	return best, nil
}

func sortList(args []any) (any, error) {
	list, _ := args[0].([]any)
	return sorted(list, itself)
}

// sortBy sorts a list by keys. All keys must have the type of the first key.
func sortBy(args []any) (any, error) {
	list, _ := args[0].([]any)
	if len(list) == 0 {
		return list, nil
	}
	ref, _ := args[1].(*reference)
	first, err := ref.expr.eval(list[0])
	if err != nil {
		return nil, err
	}
	name := typeName(first)
	if name != "number" && name != "string" {
		return nil, typeError("sort_by", list[0], name, []string{"string", "number"})
	}
	return sorted(list, keyOf("sort_by", ref, name))
}

func sorted(list []any, key func(any) (any, error)) (any, error) {
	type keyed struct{ key, value any }
	all := make([]keyed, len(list))
	for i, e := range list {
		k, err := key(e)
		if err != nil {
			return nil, err
		}
		all[i] = keyed{k, e}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		c, _, _ := order("<", a.key, b.key) // the keys have the same type
		return c
	})
	result := document.NewList(len(all))
	for _, k := range all {
		result = append(result, k.value)
	}
	return result, nil
}

func keys(args []any) (any, error) {
	o, _ := args[0].(*document.Object)
	return memberNames(o), nil
}

func memberNames(o *document.Object) []any {
	list := document.NewList(o.Len())
	for name := range o.All() {
		list = append(list, name)
	}
	return list
}

func values(args []any) (any, error) {
	o, _ := args[0].(*document.Object)
	return memberValues(o), nil
}

func memberValues(o *document.Object) []any {
	list := document.NewList(o.Len())
	for _, v := range o.All() {
		list = append(list, v)
	}
	return list
}

// merge merges objects. Like Python's dict.update, it also accepts lists of pairs after the
// first argument: merge(`{}`, Tags[].[Key, Value]) returns the tags as an object.
func merge(args []any) (any, error) {
	merged := new(document.Object)
	for _, arg := range args {
		if err := update(merged, arg); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

func update(o *document.Object, v any) error {
	if from, ok := v.(*document.Object); ok {
		for name, value := range from.All() {
			o.Set(name, value)
		}
		return nil
	}
	list, ok := sequence(v)
	if !ok {
		return evalErrorf("'%s' object is not iterable", pyType(v))
	}
	for i, e := range list {
		pair, ok := sequence(e)
		switch {
		case !ok:
			return evalErrorf("cannot convert dictionary update sequence element #%d to a sequence", i)
		case len(pair) != 2:
			return evalErrorf("dictionary update sequence element #%d has length %d; 2 is required", i, len(pair))
		}
		name, err := memberName(pair[0])
		if err != nil {
			return err
		}
		o.Set(name, pair[1])
	}
	return nil
}

// sequence returns the elements that a Python loop over the value would have.
func sequence(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case string:
		chars := []any{}
		for _, r := range v {
			chars = append(chars, string(r))
		}
		return chars, true
	case *document.Object:
		return memberNames(v), true
	}
	return nil, false
}

// memberName returns the key of a dict as Python's json module writes it.
func memberName(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []any, *document.Object:
		return "", evalErrorf("unhashable type: '%s'", pyType(v))
	}
	return toJSON(v)
}

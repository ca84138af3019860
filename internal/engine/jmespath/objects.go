package jmespath

import "github.com/lanyard-cli/lanyard/internal/engine/document"

func keys(args []any) (any, error) {
	o, _ := args[0].(*document.Object)
	return memberNames(o), nil
}

func memberNames(o *document.Object) []any {
	list := []any{}
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
	list := []any{}
	for _, v := range o.All() {
		list = append(list, v)
	}
	return list
}

// merge takes objects, and behind the first one also lists of pairs, as Python's
// dict.update: merge(`{}`, Tags[].[Key, Value]) makes an object of tags.
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

// sequence returns what a loop in Python takes from a value.
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

// memberName returns what Python prints in JSON for the key of a dict.
func memberName(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []any, *document.Object:
		return "", evalErrorf("unhashable type: '%s'", pyType(v))
	}
	return toJSON(v)
}

package jmespath

import "github.com/lanyard-cli/lanyard/internal/engine/document"

// elements returns what is in the list that the first child makes of a value, or in
// the object where that is wanted. It reports whether there is such a thing.
func (n *node) elements(v any) (list []any, ok bool, err error) {
	if v, err = n.children[0].eval(v); err != nil {
		return nil, false, err
	}
	if n.kind == kindValueProjection {
		o, ok := v.(*document.Object)
		return memberValues(o), ok, nil
	}
	list, ok = v.([]any)
	return list, ok, nil
}

func (n *node) flatten(v any) (any, error) {
	list, ok, err := n.elements(v)
	if !ok {
		return nil, err
	}
	flat := make([]any, 0, len(list))
	for _, e := range list {
		if inner, ok := e.([]any); ok {
			flat = append(flat, inner...)
		} else {
			flat = append(flat, e)
		}
	}
	return flat, nil
}

// projection applies the second child to each element that meets the condition,
// and drops null.
func (n *node) projection(v any) (any, error) {
	list, ok, err := n.elements(v)
	if !ok {
		return nil, err
	}
	collected := []any{}
	for _, e := range list {
		if n.kind == kindFilter {
			met, err := n.children[2].eval(e)
			if err != nil {
				return nil, err
			}
			if isFalse(met) {
				continue
			}
		}
		r, err := n.children[1].eval(e)
		if err != nil {
			return nil, err
		}
		if r != nil {
			collected = append(collected, r)
		}
	}
	return collected, nil
}

package jmespath

import "lanyard/internal/document"

// A reference is the value of &expr, for functions that apply expr themselves.
type reference struct {
	expr *node
}

// eval applies the node to a value.
func (n *node) eval(v any) (any, error) {
	switch n.kind {
	case kindCurrent:
		return v, nil
	case kindLiteral:
		return n.value, nil
	case kindField:
		o, _ := v.(*document.Object)
		member, _ := o.Get(n.name)
		return member, nil
	case kindIndex:
		return n.element(v), nil
	case kindSlice:
		return n.slice(v)
	case kindChain, kindIndexChain, kindPipe:
		return n.chain(v)
	case kindFlatten:
		return n.flatten(v)
	case kindProjection, kindFilter:
		return n.projection(v)
	case kindValueProjection:
		return n.valueProjection(v)
	case kindComparator:
		return n.compare(v)
	case kindOr, kindAnd, kindNot:
		return n.logic(v)
	case kindSelectList, kindSelectHash:
		return n.selection(v)
	case kindFunction:
		return n.call(v)
	}
	return &reference{n.children[0]}, nil
}

func (n *node) chain(v any) (any, error) {
	for _, c := range n.children {
		var err error
		if v, err = c.eval(v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (n *node) flatten(v any) (any, error) {
	v, err := n.children[0].eval(v)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, nil
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
	v, err := n.children[0].eval(v)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, nil
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

func (n *node) valueProjection(v any) (any, error) {
	v, err := n.children[0].eval(v)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*document.Object)
	if !ok {
		return nil, nil
	}
	collected := []any{}
	for _, e := range o.All() {
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

func (n *node) logic(v any) (any, error) {
	left, err := n.children[0].eval(v)
	if err != nil {
		return nil, err
	}
	switch {
	case n.kind == kindNot:
		return isFalse(left), nil
	case isFalse(left) == (n.kind == kindAnd):
		return left, nil
	}
	return n.children[1].eval(v)
}

func (n *node) selection(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	list := make([]any, len(n.children))
	for i, c := range n.children {
		var err error
		if list[i], err = c.eval(v); err != nil {
			return nil, err
		}
	}
	if n.kind == kindSelectList {
		return list, nil
	}
	hash := new(document.Object)
	for i, name := range n.names {
		hash.Set(name, list[i])
	}
	return hash, nil
}

// isFalse tells what a condition counts as false. A number never is.
func isFalse(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case *document.Object:
		return v.Len() == 0
	}
	return false
}

// holdsReference tells whether a reference is somewhere in a value.
func holdsReference(v any) bool {
	switch v := v.(type) {
	case *reference:
		return true
	case []any:
		for _, e := range v {
			if holdsReference(e) {
				return true
			}
		}
	case *document.Object:
		for _, e := range v.All() {
			if holdsReference(e) {
				return true
			}
		}
	}
	return false
}

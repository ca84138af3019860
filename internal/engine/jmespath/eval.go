package jmespath

import "github.com/lanyard-cli/lanyard/internal/engine/document"

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
	case kindProjection, kindFilter, kindValueProjection:
		return n.projection(v)
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

// evalAll applies each of the children to one value.
func (n *node) evalAll(v any) ([]any, error) {
	list := make([]any, len(n.children))
	for i, c := range n.children {
		var err error
		if list[i], err = c.eval(v); err != nil {
			return nil, err
		}
	}
	return list, nil
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
	list, err := n.evalAll(v)
	if err != nil {
		return nil, err
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

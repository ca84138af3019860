// Evaluation of the tree of nodes.

package jmespath

import (
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// A node is a part of a compiled expression.
type node struct {
	kind     kind
	children []*node
	name     string // of a field or a function, or the operator of a comparator
	names    []string
	value    any       // of a literal
	index    int64     // of an index
	bounds   [3]*int64 // of a slice: from, to, step
	function function
	height   int // of the tree below the node
}

// A kind is the operation of a node on a value.
type kind int

const (
	kindCurrent         kind = iota // returns the value
	kindLiteral                     // returns the literal
	kindField                       // returns a member
	kindIndex                       // returns an element
	kindSlice                       // returns some elements
	kindChain                       // applies the children in turn: a.b.c
	kindIndexChain                  // like kindChain, for a[0][1]
	kindPipe                        // like kindChain, for a | b
	kindFlatten                     // flattens the list that the child returns
	kindProjection                  // children: the list, the expression for each element
	kindValueProjection             // children: the object, the expression for each value
	kindFilter                      // children: the list, the expression for each element, the condition
	kindComparator                  // compares the results of two children
	kindOr
	kindAnd
	kindNot
	kindSelectList // a list of the results of the children
	kindSelectHash // an object of the results of the children, under their names
	kindFunction
	kindReference // the child itself, not evaluated
)

// maxDepth limits the nesting of an expression. Python's limit is about a third of maxDepth.
const maxDepth = 1000

func newNode(k kind, children ...*node) *node {
	n := &node{kind: k}
	for _, c := range children {
		n.add(c)
	}
	return n
}

func (n *node) add(child *node) {
	n.children = append(n.children, child)
	n.height = max(n.height, child.height+1)
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

// element returns an element of a list. A negative index counts from the end.
func (n *node) element(v any) any {
	list, _ := v.([]any)
	i, size := n.index, int64(len(list))
	if i < 0 {
		i += size // the smallest int64 stays negative
	}
	if i < 0 || i >= size {
		return nil
	}
	return list[i]
}

// slice returns the elements of Python's list[from:to:step].
func (n *node) slice(v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, nil
	}
	step := int64(1)
	if n.bounds[2] != nil {
		step = *n.bounds[2]
	}
	if step == 0 {
		return nil, evalErrorf("slice step cannot be zero")
	}
	size := int64(len(list))
	first, last := int64(0), size // the smallest and the largest position of a bound
	from, to := first, last
	if step < 0 {
		first, last = -1, size-1
		from, to = last, first
	}
	from = bound(n.bounds[0], size, from, first, last)
	to = bound(n.bounds[1], size, to, first, last)
	step = max(-size-1, min(step, size+1)) // so that i does not overflow
	part := document.NewList(0)
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		part = append(part, list[i])
	}
	return part, nil
}

// bound converts a number of a slice to a position between first and last. If number is nil, the
// slice has no number, and bound returns missing.
func bound(number *int64, size, missing, first, last int64) int64 {
	if number == nil {
		return missing
	}
	i := *number
	if i < 0 {
		i += size
	}
	return max(first, min(i, last))
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
	list, ok, err := n.elements(v)
	if !ok {
		return nil, err
	}
	flat := document.NewList(len(list))
	for _, e := range list {
		if inner, ok := e.([]any); ok {
			flat = append(flat, inner...)
		} else {
			flat = append(flat, e)
		}
	}
	return flat, nil
}

// projection applies the second child to the elements for which the condition is true, and drops
// null results.
func (n *node) projection(v any) (any, error) {
	list, ok, err := n.elements(v)
	if !ok {
		return nil, err
	}
	collected := document.NewList(0)
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

// elements returns the elements of the list that the first child returns. For a value projection,
// it returns the values of the object. ok is false if the child returns another type.
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

// isFalse reports whether v counts as false in a condition. All numbers count as true.
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

// A reference is the value of &expr. Functions such as sort_by apply expr to the elements.
type reference struct {
	expr *node
}

// String returns "<expression>" for messages. Python prints an address instead.
func (*reference) String() string { return "<expression>" }

// pyType returns the name of a value's type in Python.
func pyType(v any) string {
	if _, ok := v.(*reference); ok {
		return "_Expression"
	}
	return pytext.TypeName(v)
}

// holdsReference reports whether a value contains a reference.
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

package jmespath

// A kind is what a node does with a value.
type kind int

const (
	kindCurrent         kind = iota // nothing
	kindLiteral                     // takes its own value instead
	kindField                       // takes a member
	kindIndex                       // takes an element
	kindSlice                       // takes some elements
	kindChain                       // gives it to the children in turn: a.b.c
	kindIndexChain                  // the same for a[0][1]
	kindPipe                        // the same for a | b
	kindFlatten                     // opens the lists in the list that the child returns
	kindProjection                  // children: the list, what to do with each element
	kindValueProjection             // children: the object, what to do with each value
	kindFilter                      // children: the list, what to do with each element, the condition
	kindComparator                  // compares what two children return
	kindOr
	kindAnd
	kindNot
	kindSelectList // a list of what the children return
	kindSelectHash // an object of what the children return, under their names
	kindFunction
	kindReference // the child itself
)

// maxDepth limits what stands in each other. Python gives up at about a third.
const maxDepth = 1000

// A node is a part of a compiled expression.
type node struct {
	kind     kind
	children []*node
	name     string // of a field, a function; the operator of a comparator
	names    []string
	value    any       // of a literal
	index    int64     // of an index
	bounds   [3]*int64 // of a slice: from, to, step
	function function
	height   int // of the tree below
}

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

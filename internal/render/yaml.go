package render

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"

	"lanyard/internal/document"
)

// writeYAML writes a value as YAML. A bare scalar is written as JSON, because YAML
// needs an end mark after one.
func writeYAML(w *bufio.Writer, v any) error {
	if isScalar(v) {
		writeJSON(w, v)
		return nil
	}
	writeYAMLBlock(w, v)
	return nil
}

// writeYAMLBlock writes a list or an object in block style, with sorted keys.
func writeYAMLBlock(w *bufio.Writer, v any) {
	e := yamlEmitter{w: w, indent: -1, whitespace: true, indention: true}
	e.countUses(v)
	e.node(v, inRoot)
	e.indent = 0
	e.writeIndent()
}

// yamlWidth is the column after which a text is folded at the next space.
const yamlWidth = 80

// A yamlEmitter writes the events of a document as libyaml does, whose state this
// is: most of what is peculiar about its output follows from the two flags.
type yamlEmitter struct {
	w          *bufio.Writer
	column     int
	indent     int
	whitespace bool // the last character was white space that separates
	indention  bool // there is nothing on the line but indentation and indicators

	uses    map[any]int // how often a list or an object occurs, see identity
	anchors map[any]int // the number of its anchor, once written
}

// A place says what a node is part of.
type place int

const (
	inRoot place = iota
	inSequence
	inMapping
	inSimpleKey
	inKey
)

func (e *yamlEmitter) node(v any, at place) {
	if e.anchor(v) {
		return
	}
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			e.empty("[", "]")
			return
		}
		e.sequence(v, at)
	case *document.Object:
		if v.Len() == 0 {
			e.empty("{", "}")
			return
		}
		e.mapping(v)
	case string:
		e.text(v, at)
	default:
		e.separate()
		e.put(string(yamlScalar(v)))
	}
}

func (e *yamlEmitter) sequence(list []any, at place) {
	outer := e.indent
	// A list that is the value of a key is not indented under it.
	e.indent = e.deeper(at == inMapping && !e.indention)
	for _, v := range list {
		e.writeIndent()
		e.indicator("-", true)
		e.node(v, inSequence)
	}
	e.indent = outer
}

func (e *yamlEmitter) mapping(o *document.Object) {
	outer := e.indent
	e.indent = e.deeper(false)
	names := make([]string, 0, o.Len())
	for n := range o.All() {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		e.writeIndent()
		e.key(n)
		v, _ := o.Get(n)
		e.node(v, inMapping)
	}
	e.indent = outer
}

func (e *yamlEmitter) deeper(indentless bool) int {
	switch {
	case e.indent < 0:
		return 0
	case indentless:
		return e.indent
	}
	return e.indent + 2
}

// key writes a key with its colon. A key that is long or has line breaks needs
// a question mark, and a line for the colon.
func (e *yamlEmitter) key(name string) {
	if s := analyze(name); len(name) <= 128 && !s.lineBreaks {
		e.text(name, inSimpleKey)
		e.put(":")
		return
	}
	e.indicator("?", true)
	e.node(name, inKey)
	e.writeIndent()
	e.indicator(":", true)
}

func (e *yamlEmitter) empty(open, end string) {
	e.indicator(open, false)
	e.put(end)
	e.whitespace, e.indention = false, false
}

// yamlScalar returns a scalar other than a string, in YAML's words.
func yamlScalar(v any) []byte {
	if _, ok := v.(float64); !ok {
		return appendJSONScalar(nil, v)
	}
	switch b := appendRepr(nil, v); string(b) {
	case "inf":
		return []byte(".inf")
	case "-inf":
		return []byte("-.inf")
	case "nan":
		return []byte(".nan")
	default:
		return b
	}
}

// identity returns a comparable value that stands for the list or object itself,
// nil for other values and for empty lists, which share their memory.
func identity(v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			return listIdentity{&v[0], len(v)}
		}
	case *document.Object:
		if v != nil {
			return v
		}
	}
	return nil
}

type listIdentity struct {
	first *any
	size  int
}

// countUses finds what occurs more than once, as in the answer to the query
// "[Tags, Tags]": only the first is written out, under an anchor.
func (e *yamlEmitter) countUses(v any) {
	id := identity(v)
	if id == nil {
		return
	}
	if e.uses == nil {
		e.uses = make(map[any]int)
		e.anchors = make(map[any]int)
	}
	e.uses[id]++
	if e.uses[id] > 1 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, c := range v {
			e.countUses(c)
		}
	case *document.Object:
		for _, c := range v.All() {
			e.countUses(c)
		}
	}
}

// anchor writes the anchor that the value needs, or an alias if the value has
// been written; then there is nothing more to do.
func (e *yamlEmitter) anchor(v any) (done bool) {
	id := identity(v)
	if id == nil || e.uses[id] < 2 {
		return false
	}
	n, done := e.anchors[id]
	mark := "*"
	if !done {
		mark = "&"
		n = len(e.anchors) + 1
		e.anchors[id] = n
	}
	e.indicator(mark, false)
	e.put("id" + fmt.Sprintf("%03s", strconv.Itoa(n)))
	e.whitespace, e.indention = false, false
	return done
}

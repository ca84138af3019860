// YAML in block style, with the same bytes as in the AWS CLI's output.

package render

import (
	"bufio"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// writeYAMLBlock writes a list or an object in block style, with sorted keys.
func writeYAMLBlock(w *bufio.Writer, v any, terminal bool) {
	e := yamlEmitter{w: w, terminal: terminal, indent: -1, whitespace: true, indention: true, anchors: findAnchors(v)}
	e.node(v, inBlock)
	e.indent = 0
	e.writeIndent()
}

// yamlWidth is the column after which the next space becomes a line break.
const yamlWidth = 80

// A yamlEmitter writes a document like libyaml. It has the same state as libyaml, because the
// flags whitespace and indention explain most peculiarities of the output.
type yamlEmitter struct {
	w          *bufio.Writer
	terminal   bool // escape control characters
	column     int
	indent     int
	whitespace bool // the last character is white space
	indention  bool // the line has only indentation and indicators so far

	anchors map[identity]*yamlAnchor // for values that occur more than once, see yamlanchor.go

	comment  func(o *document.Object, member string) string // of templates, see template.go; otherwise nil
	remarked bool                                           // the list that follows has a comment
}

// A place is the position of a node.
type place int

const (
	inBlock     place = iota // at the top level, or after "-" or "?"
	inMapping                // after "key:"
	inSimpleKey              // before ":"
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
	case Verbatim:
		e.separate()
		e.put(string(v))
	default:
		e.separate()
		e.put(yamlScalar(v))
	}
}

func (e *yamlEmitter) sequence(list []any, at place) {
	outer := e.indent
	// A list that is the value of a key has the same indentation as the key.
	e.indent = e.deeper(at == inMapping && !e.indention)
	remarked := e.remarked
	e.remarked = false
	for _, v := range list {
		e.writeIndent()
		e.indicator("-", true)
		if inner, ok := v.([]any); ok && remarked {
			e.nestedSample(inner)
		} else {
			e.node(v, inBlock)
		}
	}
	e.indent = outer
}

func (e *yamlEmitter) mapping(o *document.Object) {
	outer := e.indent
	e.indent = e.deeper(false)
	if e.comment != nil {
		e.template(o)
		e.indent = outer
		return
	}
	for _, n := range sortedNames(o) {
		e.writeIndent()
		e.key(n)
		v, _ := o.Get(n)
		e.node(v, inMapping)
	}
	e.indent = outer
}

func sortedNames(o *document.Object) []string {
	names := make([]string, 0, o.Len())
	for n := range o.All() {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
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

// key writes a key and its colon. If a key is long or has line breaks, key writes a question mark
// before it, and the colon on a separate line.
func (e *yamlEmitter) key(name string) {
	if s := analyze(name); len(name) <= 128 && !s.lineBreaks {
		e.text(name, inSimpleKey)
		e.put(":")
		return
	}
	e.indicator("?", true)
	e.node(name, inBlock)
	e.writeIndent()
	e.indicator(":", true)
}

func (e *yamlEmitter) empty(open, end string) {
	e.indicator(open, false)
	e.put(end)
	e.whitespace, e.indention = false, false
}

// yamlScalar returns a number, a boolean or nil in YAML syntax.
func yamlScalar(v any) string {
	if _, ok := v.(float64); !ok {
		return string(pytext.AppendJSON(nil, v))
	}
	switch text := pytext.Repr(v); text {
	case "inf":
		return ".inf"
	case "-inf":
		return "-.inf"
	case "nan":
		return ".nan"
	default:
		return text
	}
}

// put writes text without line breaks. It does not change the flags.
func (e *yamlEmitter) put(s string) {
	_, _ = e.w.WriteString(s)
	e.column += utf8.RuneCountInString(s)
}

func (e *yamlEmitter) putRune(r rune) {
	_, _ = e.w.WriteRune(r)
	e.column++
}

// lineBreak writes a line feed, or another character that is a line break in YAML 1.1.
func (e *yamlEmitter) lineBreak(r rune) {
	_, _ = e.w.WriteRune(r)
	e.column = 0
}

// separate writes a space, unless the last character is white space.
func (e *yamlEmitter) separate() {
	if !e.whitespace {
		e.put(" ")
	}
	e.whitespace, e.indention = false, false
}

// indicator writes an indicator such as "-". After an indicator of block style, a nested block
// can begin on the same line.
func (e *yamlEmitter) indicator(s string, block bool) {
	if !e.whitespace {
		e.put(" ")
	}
	e.put(s)
	e.whitespace = false
	e.indention = e.indention && block
}

// writeIndent moves to the column of the indentation. It starts a new line if necessary.
func (e *yamlEmitter) writeIndent() {
	if !e.indention || e.column > e.indent || e.column == e.indent && !e.whitespace {
		e.lineBreak('\n')
	}
	if n := e.indent - e.column; n > 0 {
		e.put(strings.Repeat(" ", n))
	}
	e.whitespace, e.indention = true, true
}

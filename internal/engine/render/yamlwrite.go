package render

import (
	"strings"
	"unicode/utf8"
)

// put writes text that has no line breaks. It leaves the flags alone.
func (e *yamlEmitter) put(s string) {
	_, _ = e.w.WriteString(s)
	e.column += utf8.RuneCountInString(s)
}

func (e *yamlEmitter) putRune(r rune) {
	_, _ = e.w.WriteRune(r)
	e.column++
}

// lineBreak writes a break: a line feed or another of YAML 1.1's breaks.
func (e *yamlEmitter) lineBreak(r rune) {
	_, _ = e.w.WriteRune(r)
	e.column = 0
}

// separate writes a space unless white space stands there.
func (e *yamlEmitter) separate() {
	if !e.whitespace {
		e.put(" ")
	}
	e.whitespace, e.indention = false, false
}

// indicator writes a mark of the syntax. After a mark of block style a nested
// block may begin on the same line.
func (e *yamlEmitter) indicator(s string, block bool) {
	if !e.whitespace {
		e.put(" ")
	}
	e.put(s)
	e.whitespace = false
	e.indention = e.indention && block
}

// writeIndent goes to the column of the indentation, on a new line if this one
// is past it.
func (e *yamlEmitter) writeIndent() {
	if !e.indention || e.column > e.indent || e.column == e.indent && !e.whitespace {
		e.lineBreak('\n')
	}
	if n := e.indent - e.column; n > 0 {
		e.put(strings.Repeat(" ", n))
	}
	e.whitespace, e.indention = true, true
}

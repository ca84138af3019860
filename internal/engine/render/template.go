// Templates: YAML that a user fills in, as --generate-cli-skeleton yaml-input prints it.

package render

import (
	"bufio"
	"io"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A Verbatim is a value of a template in YAML syntax, such as !!binary "" (a blob).
type Verbatim string

// Quoted returns the text that functions of queries, such as to_string, use for the value.
func (v Verbatim) Quoted() string { return string(v) }

// withTimes returns a sample whose times have the form that the AWS CLI uses in a format: the ISO format
// in JSON, which is also the format of a single value in YAML.
func withTimes(v any, format string) any {
	yaml := format == "yaml" || format == "yaml-stream"
	if t, ok := v.(Verbatim); ok {
		if format == "json" || format == "yaml" {
			return strings.Replace(string(t), " ", "T", 1)
		}
		if !yaml {
			return string(t)
		}
		return t
	}
	if yaml {
		return v
	}
	switch v := v.(type) {
	case []any:
		list := document.NewList(len(v))
		for _, e := range v {
			list = append(list, withTimes(e, format))
		}
		return list
	case *document.Object:
		o := new(document.Object)
		for name, e := range v.All() {
			o.Set(name, withTimes(e, format))
		}
		return o
	}
	return v
}

// WriteTemplate writes an object as YAML, with its members in order and with comments at the ends of
// lines. comment returns the comment of a member without the number sign, or "". The bytes are the AWS
// CLI's, except for the texts of the comments.
func WriteTemplate(w io.Writer, o *document.Object, comment func(o *document.Object, member string) string) error {
	b := bufio.NewWriter(w)
	e := yamlEmitter{w: b, indent: -1, whitespace: true, indention: true, comment: comment}
	e.node(o, inBlock)
	e.indent = 0
	e.writeIndent()
	return b.Flush()
}

// template writes the members of an object of a template.
func (e *yamlEmitter) template(o *document.Object) {
	var before []string
	for name, v := range o.All() {
		e.writeIndent()
		e.key(name)
		text := e.comment(o, name)
		if text != "" && !e.aligned(o, before, name) {
			text = " # " + text
		} else if text != "" {
			text = "# " + text
		}
		if isBlock(v) {
			e.remark(text)
			_, list := v.([]any)
			e.remarked = list && text != ""
		}
		e.node(v, inMapping)
		if !isBlock(v) {
			e.remark(text)
		}
		before = append(before, name)
	}
}

// aligned reports whether the AWS CLI's YAML library aligns a comment with an earlier comment of the
// object. It then writes one space before the comment, and otherwise two. The library looks at the
// member before, and at the first members whose names sort before the name.
func (e *yamlEmitter) aligned(o *document.Object, before []string, name string) bool {
	if n := len(before); n > 0 && e.comment(o, before[n-1]) != "" {
		return true
	}
	for _, earlier := range before {
		if earlier >= name {
			break
		}
		if e.comment(o, earlier) != "" {
			return true
		}
	}
	return false
}

// remark writes a comment with its number sign at the end of a line.
func (e *yamlEmitter) remark(text string) {
	if text != "" {
		e.put(" " + text)
		e.whitespace, e.indention = false, false
	}
}

// nestedSample writes the only element of a list that is itself the element of a list with a comment.
// The AWS CLI's YAML library writes this element on a line of its own.
func (e *yamlEmitter) nestedSample(list []any) {
	outer := e.indent
	e.indent = e.deeper(false)
	e.indicator("-", true)
	e.indent += 2
	e.indention = false
	e.writeIndent()
	e.indent -= 2
	e.node(list[0], inBlock)
	e.indent = outer
}

// isBlock reports whether a value is a list or an object with content, which begins on a new line.
func isBlock(v any) bool { return !isScalar(v) && truth(v) }

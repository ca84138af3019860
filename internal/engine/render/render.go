// Package render prints the output of an operation in the formats of the AWS CLI,
// byte for byte, so that scripts written for the AWS CLI can read it.
//
// Formats and their corners are those of the AWS CLI 2.36, Python's json module
// and the YAML emitter that it uses; testdata/README.md says how they were found.
package render

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A Query picks what is printed, as --query does. [document] values go in and
// come out.
type Query interface {
	Search(v any) (any, error)
}

// Options say how a response is printed. The zero value prints all of it as JSON.
type Options struct {
	Format string // one of [Formats]; "" means json
	Query  Query  // nil means everything
	Title  string // of a table: the operation's name, "GetCallerIdentity"
	Color  bool   // whether a table has the AWS CLI's escape sequences; no other format has any
	Width  int    // of the terminal, in columns; 0 means 80, the AWS CLI's width without a terminal

	Terminal bool // the output goes to a terminal, which must not act on what is in a value
}

// Formats returns the names of the formats, in the order in which the AWS CLI
// lists them.
func Formats() []string {
	return []string{"json", "text", "table", "yaml", "yaml-stream", "off"}
}

// Streams reports whether the format prints each page of a paginated result when
// it comes, with the query applied to each, instead of the merged result.
func Streams(format string) bool {
	return format == "text" || format == "yaml-stream"
}

// A FormatError says that there is no such format.
type FormatError struct{ Format string }

func (e *FormatError) Error() string { return "Unknown output type: " + e.Format }

// A ShapeError says that a value has a shape that the format has no form for,
// such as rows of unequal length in a table. Its text is the AWS CLI's, which for
// most shapes is that of the Python error it ends with.
type ShapeError struct{ text string }

func (e *ShapeError) Error() string { return e.text }

func shapeErrorf(format string, args ...any) error {
	return &ShapeError{fmt.Sprintf(format, args...)}
}

// A Printer prints responses. It is not safe for concurrent use.
type Printer struct {
	w    *bufio.Writer
	opts Options
}

// New returns a Printer that writes to w.
func New(w io.Writer, o Options) *Printer {
	if o.Format == "" {
		o.Format = "json"
	}
	if o.Width == 0 {
		o.Width = 80
	}
	return &Printer{w: bufio.NewWriter(w), opts: o}
}

// Print prints one response. The error is a [*FormatError], a [*ShapeError], the
// query's or the writer's. What was printed before it stays printed, as with the AWS
// CLI.
func (p *Printer) Print(v any) error { return p.printAs(v, false) }

// Page prints one page of a response, where [Streams] says so. Unlike an empty
// response, an empty page leaves a trace in a stream.
func (p *Printer) Page(v any) error { return p.printAs(v, true) }

func (p *Printer) printAs(v any, page bool) error {
	if p.opts.Format == "off" {
		return nil // not even the query is applied
	}
	if p.opts.Query != nil {
		var err error
		if v, err = p.opts.Query.Search(v); err != nil {
			return err
		}
	}
	err := p.print(v, page)
	if flushErr := p.w.Flush(); err == nil {
		err = flushErr
	}
	return err
}

// Token prints, in text format only, the token of a result that was cut short by
// --max-items. The query is applied to it as if it were a page, as in the AWS CLI:
// most queries find nothing there and print a stray "None".
func (p *Printer) Token(token string) error {
	if p.opts.Format != "text" {
		return nil
	}
	inner, outer := new(document.Object), new(document.Object)
	inner.Set("NextToken", token)
	outer.Set("NextToken", inner)
	return p.Page(outer)
}

func (p *Printer) print(v any, page bool) error {
	if p.opts.Terminal && (p.opts.Format == "text" || p.opts.Format == "table") {
		v = harmless(v)
	}
	o, isObject := v.(*document.Object)
	empty := isObject && o.Len() == 0 // such a body prints nothing; what else is empty does print
	switch p.opts.Format {
	case "json":
		if !empty {
			p.writeJSON(v)
		}
	case "yaml":
		if isScalar(v) { // YAML needs an end mark after a bare scalar
			p.writeJSON(v)
		} else if !empty {
			writeYAMLBlock(p.w, v, p.opts.Terminal)
		}
	case "yaml-stream":
		if !empty || page {
			writeYAMLBlock(p.w, []any{v}, p.opts.Terminal)
		}
	case "text":
		return writeText(p.w, v)
	case "table":
		return writeTable(p.w, v, p.opts)
	default:
		return &FormatError{p.opts.Format}
	}
	return nil
}

func (p *Printer) writeJSON(v any) {
	if !p.opts.Terminal {
		writeJSON(p.w, v)
		return
	}
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	writeJSON(w, v)
	_ = w.Flush() // a buffer takes everything
	_, _ = p.w.WriteString(escapeActive(b.String()))
}

// truth is what Python takes a value for in a condition: nothing, zero and the
// empty are false.
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case *document.Object:
		return v.Len() > 0
	}
	return true
}

// isScalar reports whether a value is neither a list nor an object.
func isScalar(v any) bool {
	switch v.(type) {
	case []any, *document.Object:
		return false
	}
	return true
}

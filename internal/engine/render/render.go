// Package render prints the output of an operation in the formats of the AWS CLI. It prints the
// same bytes as the AWS CLI, so that scripts for the AWS CLI can read them.
//
// The formats come from the AWS CLI 2.36, from Python's json module, and from the AWS CLI's YAML
// emitter. testdata/README.md describes how the AWS CLI's output was recorded.
package render

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A Query selects a part of the output, like --query. Its values have the types of package
// document.
type Query interface {
	Search(v any) (any, error)
}

// Options configure a [Printer]. The zero value prints the whole response as JSON.
type Options struct {
	Format string // one of [Formats]; "" means json
	Query  Query  // nil prints everything
	Title  string // the title of a table: the operation's name, such as "GetCallerIdentity"
	Color  bool   // print a table with the AWS CLI's colours; other formats have no colours
	Width  int    // the width of the terminal, in columns; 0 means 80, the AWS CLI's width without a terminal

	Terminal bool // the output is a terminal, which must not receive control characters
}

// Formats returns the names of the formats in the AWS CLI's order.
func Formats() []string {
	return []string{"json", "text", "table", "yaml", "yaml-stream", "off"}
}

// Streams reports whether the format prints each page of a paginated result when the page
// arrives, and applies the query to each page. Other formats print the merged result.
func Streams(format string) bool {
	return format == "text" || format == "yaml-stream"
}

// A FormatError reports an unknown format.
type FormatError struct{ Format string }

func (e *FormatError) Error() string { return "Unknown output type: " + e.Format }

// A ShapeError reports a value that the format cannot represent, such as rows of different
// lengths in a table. Its text is the AWS CLI's, which is often the text of a Python error.
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

// Print prints one response. The error is a [*FormatError], a [*ShapeError], or an error of the
// query or the writer. Like the AWS CLI, Print may print a part of the response before an error.
func (p *Printer) Print(v any) error { return p.printAs(v, false) }

// Page prints one page of a response. [Streams] must be true for the format. Unlike Print, Page
// prints an empty object.
func (p *Printer) Page(v any) error { return p.printAs(v, true) }

// PrintSample prints a sample of a response, in which times are of type [Verbatim].
func (p *Printer) PrintSample(v any) error {
	if p.opts.Format == "off" {
		return nil
	}
	if p.opts.Query != nil {
		var err error
		if v, err = p.opts.Query.Search(v); err != nil {
			return err
		}
	}
	inner := *p
	inner.opts.Query = nil
	return inner.Print(withTimes(v, p.opts.Format))
}

func (p *Printer) printAs(v any, page bool) error {
	if p.opts.Format == "off" {
		return nil // the AWS CLI does not apply the query either
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

// Token prints the token of a result that --max-items has cut short. It prints only in the format
// text. Like the AWS CLI, it applies the query to the token as if the token were a page. Most
// queries select nothing from the token and print "None".
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
	empty := isObject && o.Len() == 0 // an empty object prints nothing, unlike other empty values
	switch p.opts.Format {
	case "json":
		if !empty {
			p.writeJSON(v)
		}
	case "yaml":
		if isScalar(v) { // the AWS CLI prints a single scalar as JSON
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
	_ = w.Flush() // a Buffer returns no errors
	_, _ = p.w.WriteString(escapeActive(b.String()))
}

// truth reports whether Python would treat a value as true. Null, zero and empty values are
// false.
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

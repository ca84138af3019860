// Functions that read and print values like Python.

package arg

import (
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// isSpace reports whether Python's str.strip removes r.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// digits returns the text of a number in Go's syntax, or "" if Python would not accept it.
// Python allows spaces around a number, and single underscores between digits.
func digits(s string) string {
	s = strings.TrimFunc(s, isSpace)
	for i := range len(s) {
		if s[i] == '_' && (i == 0 || i+1 == len(s) || !isDigit(s[i-1]) || !isDigit(s[i+1])) {
			return ""
		}
	}
	return strings.ReplaceAll(s, "_", "")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isInt(s string) bool {
	d := digits(s)
	d = strings.TrimPrefix(strings.TrimPrefix(d, "+"), "-")
	return d != "" && strings.Trim(d, "0123456789") == "" && !strings.HasPrefix(strings.TrimFunc(s, isSpace), "+-")
}

// parseInt reads an integer like Python's int.
func parseInt(s string) (int64, error) {
	if !isInt(s) {
		return 0, &ValueError{"invalid literal for int() with base 10: " + repr(s)}
	}
	n, err := strconv.ParseInt(digits(s), 10, 64)
	if err != nil {
		// Python has integers of any size, but no service accepts integers above 64 bits.
		return 0, &ValueError{"integer out of range: " + s}
	}
	return n, nil
}

// parseIntValue reads an integer from a text or from bytes.
func parseIntValue(v any) (any, error) {
	b, isRaw := v.(rawFile)
	if isRaw {
		v = string(b)
	}
	s, _ := v.(string)
	if isRaw && !isInt(s) {
		return nil, &ValueError{"invalid literal for int() with base 10: " + repr(b)}
	}
	n, err := parseInt(s)
	if err != nil {
		return nil, err
	}
	return n, nil
}

func isFloat(s string) bool {
	_, err := parseFloat(s)
	return err == nil
}

// parseFloat reads a number like Python's float: decimal, inf or nan.
func parseFloat(s string) (float64, error) {
	d := digits(s)
	f, err := strconv.ParseFloat(d, 64)
	if errors.Is(err, strconv.ErrRange) {
		err = nil // a number that is too large becomes infinite
	}
	if err != nil || strings.ContainsAny(d, "xXpP") {
		return 0, &ValueError{"could not convert string to float: " + repr(s)}
	}
	return f, nil
}

// parseFloatValue reads a number from a text or from bytes.
func parseFloatValue(v any) (any, error) {
	b, isRaw := v.(rawFile)
	if isRaw {
		v = string(b)
	}
	s, _ := v.(string)
	f, err := parseFloat(s)
	switch {
	case err != nil && isRaw:
		return nil, &ValueError{"could not convert string to float: " + repr(b)}
	case err != nil:
		return nil, err
	}
	return f, nil
}

// The AWS CLI's messages show values in Python's syntax.

// repr returns a value in the form of Python's repr. Objects are dicts.
func repr(v any) string { return printer{}.text(v) }

// A printer prints values. ordered holds the objects that are OrderedDicts in the AWS CLI.
type printer struct{ ordered map[*document.Object]bool }

func (p printer) text(v any) string {
	switch v := v.(type) {
	case rawFile:
		return pytext.Repr([]byte(v))
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = p.text(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *document.Object:
		return p.object(v)
	}
	return pytext.Repr(v)
}

func (p printer) object(o *document.Object) string {
	var parts []string
	ordered := p.ordered[o]
	for name, v := range o.All() {
		if ordered {
			parts = append(parts, "("+p.text(name)+", "+p.text(v)+")")
		} else {
			parts = append(parts, p.text(name)+": "+p.text(v))
		}
	}
	list := strings.Join(parts, ", ")
	switch {
	case !ordered:
		return "{" + list + "}"
	case list == "":
		return "OrderedDict()"
	}
	return "OrderedDict([" + list + "])"
}

// bareTypeName returns the name of a type as Python's own messages show it.
func bareTypeName(v any) string {
	if _, ok := v.(rawFile); ok {
		return "bytes"
	}
	return pytext.TypeName(v)
}

// typeName returns str(type(v)).
func (p printer) typeName(v any) string {
	name := bareTypeName(v)
	if o, ok := v.(*document.Object); ok && p.ordered[o] {
		name = "collections.OrderedDict"
	}
	return "<class '" + name + "'>"
}

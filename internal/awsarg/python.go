package awsarg

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"lanyard/internal/document"
)

// The AWS CLI's messages show values as Python prints them.

// str writes a value as Python's str does.
func str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return repr(v)
}

// repr writes a value as Python's repr does, objects as a dict.
func repr(v any) string { return printer{}.text(v) }

// A printer knows which objects are an OrderedDict.
type printer struct{ ordered map[*document.Object]bool }

func (p printer) text(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return floatText(v)
	case string:
		return quote(v)
	case raw:
		return "b" + quoteBytes(v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = p.text(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *document.Object:
		return p.object(v)
	}
	return ""
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

// bareTypeName is the name of a type in Python's own messages.
func bareTypeName(v any) string {
	return strings.TrimSuffix(strings.TrimPrefix(printer{}.typeName(v), "<class '"), "'>")
}

// typeName names the type of a value.
func (p printer) typeName(v any) string {
	name := ""
	switch v := v.(type) {
	case nil:
		name = "NoneType"
	case bool:
		name = "bool"
	case int64:
		name = "int"
	case float64:
		name = "float"
	case string:
		name = "str"
	case raw:
		name = "bytes"
	case []any:
		name = "list"
	case *document.Object:
		name = "dict"
		if p.ordered[v] {
			name = "collections.OrderedDict"
		}
	}
	return "<class '" + name + "'>"
}

// mark returns the quotes that a text is put in: single ones, or double ones if it
// has only single ones in it.
func mark(s string) rune {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return '"'
	}
	return '\''
}

func quote(s string) string {
	m := mark(s)
	var b strings.Builder
	b.WriteRune(m)
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\udc%02x`, s[0]) // a byte that is no text
		case quoteSpecial(&b, r, m):
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[size:]
	}
	b.WriteRune(m)
	return b.String()
}

func quoteBytes(v raw) string {
	m := mark(string(v))
	var b strings.Builder
	b.WriteRune(m)
	for _, c := range v {
		switch {
		case quoteSpecial(&b, rune(c), m):
		case c >= ' ' && c < 0x7f:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	b.WriteRune(m)
	return b.String()
}

// quoteSpecial writes the characters that have a short form behind a backslash. It
// reports whether r is one.
func quoteSpecial(b *strings.Builder, r, mark rune) bool {
	switch r {
	case mark, '\\':
	case '\n':
		r = 'n'
	case '\r':
		r = 'r'
	case '\t':
		r = 't'
	default:
		return false
	}
	b.WriteByte('\\')
	b.WriteRune(r)
	return true
}

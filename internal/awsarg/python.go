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
		return quote(v, utf8.DecodeRuneInString)
	case raw:
		return "b" + quote(string(v), func(s string) (rune, int) { return rune(s[0]), 1 })
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

// quote writes a text in single quotes, or in double ones if it has only single
// ones in it.
func quote(s string, decode func(string) (rune, int)) string {
	mark := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		mark = '"'
	}
	var b strings.Builder
	b.WriteRune(mark)
	for s != "" {
		r, size := decode(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\udc%02x`, s[0]) // a byte that is no text
		case r == mark || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f || r > 0x7e && !strconv.IsPrint(r) && r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[size:]
	}
	b.WriteRune(mark)
	return b.String()
}

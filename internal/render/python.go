package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"lanyard/internal/document"
)

// str returns what Python's str prints for a value. Only strings differ from
// repr, and only where they do not stand in a list or an object.
func str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(appendRepr(nil, v))
}

// appendRepr appends what Python's repr prints for a value.
func appendRepr(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "None"...)
	case bool:
		if v {
			return append(b, "True"...)
		}
		return append(b, "False"...)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		switch {
		case math.IsNaN(v):
			return append(b, "nan"...)
		case math.IsInf(v, 1):
			return append(b, "inf"...)
		case math.IsInf(v, -1):
			return append(b, "-inf"...)
		}
		return appendFloat(b, v)
	case string:
		return appendQuoted(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendRepr(b, e)
		}
		return append(b, ']')
	case *document.Object:
		b = append(b, '{')
		first := true
		for name, e := range v.All() {
			if !first {
				b = append(b, ", "...)
			}
			first = false
			b = append(appendQuoted(b, name), ": "...)
			b = appendRepr(b, e)
		}
		return append(b, '}')
	}
	return fmt.Appendf(b, "%v", v)
}

// appendFloat appends a finite number as Python prints it: the shortest digits
// that read back as the same number, with an exponent below 1e-4 and from 1e16.
func appendFloat(b []byte, f float64) []byte {
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if strings.IndexByte(string(b[start:]), '.') < 0 {
		b = append(b, ".0"...)
	}
	return b
}

// appendQuoted appends a string as Python quotes it: in single quotes unless
// there are some within and no double ones.
func appendQuoted(b []byte, s string) []byte {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b = append(b, quote)
	for _, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case unicode.IsPrint(r):
			b = append(b, string(r)...)
		case r <= 0xFF:
			b = fmt.Appendf(b, `\x%02x`, r)
		case r <= 0xFFFF:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = fmt.Appendf(b, `\U%08x`, r)
		}
	}
	return append(b, quote)
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

// typeName is what Python calls the type of a value.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []any:
		return "list"
	}
	return "dict"
}

// isScalar reports whether a value is neither a list nor an object.
func isScalar(v any) bool {
	switch v.(type) {
	case []any, *document.Object:
		return false
	}
	return true
}

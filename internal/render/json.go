package render

import (
	"bufio"
	"math"
	"strconv"

	"lanyard/internal/document"
)

// writeJSON writes a value as Python's json.dump does with an indent of four and
// non-ASCII characters as they are. Errors stay in the writer.
func writeJSON(w *bufio.Writer, v any) {
	writeJSONValue(w, v, 0)
	_ = w.WriteByte('\n')
}

func writeJSONValue(w *bufio.Writer, v any, depth int) {
	switch v := v.(type) {
	case string:
		writeJSONString(w, v)
	case []any:
		writeJSONList(w, v, depth)
	case *document.Object:
		writeJSONObject(w, v, depth)
	default:
		_, _ = w.Write(appendJSONScalar(w.AvailableBuffer(), v))
	}
}

func appendJSONScalar(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		// JSON has no such numbers; these are the words of Python and JavaScript.
		switch {
		case math.IsNaN(v):
			return append(b, "NaN"...)
		case math.IsInf(v, 1):
			return append(b, "Infinity"...)
		case math.IsInf(v, -1):
			return append(b, "-Infinity"...)
		}
		return appendFloat(b, v)
	}
	return appendRepr(b, v)
}

func writeJSONList(w *bufio.Writer, list []any, depth int) {
	if len(list) == 0 {
		_, _ = w.WriteString("[]")
		return
	}
	_ = w.WriteByte('[')
	for i, e := range list {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		jsonLine(w, depth+1)
		writeJSONValue(w, e, depth+1)
	}
	jsonLine(w, depth)
	_ = w.WriteByte(']')
}

func writeJSONObject(w *bufio.Writer, o *document.Object, depth int) {
	if o.Len() == 0 {
		_, _ = w.WriteString("{}")
		return
	}
	_ = w.WriteByte('{')
	first := true
	for name, e := range o.All() {
		if !first {
			_ = w.WriteByte(',')
		}
		first = false
		jsonLine(w, depth+1)
		writeJSONString(w, name)
		_, _ = w.WriteString(": ")
		writeJSONValue(w, e, depth+1)
	}
	jsonLine(w, depth)
	_ = w.WriteByte('}')
}

func jsonLine(w *bufio.Writer, depth int) {
	_ = w.WriteByte('\n')
	for range depth {
		_, _ = w.WriteString("    ")
	}
}

// writeJSONString escapes what JSON demands and nothing else: not <, > and &,
// nor U+2028 and U+2029, which encoding/json would.
func writeJSONString(w *bufio.Writer, s string) {
	const hex = "0123456789abcdef"
	_ = w.WriteByte('"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		_, _ = w.WriteString(s[start:i])
		start = i + 1
		_ = w.WriteByte('\\')
		switch c {
		case '"', '\\':
			_ = w.WriteByte(c)
		case '\n':
			_ = w.WriteByte('n')
		case '\r':
			_ = w.WriteByte('r')
		case '\t':
			_ = w.WriteByte('t')
		case '\f':
			_ = w.WriteByte('f')
		case '\b':
			_ = w.WriteByte('b')
		default:
			_, _ = w.WriteString("u00")
			_ = w.WriteByte(hex[c>>4])
			_ = w.WriteByte(hex[c&15])
		}
	}
	_, _ = w.WriteString(s[start:])
	_ = w.WriteByte('"')
}

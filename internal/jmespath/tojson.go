package jmespath

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"lanyard/internal/document"
)

// toJSON returns a value as JSON without blanks and in ASCII, as to_string does in
// Python.
func toJSON(v any) (string, error) {
	if holdsReference(v) {
		return "", errReference
	}
	var b strings.Builder
	writeJSON(&b, v)
	return b.String(), nil
}

func writeJSON(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(jsonFloat(v))
	case string:
		writeJSONString(b, v)
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, e)
		}
		b.WriteByte(']')
	case *document.Object:
		b.WriteByte('{')
		separator := ""
		for name, e := range v.All() {
			b.WriteString(separator)
			writeJSONString(b, name)
			b.WriteByte(':')
			writeJSON(b, e)
			separator = ","
		}
		b.WriteByte('}')
	}
}

// jsonFloat names what JSON has no numbers for as Python does.
func jsonFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return pyFloat(f)
}

func writeJSONString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		default:
			switch {
			case r >= ' ' && r <= '~':
				b.WriteRune(r)
			case r < 0x10000:
				fmt.Fprintf(b, `\u%04x`, r)
			default:
				high, low := utf16.EncodeRune(r)
				fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
			}
		}
	}
	b.WriteByte('"')
}

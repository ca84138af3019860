// Package pytext writes values as Python does. The AWS CLI is written in Python:
// its messages show values as str and repr print them, and the names of its cache
// files and its page tokens are made of what json.dumps prints, byte for byte.
//
// A value is one of package document, or a []byte, or anything with a String
// method, which is shown by that. An object is whatever yields its members in order,
// as *document.Object does: this package stands below all others and imports none.
package pytext

import (
	"iter"
	"math/big"
	"strconv"
)

// Str returns str(v): a string as it is, all else as [Repr] has it.
func Str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Repr(v)
}

// Repr returns repr(v). Bytes of a string that are no UTF-8 are shown as the lone
// surrogates that Python makes of them when it reads arguments and names of files.
func Repr(v any) string {
	n := notation{
		null: "None", yes: "True", no: "False", comma: ", ", colon: ": ",
		float: appendFloat, text: appendQuoted,
	}
	return string(n.append(nil, v))
}

// JSON returns json.dumps(v, separators=(",", ":")): no blanks, and what is not
// ASCII escaped. What is not UTF-8 counts as U+FFFD.
func JSON(v any) string {
	n := jsonNotation(appendASCIIString)
	return string(n.append(nil, v))
}

// AppendJSON appends what [JSON] returns, but with ensure_ascii=False: nothing is
// escaped that need not be, and what is not UTF-8 stays as it is.
func AppendJSON(b []byte, v any) []byte {
	n := jsonNotation(AppendJSONString)
	return n.append(b, v)
}

// TypeName returns type(v).__name__.
func TypeName(v any) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64, *big.Int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []byte:
		return "bytes"
	case []any:
		return "list"
	case object:
		return "dict"
	}
	return "object"
}

// An object is what Python calls a dict.
type object interface {
	All() iter.Seq2[string, any]
}

// A notation is one of the ways in which Python writes values.
type notation struct {
	null, yes, no string
	comma, colon  string
	float         func([]byte, float64) []byte
	text          func([]byte, string) []byte
}

func (n notation) append(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, n.null...)
	case bool:
		if v {
			return append(b, n.yes...)
		}
		return append(b, n.no...)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return n.float(b, v)
	case string:
		return n.text(b, v)
	case []byte:
		return appendQuotedBytes(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, n.comma...)
			}
			b = n.append(b, e)
		}
		return append(b, ']')
	case object:
		return n.appendObject(b, v)
	case interface{ String() string }:
		return append(b, v.String()...)
	}
	return b
}

// appendObject stands apart because its loop moves b to the heap.
func (n notation) appendObject(b []byte, o object) []byte {
	b = append(b, '{')
	separator := ""
	for name, v := range o.All() {
		b = append(b, separator...)
		b = append(n.text(b, name), n.colon...)
		b = n.append(b, v)
		separator = n.comma
	}
	return append(b, '}')
}

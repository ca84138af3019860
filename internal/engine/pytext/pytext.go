// Package pytext writes values like Python, in which the AWS CLI is written. The AWS CLI's
// messages show values in the form of str and repr. The names of its cache files and its page
// tokens depend on the bytes that json.dumps prints.
//
// A value has a type of package document, is a []byte, or has a String method. An object is a
// value that yields its members in order, like *document.Object. This package imports no other
// package of the program.
package pytext

import (
	"iter"
	"math/big"
	"strconv"
)

// Str returns str(v): a string unchanged, and any other value like [Repr].
func Str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Repr(v)
}

// Repr returns repr(v). Bytes of a string that are not UTF-8 appear as lone surrogates,
// because Python reads arguments and file names that way.
func Repr(v any) string {
	n := notation{
		null: "None", yes: "True", no: "False", comma: ", ", colon: ": ",
		float: appendFloat, text: appendQuoted,
	}
	return string(n.append(nil, v))
}

// JSON returns json.dumps(v, separators=(",", ":")). It writes no spaces, and escapes all
// characters outside ASCII. Bytes that are not UTF-8 become U+FFFD.
func JSON(v any) string {
	n := jsonNotation(appendASCIIString)
	return string(n.append(nil, v))
}

// AppendJSON appends v like [JSON], but with ensure_ascii=False. It escapes only the characters
// that JSON requires, and keeps bytes that are not UTF-8.
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

// An object is a value that Python prints as a dict.
type object interface {
	All() iter.Seq2[string, any]
}

// A notation is a form in which Python writes values, such as repr or JSON.
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
	case interface{ Quoted() string }: // such as a time
		return n.text(b, v.Quoted())
	case interface{ String() string }:
		return append(b, v.String()...)
	}
	return b
}

// appendObject is separate from append because its loop moves b to the heap.
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

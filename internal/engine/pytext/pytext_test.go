package pytext_test

import (
	"math"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

func object(pairs ...any) *document.Object {
	o := new(document.Object)
	for i := 0; i < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// Python 3.11 prints these texts for str(v), repr(v), json.dumps(v, separators=(",", ":")), and
// json.dumps with ensure_ascii=False.
func TestValues(t *testing.T) {
	tests := []struct {
		name                  string
		v                     any
		str, repr, json, utf8 string
	}{
		{"nothing", nil, `None`, `None`, `null`, `null`},
		{"true", true, `True`, `True`, `true`, `true`},
		{"false", false, `False`, `False`, `false`, `false`},
		{"the least integer", int64(math.MinInt64), `-9223372036854775808`, `-9223372036854775808`, `-9223372036854775808`, `-9223372036854775808`},
		{"empty string", "", "", `''`, `""`, `""`},
		{"plain", "a b", `a b`, `'a b'`, `"a b"`, `"a b"`},
		{"single quote", "it's", `it's`, `"it's"`, `"it's"`, `"it's"`},
		{"double quote", `say "a"`, `say "a"`, `'say "a"'`, `"say \"a\""`, `"say \"a\""`},
		{"both quotes", `it's "a"`, `it's "a"`, `'it\'s "a"'`, `"it's \"a\""`, `"it's \"a\""`},
		{"backslash", `a\b`, `a\b`, `'a\\b'`, `"a\\b"`, `"a\\b"`},
		{"short escapes", "\n\r\t\b\f", "\n\r\t\b\f", `'\n\r\t\x08\x0c'`, `"\n\r\t\b\f"`, `"\n\r\t\b\f"`},
		{"control characters", "\x00\x1b\x1f", "\x00\x1b\x1f", `'\x00\x1b\x1f'`, `"\u0000\u001b\u001f"`, `"\u0000\u001b\u001f"`},
		{"delete", "~\x7f", "~\x7f", `'~\x7f'`, `"~\u007f"`, "\"~\x7f\""},
		{"Latin-1", "é\u0080\u00a0\u00ad", "é\u0080\u00a0\u00ad", `'é\x80\xa0\xad'`, `"\u00e9\u0080\u00a0\u00ad"`, "\"é\u0080\u00a0\u00ad\""},
		{"up to U+FFFF", "漢\u2028\ufeff\uffff", "漢\u2028\ufeff\uffff", `'漢\u2028\ufeff\uffff'`, `"\u6f22\u2028\ufeff\uffff"`, "\"漢\u2028\ufeff\uffff\""},
		{"beyond U+FFFF", "😀\U000e0001\U0010ffff", "😀\U000e0001\U0010ffff", `'😀\U000e0001\U0010ffff'`, `"\ud83d\ude00\udb40\udc01\udbff\udfff"`, "\"😀\U000e0001\U0010ffff\""},
		{"signs of HTML", "<&>", `<&>`, `'<&>'`, `"<&>"`, `"<&>"`},
		{"empty list", []any{}, `[]`, `[]`, `[]`, `[]`},
		{"empty object", object(), `{}`, `{}`, `{}`, `{}`},
		{
			"nested values",
			object("b", []any{nil, true, int64(1), 1.0, "é'"}, "a", object("", []any{[]any{}, object()})),
			`{'b': [None, True, 1, 1.0, "é'"], 'a': {'': [[], {}]}}`,
			`{'b': [None, True, 1, 1.0, "é'"], 'a': {'': [[], {}]}}`,
			`{"b":[null,true,1,1.0,"\u00e9'"],"a":{"":[[],{}]}}`,
			`{"b":[null,true,1,1.0,"é'"],"a":{"":[[],{}]}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check(t, "Str", pytext.Str(tt.v), tt.str)
			check(t, "Repr", pytext.Repr(tt.v), tt.repr)
			check(t, "JSON", pytext.JSON(tt.v), tt.json)
			check(t, "AppendJSON", string(pytext.AppendJSON([]byte("x"), tt.v)), "x"+tt.utf8)
		})
	}
}

func check(t *testing.T, function, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %s, want %s", function, got, want)
	}
}

func TestFloats(t *testing.T) {
	tests := []struct {
		v          float64
		repr, json string // json "" means that the JSON is equal to repr
	}{
		{0, "0.0", ""},
		{math.Copysign(0, -1), "-0.0", ""},
		{1, "1.0", ""},
		{-2.5, "-2.5", ""},
		{0.3, "0.3", ""},
		{1e-4, "0.0001", ""},
		{9.9999e-5, "9.9999e-05", ""},
		{-1e-5, "-1e-05", ""},
		{123456789012345.6, "123456789012345.6", ""},
		{9999999999999998, "9999999999999998.0", ""},
		{1e16, "1e+16", ""},
		{-1.5e16, "-1.5e+16", ""},
		{1e22, "1e+22", ""},
		{1e100, "1e+100", ""},
		{math.MaxFloat64, "1.7976931348623157e+308", ""},
		{math.SmallestNonzeroFloat64, "5e-324", ""},
		{math.NaN(), "nan", "NaN"},
		{math.Inf(1), "inf", "Infinity"},
		{math.Inf(-1), "-inf", "-Infinity"},
	}
	for _, tt := range tests {
		if tt.json == "" {
			tt.json = tt.repr
		}
		check(t, "Str", pytext.Str(tt.v), tt.repr)
		check(t, "Repr", pytext.Repr(tt.v), tt.repr)
		check(t, "JSON", pytext.JSON(tt.v), tt.json)
		check(t, "AppendJSON", string(pytext.AppendJSON(nil, tt.v)), tt.json)
	}
}

// Python reads arguments with errors="surrogateescape". JSON gets U+FFFD instead, because many
// JSON readers reject half of a surrogate pair.
func TestInvalidUTF8(t *testing.T) {
	check(t, "Repr", pytext.Repr("a\xff\x80é"), `'a\udcff\udc80é'`)
	check(t, "Repr", pytext.Repr("\ufffd"), "'\ufffd'")
	check(t, "JSON", pytext.JSON("a\xff\x80é"), `"a\ufffd\ufffd\u00e9"`)
	check(t, "AppendJSON", string(pytext.AppendJSON(nil, "a\xff\x80é")), "\"a\xff\x80é\"")
}

func TestBytes(t *testing.T) {
	check(t, "Repr", pytext.Repr([]byte(nil)), `b''`)
	check(t, "Repr", pytext.Repr([]byte("a\n\r\t\x00\x7f\\é\xff")), `b'a\n\r\t\x00\x7f\\\xc3\xa9\xff'`)
	check(t, "Str", pytext.Str([]byte("it's")), `b"it's"`)
	check(t, "Repr", pytext.Repr([]byte(`'"`)), `b'\'"'`)
}

type named struct{}

func (named) String() string { return "<named>" }

func TestValuesWithStringMethod(t *testing.T) {
	check(t, "Repr", pytext.Repr([]any{named{}}), "[<named>]")
}

func TestTypeName(t *testing.T) {
	for want, v := range map[string]any{
		"NoneType": nil, "bool": true, "int": int64(1), "float": 1.0, "str": "", "bytes": []byte{},
		"list": []any{}, "dict": object(), "object": named{},
	} {
		check(t, "TypeName", pytext.TypeName(v), want)
	}
}

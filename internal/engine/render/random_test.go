package render_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// words lists the parts of random strings: YAML syntax, texts that YAML does not read as strings,
// and characters of every width.
var words = []string{
	"", "a", "i-0123456789abcdef0", "arn:aws:iam::123456789012:role/x", "111111111111", "10.0.0.1", "10.0.0.0/16",
	"true", "False", "yes", "no", "on", "Null", "null", "~", "nan", ".nan", ".inf", "-.INF", "+.inf", "inf", "-", "--", "---", "...", "---a",
	"0", "-1", "+12", "0o17", "0x1F", "0b101", "1_000", "_1", "1.5", "1.", ".5", "-.5", "1e3", "1e+3", "1.5e-7", ".5e3", ".5e+3", "1__.2", "._",
	"2020-01-01", "2020-1-1", "2020-01-01T00:00:00Z", "2020-01-01 10:20:30.5 +01:00", "2020-01-01T00:00", "12:30:45", "1:2",
	"2020-01-01t1:02:03-5", "2020-01-01T1:02:03 Z", "2020-01-01T1:02:03+5:30", "0123", "089", "0.0.0", "1.2e", "e3", "+", "-e", "0x", "0b", "0o",
	":", "a:", ": a", "a: b", "a:b", "#", "a #b", "a#b", "# c", "?", "? a", "?a", "- a", "-a", "!", "!a", "&a", "*a", "%a", "@a", "`a",
	"'", "\"", "'a'", "it's", "{", "}", "[a]", "a, b", ",a", "|", ">", "=", "<<", "<", "=a", "\\", "/",
	" ", " a", "a ", "  ", "a  b", "\t", "a\tb", "\n", "a\nb", "\na", "a\n", "a\n\nb", "a \nb", "a\n b", "\r", "a\r\nb", "a\n\n", "\n\n",
	"é", "ß", "日本", "ｆｕｌｌ", "…", "“q”", "😀", "e\u0301", "\u0085", "\u2028", "a\u2028b", "\u2029x", "\ufeff", "a\ufeff", "\u00a0", "\u200b", "\u007f",
	"\u0000", "\u0001", "\u001b[0m", "\ud7ff", "\ue000", "\uffff", "\ufffd", "ａ", "±", "Ω", "─",
	"lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore",
	"a  b   c    d     e      f       g        h         i          j           k            l",
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345 x",
}

func randomString(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0, 1, 2:
		return words[r.IntN(len(words))]
	case 3:
		return words[r.IntN(len(words))] + words[r.IntN(len(words))]
	case 4: // about the width at which YAML folds lines
		var b strings.Builder
		for n := 60 + r.IntN(60); b.Len() < n; {
			b.WriteString(strings.Repeat("x", r.IntN(12)))
			b.WriteString([]string{" ", " ", " ", " ", "  ", "-", "é", "'", "\n", "日", ":", "\t", "😀 "}[r.IntN(min(13, 4+r.IntN(12)))])
		}
		return b.String()
	}
	var b strings.Builder
	for range 1 + r.IntN(20) {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteString([]string{" ", "", "  ", "\n"}[min(3, r.IntN(8)/2)])
	}
	return b.String()
}

func randomKey(r *rand.Rand) string {
	if r.IntN(12) == 0 {
		return randomString(r)
	}
	return []string{"Key", "Value", "Id", "Name", "Tags", "State", "Code", "Items", "a", "b", "é", "Groß"}[r.IntN(12)]
}

func randomScalar(r *rand.Rand) any {
	switch r.IntN(12) {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2:
		return r.Int64N(1000) - 500
	case 3:
		return json.RawMessage([]string{"0.5", "1e16", "1e-5", "-123456.789", "1e300", "1e22", "9999999999999998.0", "0.0001", "-0.0", "5e-324"}[r.IntN(10)])
	case 4:
		return r.Int64()
	}
	return randomString(r)
}

// randomValue returns a value for encoding/json. Most lists have elements of one kind, like the
// lists in replies of services.
func randomValue(r *rand.Rand, depth int) any {
	kind := r.IntN(8)
	switch {
	case depth == 0 || kind == 0:
		return randomScalar(r)
	case kind < 4:
		return randomObject(r, depth)
	}
	list := []any{}
	kind = r.IntN(8)
	for range r.IntN(5) {
		switch {
		case kind < 2:
			list = append(list, randomScalar(r))
		case kind < 6:
			list = append(list, randomObject(r, depth))
		default:
			list = append(list, randomValue(r, depth-1))
		}
	}
	return list
}

func randomObject(r *rand.Rand, depth int) map[string]any {
	o := map[string]any{}
	for range r.IntN(5) {
		o[randomKey(r)] = randomValue(r, depth-1)
	}
	return o
}

package cli

import (
	"strings"
	"unicode"

	"lanyard/internal/document"
)

// harmless is a result for a terminal, which must not act on what other people
// have put into names and tags: control characters and what turns the direction of
// writing are replaced. A file or a pipe gets every byte.
func harmless(v any) any {
	switch v := v.(type) {
	case string:
		return harmlessText(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = harmless(item)
		}
		return list
	case *document.Object:
		o := new(document.Object)
		for name, item := range v.All() {
			o.Set(harmlessText(name), harmless(item))
		}
		return o
	}
	return v
}

func harmlessText(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

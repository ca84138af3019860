// Control characters, on which a terminal would act.

package render

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A terminal acts on control characters, and other people can put them into the
// names and tags that a service returns. Text and tables show U+FFFD instead. JSON
// and YAML keep every value, because they escape such characters.

// harmless returns a copy of a value whose strings are all harmless.
func harmless(v any) any {
	switch v := v.(type) {
	case string:
		return terminal.Harmless(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = harmless(item)
		}
		return list
	case *document.Object:
		o := new(document.Object)
		for name, item := range v.All() {
			o.Set(terminal.Harmless(name), harmless(item))
		}
		return o
	}
	return v
}

// escapeActive escapes in a JSON document what JSON does not require to be
// escaped. The document stays equal, and no terminal acts on it.
func escapeActive(json string) string {
	var b strings.Builder
	start := 0
	for i, r := range json {
		if r >= 0x7F && terminal.Active(r) {
			b.WriteString(json[start:i])
			fmt.Fprintf(&b, `\u%04x`, r)
			start = i + len(string(r))
		}
	}
	b.WriteString(json[start:])
	return b.String()
}

// Functions that protect a terminal from control characters.

package render

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// The output of a service can contain control characters, for example in names and tags. Other
// users may have written these names, and a terminal would obey the characters. Text and tables
// print U+FFFD instead. JSON and YAML escape the characters, so that values do not change.

// harmless returns a copy of a value in which U+FFFD replaces control characters.
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

// escapeActive escapes the control characters that JSON allows without an escape. The value of
// the document stays the same.
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

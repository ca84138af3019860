package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

func FuzzPrint(f *testing.F) {
	for _, s := range []string{
		`{"a": "x", "b": [{"c": 1}, {"d": [1, [2]]}]}`, `[[1, 2], [3]]`, `[1, [], {}]`, `""`, `1e16`, `[{"a": 1}, [0], "x"]`,
		`{"k": ["\u0000\n\ud7ff 'é' \u2028", "a b\n", "- a", "2020-01-01", "0x1"]}`, `[[{"a": 1, "b": [2]}, {"a": {}}], "x"]`,
		`[[1], [{"a": 1, "b": 2}]]`, `{"": {"": []}}`, `"\t\"\\\/\b\f\r"`,
	} {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		doc, err := document.ParseJSON([]byte(strings.ToValidUTF8(s, "?")))
		if err != nil {
			t.Skip("not a document:", err)
		}
		for _, format := range render.Formats() {
			out, err := output(render.Options{Format: format, Title: "T", Width: width}, doc)
			if err == nil && out != "" && !strings.HasSuffix(out, "\n") {
				t.Errorf("%s does not end its last line: %q", format, out)
			}
			if format == "json" {
				checkJSON(t, doc, out)
			}
			if colored, _ := output(render.Options{Format: format, Title: "T", Width: width, Color: true}, doc); err == nil &&
				format == "table" && !strings.Contains(s, "\x1b") && !strings.Contains(s, `\u`) && plain(colored) != out {
				t.Errorf("colours change the table:\n%q\n%q", out, colored)
			}
		}
	})
}

func output(o render.Options, doc any) (string, error) {
	var b bytes.Buffer
	err := render.New(&b, o).Print(doc)
	return b.String(), err
}

func plain(s string) string {
	return strings.NewReplacer("\x1b[0m", "", "\x1b[1m\x1b[34m", "", "\x1b[2m\x1b[33m", "").Replace(s)
}

// checkJSON reads the output and compares it with the value. An object without members prints
// nothing.
func checkJSON(t *testing.T, doc any, out string) {
	t.Helper()
	if o, ok := doc.(*document.Object); ok && o.Len() == 0 {
		if out != "" {
			t.Errorf("an empty object printed %q", out)
		}
		return
	}
	back, err := document.ParseJSON([]byte(out))
	if err != nil {
		t.Fatalf("output %q is not JSON: %v", out, err)
	}
	if diff := cmp.Diff(members(doc), members(back)); diff != "" {
		t.Error(diff)
	}
}

// members converts objects to lists of names and values, which cmp can compare.
func members(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = members(e)
		}
		return list
	case *document.Object:
		list := []any{"members of an object"}
		for n, e := range v.All() {
			list = append(list, n, members(e))
		}
		return list
	}
	return v
}

package render_test

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

func TestTerminalOutput(t *testing.T) {
	doc, err := document.ParseJSON([]byte(`{"na\u001bme": ["a\u001b]0;owned\u0007b\u202ec", "line\nand\ttab\u009bÿ👩‍💻"]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		format         string
		pipe, terminal string
	}{
		{
			"json", "{\n    \"na\\u001bme\": [\n        \"a\\u001b]0;owned\\u0007b\u202ec\",\n        \"line\\nand\\ttab\u009bÿ👩‍💻\"\n    ]\n}\n",
			"{\n    \"na\\u001bme\": [\n        \"a\\u001b]0;owned\\u0007b\\u202ec\",\n        \"line\\nand\\ttab\\u009bÿ👩‍💻\"\n    ]\n}\n",
		},
		{
			"text", "NA\x1bME\ta\x1b]0;owned\ab\u202ec\nNA\x1bME\tline\nand\ttab\u009bÿ👩‍💻\n",
			"NA\ufffdME\ta\ufffd]0;owned\ufffdb\ufffdc\nNA\ufffdME\tline\nand\ttab\ufffdÿ👩‍💻\n",
		},
	} {
		for terminal, want := range map[bool]string{false: tt.pipe, true: tt.terminal} {
			var b strings.Builder
			if err := render.New(&b, render.Options{Format: tt.format, Terminal: terminal}).Print(doc); err != nil || b.String() != want {
				t.Errorf("%s, terminal %t: %q, want %q (%v)", tt.format, terminal, b.String(), want, err)
			}
		}
	}
	doc, err = document.ParseJSON([]byte(`{"na\u202eme": ["a\u001b]0;owned\u0007", "b\u009b", "plain\u202e", "next\u0085line", "- \u2067"]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"json", "yaml", "yaml-stream", "text", "table"} {
		var b strings.Builder
		if err := render.New(&b, render.Options{Format: format, Terminal: true}).Print(doc); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexAny(b.String(), "\x1b\a\u009b\u202e\u0085\u2067"); i >= 0 {
			t.Errorf("%s: the output has a control character at byte %d: %q", format, i, b.String())
		}
	}
}

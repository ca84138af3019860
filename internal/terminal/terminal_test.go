package terminal_test

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

func TestHarmless(t *testing.T) {
	for _, tt := range []struct{ text, harmless, printable string }{
		{"a\n\tb", "a\n\tb", "a\n\tb"},
		{"\x1b]0;title\a", "\ufffd]0;title\ufffd", "\ufffd]0;title\ufffd"},
		{"a\rb\u009b31m", "a\ufffdb\ufffd31m", "a\ufffdb\ufffd31m"},
		{"exe.\u202etxt", "exe.\ufffdtxt", "exe.\ufffdtxt"},
		{"a\u2028b", "a\ufffdb", "a\ufffdb"},
		{"\xff", "\ufffd", "\ufffd"},
		{"a\u00a0\u200db", "a\u00a0\u200db", "a\ufffd\ufffdb"}, // no terminal acts on U+00A0 and U+200D
		{"👩\u200d💻 \u200d", "👩\u200d💻 \u200d", "👩\u200d💻 \ufffd"},
	} {
		if got := terminal.Harmless(tt.text); got != tt.harmless {
			t.Errorf("Harmless(%q) = %q, want %q", tt.text, got, tt.harmless)
		}
		if got := terminal.Printable(tt.text); got != tt.printable {
			t.Errorf("Printable(%q) = %q, want %q", tt.text, got, tt.printable)
		}
		if got := terminal.OneLine(tt.text); strings.ContainsAny(got, "\n\t") || strings.ReplaceAll(got, "\ufffd", "") != strings.NewReplacer("\n", "", "\t", "", "\ufffd", "").Replace(tt.printable) {
			t.Errorf("OneLine(%q) = %q", tt.text, got)
		}
	}
}

package terminal_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

func TestCutMiddle(t *testing.T) {
	for _, tt := range []struct {
		text    string
		columns int
		want    string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "ab…ef"},
		{"abcdef", 4, "ab…f"},
		{"abcdef", 2, "a…"},
		{"abcdef", 1, "…"},
		{"abcdef", 0, ""},
		{"abcdef", -1, ""},
		{"世界世界", 8, "世界世界"},
		{"世界世界", 7, "世…界"},
		{"世界世界", 6, "世…界"},
		{"aaa世界世界", 7, "aaa…界"},
		{"e\u0301e\u0301e\u0301e\u0301", 3, "e\u0301…e\u0301"},
	} {
		got := terminal.CutMiddle(tt.text, tt.columns)
		if got != tt.want || terminal.Width(got) > max(tt.columns, 0) {
			t.Errorf("CutMiddle(%q, %d) = %q of %d columns, want %q", tt.text, tt.columns, got, terminal.Width(got), tt.want)
		}
	}
}

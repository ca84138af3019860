//go:build unix

package picker

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/style"
)

// The matches and the selected row are visible with and without colours.
func TestMenuHighlights(t *testing.T) {
	noVariables := func(string) (string, bool) { return "", false }
	tests := []struct {
		name     string
		style    style.Palette
		rows     []string
		noOthers bool
	}{
		{"with colours", style.New(true, noVariables, "on"), []string{
			"\x1b[1m> \x1b[m\x1b[1;32mprod\x1b[m\x1b[1m (111122223333)\x1b[m", "  payments-\x1b[1;32mprod\x1b[m (444455556666)",
		}, false},
		{"without colours", style.New(true, noVariables, "off"), []string{
			"> \x1b[4mprod\x1b[24m (111122223333)", "  payments-\x1b[4mprod\x1b[24m (444455556666)",
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			term := openTerminal(t, 80, 24)
			term.c.Style = tt.style
			got := term.choose(t.Context(), Menu{Title: "Pick an account:", Items: []Item{
				{Name: "payments-prod", ID: "444455556666"}, {Name: "sandbox", ID: "777788889999"}, {Name: "prod", ID: "111122223333"},
			}})
			term.sees("Pick an account:\n> payments-prod (444455556666)\n  sandbox (777788889999)\n  prod (111122223333)\n1/3   type to filter")
			term.typeIn("prod")
			term.sees("Pick an account:\n> prod (111122223333)\n  payments-prod (444455556666)\nfilter: prod   1 of 2 matches (3)")
			term.typeIn("\r")
			term.replies(got, reply{index: 2})
			term.untouched()
			term.mu.Lock()
			defer term.mu.Unlock()
			stream := term.stream.String()
			for _, row := range tt.rows {
				if !strings.Contains(stream, row) {
					t.Errorf("%q is not in %q", row, stream)
				}
			}
			if tt.noOthers && strings.Contains(strings.NewReplacer("\x1b[4m", "", "\x1b[24m", "").Replace(stream), "m\x1b") {
				t.Errorf("colours in %q, want none", stream)
			}
		})
	}
}

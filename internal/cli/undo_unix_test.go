//go:build unix

package cli_test

import (
	"os"
	"strings"
	"testing"
)

// Before the question, undo prints the first lines of a long difference. --dry-run prints all.
func TestUndoOfManyLines(t *testing.T) {
	tm := sit(t, terminalOptions{program: "sh"}, "-c",
		`for i in 1 2 3 4 5 6 7 8 9; do printf '[profile a%s]\nregion = us-east-1\noutput = json\n[profile b%s]\nregion = us-east-1\noutput = json\n' $i $i; done >"$HOME/in"; lanyard configure import --config "$HOME/in"`)
	tm.exits(0)
	tm.start(terminalOptions{}, "configure", "undo", "--dry-run")
	tm.exits(0)
	if text := tm.text(); !strings.Contains(text, "-[profile b9]") || strings.Contains(text, "more line") {
		t.Errorf("--dry-run prints:\n%s", text)
	}
	tm.start(terminalOptions{}, "configure", "undo")
	tm.expect("-[profile a1]")
	tm.expect("more lines; to see the whole difference, run: lanyard configure undo --dry-run")
	tm.answer("[Y/n]", "y\r")
	tm.exits(0)
	if text := tm.text(); strings.Contains(text, "[profile b9]") {
		t.Errorf("undo prints:\n%s", text)
	}
	if content, err := os.ReadFile(tm.path("config")); err == nil && len(content) > 0 {
		t.Errorf("after undo, the config contains:\n%s", content)
	}
}

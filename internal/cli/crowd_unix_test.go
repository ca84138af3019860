//go:build unix

package cli_test

import (
	"strings"
	"testing"
)

// If many processes change one file at the same time, the file has every change afterwards.
func TestFiftySetsAtOnce(t *testing.T) {
	tm := sit(t, terminalOptions{config: "# mine\n[default]\nregion = us-east-1\n"}, "version")
	tm.exits(0)
	g := &guideTest{terminal: tm}
	stdout, stderr, code := g.run(`for i in $(seq 50); do lanyard configure set key$i $i & pids="$pids $!"; done
for p in $pids; do wait $p || exit 1; done
for i in $(seq 50); do lanyard configure get key$i; done`)
	if want := strings.Fields(stdout); code != 0 || len(want) != 50 || want[49] != "50" {
		t.Errorf("exit code %d, want 0\n%s%s", code, stdout, stderr)
	}
}

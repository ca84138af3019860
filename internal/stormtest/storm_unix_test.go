//go:build unix

package stormtest_test

import (
	"strings"
	"testing"
)

// TestStorm plays the scenes, one after the other: each fills the machine.
func TestStorm(t *testing.T) {
	var rows []row
	var left []string
	for _, s := range scenes() {
		if !s.short && !full() {
			left = append(left, s.name)
			continue
		}
		n := 1
		if full() && s.chance() {
			n = rounds(t)
		}
		for _, seed := range seeds(t, n) {
			t.Run(s.name, func(t *testing.T) {
				if s.chance() {
					t.Logf("STORM_SEED=%d", seed)
				}
				rows = append(rows, s.play(t, seed))
			})
		}
	}
	printRows(t, rows)
	if len(left) > 0 {
		t.Logf("left to make storm: %d scenes: %s", len(left), strings.Join(left, "; "))
	}
}

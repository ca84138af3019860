package stormtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A row is how one storm went.
type row struct {
	scene               string
	seed                uint64
	n                   int
	well, ended, killed int // processes: what they came to; the rest failed
	refreshes, fetches  int // calls
	corrupt             int // files
	latency, took       time.Duration
}

// print shows the rows. Every line begins with "storm|", so that scripts find
// them in a log.
func printRows(t *testing.T, rows []row) {
	t.Helper()
	var b strings.Builder
	width := 0
	for _, r := range rows {
		width = max(width, len(r.scene))
	}
	line := func(cells ...any) {
		fmt.Fprintf(&b, "\nstorm| %-*v | %4v | %4v | %5v | %6v | %11v | %18v | %7v | %6v | %9v", append([]any{width}, cells...)...)
	}
	line("case", "proc", "well", "ended", "killed", "CreateToken", "GetRoleCredentials", "corrupt", "last", "x latency")
	for _, r := range rows {
		times := "-"
		if r.latency > 0 {
			times = fmt.Sprintf("%.1f", r.took.Seconds()/r.latency.Seconds())
		}
		line(r.scene, r.n, r.well, r.ended, r.killed, r.refreshes, r.fetches, r.corrupt, fmt.Sprintf("%.1fs", r.took.Seconds()), times)
	}
	t.Log(b.String())
}

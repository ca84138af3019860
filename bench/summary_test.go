package main

import (
	"strings"
	"testing"
	"time"
)

func TestSummary(t *testing.T) {
	took := func(name string, d time.Duration) *contestant {
		return &contestant{name: name, times: []time.Duration{d}, faults: []int64{1}}
	}
	var out strings.Builder
	r := &report{Writer: &out}
	err := table(r, []*contestant{
		took(empty, time.Millisecond), took(small, 4*time.Millisecond), took(released, 2*time.Millisecond),
		took("warm, 10000 profiles", 8*time.Millisecond), took(inPrompt, 7*time.Millisecond), took("--version", 5*time.Millisecond),
	})
	if err == nil {
		out.Reset()
		err = r.summary()
	}
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		"", "summary figure target",
		"empty Go program 1ms",
		"sso get-credentials, warm 4ms",
		"sso get-credentials, warm, without cgo 2.00 x empty <= 2.2 met",
		"warm, 10000 profiles 2.00 x warm <= 1.3 MISSED",
		"prompt, large config 6ms more than empty <= 5ms MISSED",
		"--version 5ms",
		"6 benchmarks: 1 of 3 targets met.",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPeers(t *testing.T) {
	var out strings.Builder
	r := &report{Writer: &out}
	err := printPeers(r, []peerResult{{Name: "lanyard", Median: 2 * time.Millisecond}, {Name: "slow", Median: 9 * time.Millisecond}, {Name: "missing", Note: "not on PATH"}})
	if err != nil || !strings.Contains(out.String(), "missing is left out: not on PATH\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if len(r.rows) != 1 || r.rows[0] != (summaryRow{"peer: slow", "4.5 x lanyard", "", false}) {
		t.Errorf("rows are %+v", r.rows)
	}
}

package main

import (
	"fmt"
	"io"
)

// A report prints the tables of the benchmarks, and collects the lines of the summary.
type report struct {
	io.Writer
	rows []summaryRow
}

// A summaryRow is a benchmark in the summary.
type summaryRow struct {
	name, figure string
	target       string // "" if the benchmark has no target
	met          bool
}

// add adds a benchmark with a target.
func (r *report) add(name, figure, target string, met bool) {
	r.rows = append(r.rows, summaryRow{name, figure, target, met})
}

// info adds a benchmark without a target.
func (r *report) info(name, figure string) { r.add(name, figure, "", false) }

// summary prints one table of all benchmarks.
func (r *report) summary() error {
	text := "\nsummary\tfigure\ttarget\t\n"
	met, missed := 0, 0
	for _, s := range r.rows {
		verdict := ""
		switch {
		case s.target == "":
		case s.met:
			verdict = "met"
			met++
		default:
			verdict = "MISSED"
			missed++
		}
		text += fmt.Sprintf("%s\t%s\t%s\t%s\n", s.name, s.figure, s.target, verdict)
	}
	if err := printTable(r, text); err != nil {
		return err
	}
	_, err := fmt.Fprintf(r, "%d benchmarks: %d of %d targets met.\n", len(r.rows), met, met+missed)
	return err
}

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// The targets of the project. The table prints these targets; no test checks them.
const (
	warmTarget       = 2.2 // for a warm answer of the released build, as a multiple of an empty program
	bigTarget        = 1.3 // for a large config, as a multiple of a small config
	agentTarget      = 2.0 // for an answer while an agent runs, as a multiple of an answer without an agent
	completionTarget = 2.0 // for a completion, as a multiple of a warm answer with the same config

	handOffTarget = 10 * time.Millisecond // the time that the hand-off adds to the AWS CLI
	promptTarget  = 5 * time.Millisecond  // the time that the prompt adds to an empty program

	execTarget = 2.0 // for the time that exec adds to its program, as a multiple of a warm answer
)

// A standing compares a contestant with the others.
type standing struct {
	figure string // "" if the time is the figure
	target string // "" if there is none
	met    bool
}

// judge compares a contestant with its target.
func judge(c *contestant, byName map[string]*contestant) standing {
	ratio := func(to string) float64 { return float64(median(c.times)) / float64(median(byName[to].times)) }
	times := func(value float64, of string, limit float64) standing {
		return standing{fmt.Sprintf("%.2f x %s", value, of), fmt.Sprintf("<= %.1f", limit), value <= limit}
	}
	more := func(limit time.Duration) standing {
		added := median(c.times) - median(byName[empty].times)
		return standing{fmt.Sprintf("%v more than empty", added.Round(10*time.Microsecond)), fmt.Sprintf("<= %v", limit), added <= limit}
	}
	switch {
	case c.name == released:
		return times(ratio(empty), "empty", warmTarget)
	case strings.HasPrefix(c.name, "warm, 10000"):
		return times(ratio(small), "warm", bigTarget)
	case strings.HasPrefix(c.name, "warm, "):
		return times(ratio(small), "warm", agentTarget)
	case strings.HasPrefix(c.name, completed):
		return times(ratio(c.versus), c.versus, completionTarget)
	case c.name == handOff:
		return more(handOffTarget)
	case c.name == inPrompt:
		return more(promptTarget)
	case c.name == inExec:
		added := median(c.times) - median(byName[child].times)
		s := times(float64(added)/float64(median(byName[small].times)), "warm", execTarget)
		s.figure = "adds " + s.figure
		return s
	case c.versus == caller && strings.HasPrefix(c.name, "ten: "):
		return times(ratio(c.versus), c.versus, tenTarget)
	case c.versus != "":
		return standing{figure: fmt.Sprintf("%.2f x %s", ratio(c.versus), c.versus)}
	}
	return standing{}
}

// table prints the medians, their ratios and the targets.
func table(r *report, all []*contestant) error {
	byName := map[string]*contestant{}
	for _, c := range all {
		byName[c.name] = c
	}
	ratio := func(c *contestant, to string) string {
		return fmt.Sprintf("%.2f", float64(median(c.times))/float64(median(byName[to].times)))
	}
	against := func(c *contestant) string {
		if c.name == empty || c.name == small {
			return ""
		}
		return ratio(c, small)
	}
	text := fmt.Sprintf("\nmedian of %d\ttime\tx empty\tx warm\tpage faults\ttarget\n", len(all[0].times))
	for _, c := range all {
		s := judge(c, byName)
		took := median(c.times).Round(10 * time.Microsecond).String()
		target := s.figure
		if s.target != "" {
			target += "; " + s.target
		}
		text += fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%s\n", c.name, took, ratio(c, empty), against(c), median(c.faults), target)
		if s.figure == "" {
			s.figure = took
		}
		r.add(c.name, s.figure, s.target, s.met)
	}
	return printTable(r, text+"\n")
}

// printTable prints lines whose cells are separated by tabs.
func printTable(w io.Writer, text string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	if _, err := io.WriteString(tw, text); err != nil {
		return err
	}
	return tw.Flush()
}

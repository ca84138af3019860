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

// table prints the medians, their ratios and the targets.
func table(w io.Writer, all []*contestant) error {
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
	moreThanEmpty := func(c *contestant, limit time.Duration) string {
		return fmt.Sprintf("%v more than empty; <= %v", (median(c.times) - median(byName[empty].times)).Round(10*time.Microsecond), limit)
	}
	target := func(c *contestant) string {
		switch {
		case c.name == released:
			return fmt.Sprintf("<= %.1f x empty", warmTarget)
		case strings.HasPrefix(c.name, "warm, 10000"):
			return fmt.Sprintf("<= %.1f x warm", bigTarget)
		case strings.HasPrefix(c.name, "warm, "):
			return fmt.Sprintf("<= %.1f x warm", agentTarget)
		case strings.HasPrefix(c.name, completed):
			return fmt.Sprintf("%s x %s; <= %.1f", ratio(c, c.versus), c.versus, completionTarget)
		case c.name == handOff:
			return moreThanEmpty(c, handOffTarget)
		case c.name == inPrompt:
			return moreThanEmpty(c, promptTarget)
		case c.name == inExec:
			added := median(c.times) - median(byName[child].times)
			return fmt.Sprintf("adds %.2f x warm; <= %.1f", float64(added)/float64(median(byName[small].times)), execTarget)
		case c.versus == caller && strings.HasPrefix(c.name, "ten: "):
			return fmt.Sprintf("%s x %s; <= %.1f", ratio(c, c.versus), c.versus, tenTarget)
		case c.versus != "":
			return ratio(c, c.versus) + " x " + c.versus
		}
		return ""
	}
	text := fmt.Sprintf("\nmedian of %d\ttime\tx empty\tx warm\tpage faults\ttarget\n", len(all[0].times))
	for _, c := range all {
		text += fmt.Sprintf("%s\t%v\t%s\t%s\t%d\t%s\n", c.name, median(c.times).Round(10*time.Microsecond),
			ratio(c, empty), against(c), median(c.faults), target(c))
	}
	return printTable(w, text+"\n")
}

// printTable prints lines whose cells are separated by tabs.
func printTable(w io.Writer, text string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	if _, err := io.WriteString(tw, text); err != nil {
		return err
	}
	return tw.Flush()
}

package fanout

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// String returns the target in one line: "payments-prod (111122223333) ReadOnlyAccess eu-west-1". It
// has no control characters.
func (t Target) String() string {
	var parts []string
	switch {
	case t.Profile != "" && t.Account == "":
		parts = append(parts, t.Profile)
	case t.Profile != "":
		parts = append(parts, t.Profile, "("+t.Account+")")
	case t.AccountName != "":
		parts = append(parts, t.AccountName, "("+t.Account+")")
	default:
		parts = append(parts, t.Account)
	}
	for _, p := range []string{t.Role, t.Region} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return terminal.OneLine(strings.Join(parts, " "))
}

// Brief returns why a result is no success, without its reason: "exit code 3", "refused".
func (r Result) Brief() string {
	if r.Status == Failed {
		return fmt.Sprintf("exit code %d", r.Code)
	}
	return string(r.Status)
}

// Why returns why a result is no success: "exit code 3", "refused: …".
func (r Result) Why() string {
	if r.Reason == "" {
		return r.Brief()
	}
	return r.Brief() + ": " + terminal.OneLine(r.Reason)
}

const maxLabel = 32 // columns of a label in a stream

// Labels returns a short name for each target, to begin the lines of its output. The names have the
// same width and are different: they have the role, the region or the id only if necessary.
func Labels(targets []Target) []string {
	labels := make([]string, len(targets))
	for i, t := range targets {
		labels[i] = terminal.OneLine(firstOf(t.Profile, t.AccountName, t.Account))
	}
	for _, more := range []func(Target) string{
		func(t Target) string { return t.Role },
		func(t Target) string { return t.Region },
		func(t Target) string { return t.Account },
		func(t Target) string { return t.Session },
	} {
		values := map[string]map[string]bool{} // of the field, by label
		for i, t := range targets {
			if values[labels[i]] == nil {
				values[labels[i]] = map[string]bool{}
			}
			values[labels[i]][more(t)] = true
		}
		for i, t := range targets {
			if text := more(t); len(values[labels[i]]) > 1 && text != "" {
				labels[i] += " " + terminal.OneLine(text)
			}
		}
	}
	width := 0
	for i := range labels {
		labels[i] = terminal.CutMiddle(labels[i], maxLabel)
		width = max(width, terminal.Width(labels[i]))
	}
	for i, l := range labels {
		labels[i] += strings.Repeat(" ", width-terminal.Width(l))
	}
	return labels
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// shown is how many targets of a reason the list of failures names.
const shown = 20

// Failures returns the lines about the runs that did not succeed. The first line counts them. Runs
// with the same reason are one group, and a large group names only its first targets.
func Failures(results []Result) (lines []string) {
	var order []string
	groups := map[string][]Result{}
	notRun, bad := 0, 0
	for _, r := range results {
		switch r.Status {
		case Succeeded:
			continue
		case NotRun:
			notRun++
			continue
		case Stopped, Failed, Refused, TimedOut:
		}
		bad++
		why := r.Why()
		if groups[why] == nil {
			order = append(order, why)
		}
		groups[why] = append(groups[why], r)
	}
	if bad+notRun == 0 {
		return nil
	}
	first := fmt.Sprintf("%d of %d %s did not succeed", bad, len(results), plural(len(results), "run"))
	if notRun > 0 {
		first += fmt.Sprintf(", and %d %s not started", notRun, map[bool]string{true: "was", false: "were"}[notRun == 1])
	}
	lines = append(lines, first)
	for _, why := range order {
		group := groups[why]
		if len(group) == 1 {
			lines = append(lines, "  "+group[0].String()+": "+why)
			continue
		}
		lines = append(lines, fmt.Sprintf("  %d runs: %s", len(group), why))
		for _, r := range group[:min(len(group), shown)] {
			lines = append(lines, "    "+r.String())
		}
		if len(group) > shown {
			lines = append(lines, fmt.Sprintf("    and %d more", len(group)-shown))
		}
	}
	return lines
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

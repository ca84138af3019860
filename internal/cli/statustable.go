package cli

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// cells are the fields of one session for people, named by statusHeads.
func cells(app *command.App, s sessionStatus) []string {
	name := s.StartURL
	if s.SSOSession != "" {
		name = s.SSOSession + " (" + s.StartURL + ")"
	}
	expires, registration, refresh, state := "-", "-", "no", s.State
	if s.ExpiresAt != "" {
		expires = until(s.expires, app.Now())
	}
	if len(s.RegistrationExpiresAt) > len("2006-01-02") {
		registration = "until " + s.RegistrationExpiresAt[:len("2006-01-02")]
	}
	if s.Refreshable {
		refresh = "yes"
	}
	if state == "none" {
		state = "signed out"
	}
	return []string{terminal.Printable(name), terminal.Printable(s.Region), state, expires, refresh, horizon(s.horizon, app.Now()), registration, terminal.Printable(summary(s.Profiles))}
}

var statusHeads = [...]string{"SESSION", "REGION", "STATE", "EXPIRES", "REFRESH", "HORIZON", "REGISTRATION", "PROFILES"}

// printStatus prints the sessions.
func printStatus(app *command.App, list []sessionStatus) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(app.Out, "No SSO session is configured, and none is signed in.")
		app.TellSetUp()
		return err
	}
	rows := [][]string{statusHeads[:]}
	for _, s := range list {
		rows = append(rows, cells(app, s))
	}
	return printTable(app, rows)
}

// printTable prints a table whose first row is its heads, or, where the terminal is
// too narrow for it, a block for each row.
func printTable(app *command.App, rows [][]string) error {
	var table, blocks bytes.Buffer
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for i, cells := range rows {
		fmt.Fprintln(t, strings.Join(cells, "\t"))
		if i == 0 {
			continue
		}
		if i > 1 {
			fmt.Fprintln(&blocks)
		}
		fmt.Fprintln(&blocks, cells[0])
		for k, cell := range cells[1:] {
			fmt.Fprintf(&blocks, "  %-13s %s\n", strings.ToLower(rows[0][k+1]), cell)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if app.IO.Width > 0 && widest(table.String()) > app.IO.Width {
		table = blocks
	}
	_, err := app.Out.Write(table.Bytes())
	return err
}

// widest is the length of the longest line.
func widest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, len([]rune(strings.TrimSuffix(line, "\n"))))
	}
	return n
}

// horizon says when the portal's session ends, as far as that is known.
func horizon(h broker.Horizon, now time.Time) string {
	const near = 20 * time.Minute // between the two ends of what is known
	switch {
	case h.At.IsZero(), !h.Configured && !h.Latest.After(now): // older than any before: nothing is known
		return "-"
	case h.Configured && !h.At.After(now):
		return "passed"
	case h.Configured:
		return until(h.At, now)
	case !h.At.After(now):
		return "within " + until(h.Latest, now)
	case h.Latest.Sub(h.At) <= near:
		return "about " + until(h.At.Add(h.Latest.Sub(h.At)/2), now)
	}
	return until(h.At, now) + " to " + until(h.Latest, now)
}

// until says when something ends, for people.
func until(t, now time.Time) string {
	left := t.Sub(now).Round(time.Second)
	if left <= 0 {
		return "expired"
	}
	switch {
	case left >= time.Hour:
		left = left.Round(time.Minute)
		return fmt.Sprintf("%dh%02dm", int(left.Hours()), int(left.Minutes())%60)
	case left >= time.Minute:
		return fmt.Sprintf("%dm", int(left.Minutes()))
	}
	return fmt.Sprintf("%ds", int(left.Seconds()))
}

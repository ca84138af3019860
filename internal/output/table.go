package output

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// Table prints a table. The first row has the headings. If the terminal is too narrow, it
// prints a block for each row instead.
func Table(app *command.App, rows [][]string) error {
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
	if app.IO.Width > 0 && Widest(table.String()) > app.IO.Width {
		table = blocks
	}
	_, err := app.Out.Write(table.Bytes())
	return err
}

// Widest returns the length of the longest line, in characters.
func Widest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, len([]rune(strings.TrimSuffix(line, "\n"))))
	}
	return n
}

// Until formats the time from now until t: "4h05m", "42m", "30s". It returns "expired" if t
// has passed.
func Until(t, now time.Time) string {
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

// Summary returns the first three names and the number of the other names. It returns "-" for
// an empty list.
func Summary(names []string) string {
	const shown = 3
	if len(names) == 0 {
		return "-"
	}
	if len(names) > shown {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// Plural returns the noun in the form for n.
func Plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

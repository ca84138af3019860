package output

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Table prints a table. The first row has the headings. If the terminal is too narrow, it
// prints a block for each row instead.
func Table(app *command.App, rows [][]string) error {
	var table, blocks bytes.Buffer
	widths := columnWidths(rows)
	for i, cells := range rows {
		for k, cell := range cells {
			table.WriteString(cell)
			if k < len(cells)-1 {
				table.WriteString(strings.Repeat(" ", widths[k]-terminal.Width(cell)+2))
			}
		}
		table.WriteByte('\n')
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
	if app.IO.Width > 0 && Widest(table.String()) > app.IO.Width {
		table = blocks
	}
	_, err := app.Out.Write(table.Bytes())
	return err
}

// columnWidths returns the width of each column on a terminal.
func columnWidths(rows [][]string) (widths []int) {
	for _, cells := range rows {
		for k, cell := range cells {
			if k == len(widths) {
				widths = append(widths, 0)
			}
			widths[k] = max(widths[k], terminal.Width(cell))
		}
	}
	return widths
}

// Widest returns the width of the widest line on a terminal.
func Widest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, terminal.Width(strings.TrimSuffix(line, "\n")))
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

package output

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Table prints a table. The first row has the headings. If the terminal is too narrow, it
// prints a block for each row instead.
func Table(app *command.App, rows [][]string) error {
	return write(app, rows, app.Out, func(_, _ int, cell string) string { return cell })
}

// PaintedTable prints a table as [Table] does, with colours. paint returns a cell with its colours.
// It gets the cell as the terminal will show it, after [terminal.Printable].
func PaintedTable(app *command.App, rows [][]string, paint func(row, column int, cell string) string) error {
	return write(app, rows, app.Out.Raw(), func(row, column int, cell string) string {
		return paint(row, column, terminal.Printable(cell))
	})
}

func write(app *command.App, rows [][]string, out io.Writer, paint func(row, column int, cell string) string) error {
	var table, blocks bytes.Buffer
	widths := columnWidths(rows)
	for i, cells := range rows {
		for k, cell := range cells {
			table.WriteString(paint(i, k, cell))
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
		fmt.Fprintln(&blocks, paint(i, 0, cells[0]))
		for k, cell := range cells[1:] {
			fmt.Fprintf(&blocks, "  %-13s %s\n", strings.ToLower(rows[0][k+1]), paint(i, k+1, cell))
		}
	}
	if app.IO.Width > 0 && !fits(widths, app.IO.Width) {
		table = blocks
	}
	_, err := out.Write(table.Bytes())
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

// Fits reports whether a table fits into a number of columns of a terminal.
func Fits(rows [][]string, columns int) bool { return fits(columnWidths(rows), columns) }

func fits(widths []int, columns int) bool {
	const gap = 2
	for _, w := range widths {
		columns -= w + gap
	}
	return columns >= -gap
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

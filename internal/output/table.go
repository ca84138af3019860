package output

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// Table prints a table whose first row is its heads, or, where the terminal is
// too narrow for it, a block for each row.
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

// Widest is the length of the longest line.
func Widest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, len([]rune(strings.TrimSuffix(line, "\n"))))
	}
	return n
}

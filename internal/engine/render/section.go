// The sections of a table: rows and widths of columns.

package render

import (
	"math"

	"golang.org/x/text/width"
)

// padding is the number of columns that a cell has in addition to its text.
const padding = 4

// A section is a part of a table with a title, rows and optional headers.
type section struct {
	title      string
	titleWidth int
	indent     int // the number of bars on each side, one for each level of nesting
	headers    []cell
	rows       [][]cell
	widths     []int // the width of the widest text in each column
	columns    int   // the number of columns, if fixed
	fixed      bool
}

// A cell is a text and its width in columns.
type cell struct {
	text  string
	width int
}

func newCell(s string) cell { return cell{s, textWidth(s)} }

// setHeaders sets the names of the columns. A later call replaces the names.
func (s *section) setHeaders(names []string) error {
	headers := make([]cell, len(names))
	for i, n := range names {
		headers[i] = newCell(n)
	}
	if !s.fixed {
		s.columns, s.fixed = len(headers), true
	}
	s.headers = headers
	return s.widen(headers)
}

func (s *section) addRow(row []cell) error {
	if !s.fixed {
		s.columns, s.fixed = len(row), true
	}
	if len(row) != s.columns {
		return shapeErrorf("Row should have %d elements, instead it has %d", s.columns, len(row))
	}
	s.rows = append(s.rows, row)
	return s.widen(row)
}

func (s *section) widen(row []cell) error {
	if len(s.widths) == 0 {
		s.widths = make([]int, len(row))
	}
	if len(row) > len(s.widths) {
		return shapeErrorf("list index out of range")
	}
	for i, c := range row {
		s.widths[i] = max(s.widths[i], c.width)
	}
	return nil
}

// width returns the least width of the section, with its bars.
func (s *section) width() int {
	sum := 0
	for _, w := range s.widths {
		sum += w + padding
	}
	return max(s.titleWidth, sum) + 2 + 2*s.indent
}

// turned returns a section with a row for each header. It does so only for a section with headers
// and one row, and returns other sections unchanged.
func (s *section) turned() *section {
	if len(s.headers) == 0 || len(s.rows) != 1 {
		return s
	}
	t := &section{title: s.title, titleWidth: s.titleWidth, indent: s.indent, columns: 2, fixed: true}
	t.widths = make([]int, t.columns)
	t.rows = make([][]cell, len(s.rows[0]))
	cells := make([]cell, 0, 2*len(t.rows))
	for i, c := range s.rows[0] {
		cells = append(cells, s.headers[i], c)
		t.rows[i] = cells[2*i : 2*i+2]
		t.widths[0] = max(t.widths[0], s.headers[i].width)
		t.widths[1] = max(t.widths[1], c.width)
	}
	return t
}

// fit returns the widths of the columns, scaled to a sum of total. If rounding makes the sum too
// large, the first columns become narrower. If rounding makes the sum too small, the last columns
// become wider.
func (s *section) fit(total int) []int {
	sum := 0
	for _, w := range s.widths {
		sum += w + padding
	}
	if sum == 0 {
		return nil
	}
	scale := float64(total) / float64(sum)
	out := make([]int, len(s.widths))
	rest := total
	for i, w := range s.widths {
		out[i] = int(math.RoundToEven(scale * float64(w+padding)))
		rest -= out[i]
	}
	for i := 0; rest < 0; i = (i + 1) % len(out) {
		out[i]--
		rest++
	}
	for i := len(out) - 1; rest > 0; i = (i + len(out) - 1) % len(out) {
		out[i]++
		rest--
	}
	return out
}

// textWidth returns how many columns the AWS CLI reserves for a text. The AWS CLI reserves two
// columns for a wide, a fullwidth or an ambiguous character. An example is é, although most
// terminals show é in one column. For all other characters, even combining characters, the AWS CLI
// reserves one column.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r < 0x80 {
			continue
		}
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
			n++
		}
	}
	return n
}

// A section of a table: its rows and the widths of its columns.

package render

import (
	"math"

	"golang.org/x/text/width"
)

// padding is how many columns a cell is wider than its text.
const padding = 4

// A section of a table has a title, perhaps headers, and rows.
type section struct {
	title      string
	titleWidth int
	indent     int // bars before and after it, one for each level of nesting
	headers    []cell
	rows       [][]cell
	widths     []int // of the widest text of each column
	columns    int   // set once fixed
	fixed      bool
}

// A cell is a text and the number of columns that it takes.
type cell struct {
	text  string
	width int
}

func newCell(s string) cell { return cell{s, textWidth(s)} }

// setHeaders names the columns. A section may get new ones later; the last
// headers head all rows.
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

// width is what the section takes at least, with its bars.
func (s *section) width() int {
	sum := 0
	for _, w := range s.widths {
		sum += w + padding
	}
	return max(s.titleWidth, sum) + 2 + 2*s.indent
}

// turned returns a section that has one row under headers as one with a row for
// each header; others as they are.
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

// fit returns the widths of the columns scaled so that they make up total. What
// rounding adds is taken from the first columns, what it takes goes to the last.
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

// textWidth returns how many columns the AWS CLI reserves for a text: two for
// each wide or fullwidth character, and also for each ambiguous one, such as é,
// which most terminals show in one; one for any other, combining ones included.
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

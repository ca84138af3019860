// Drawing of the lines of a table.

package render

import (
	"bufio"
	"strings"
)

const (
	reset     = "\x1b[0m"
	cellColor = "\x1b[1m\x1b[34m" // bright blue
	barColor  = "\x1b[2m\x1b[33m" // dim yellow
)

// draw writes the sections below each other. All sections have the width of the widest
// section. If this width is larger than the terminal's, draw first turns sections with one
// row.
func (t *table) draw(w *bufio.Writer, o Options) {
	if len(t.sections) == 0 {
		return
	}
	total := t.width()
	if total > o.Width {
		for i, s := range t.sections {
			t.sections[i] = s.turned()
		}
		total = t.width()
	}
	d := drawing{w: w, color: o.Color}
	d.write(strings.Repeat("-", total) + "\n")
	for _, s := range t.sections {
		d.section(s, total-2*s.indent)
	}
}

func (t *table) width() int {
	widest := 0
	for _, s := range t.sections {
		widest = max(widest, s.width())
	}
	return widest
}

// A drawing writes the lines of a table. With colours, it writes a reset after every text, even
// after an empty text, as the AWS CLI does.
type drawing struct {
	w     *bufio.Writer
	color bool
	buf   []byte // the current line
}

func (d *drawing) write(s string) {
	_, _ = d.w.WriteString(s)
	if d.color {
		_, _ = d.w.WriteString(reset)
	}
}

// line writes the current line between the bars of its indentation.
func (d *drawing) line(indent int) {
	d.bars(indent)
	_, _ = d.w.Write(d.buf)
	d.write("")
	d.bars(indent)
	d.write("\n")
	d.buf = d.buf[:0]
}

func (d *drawing) bars(n int) {
	bar := "|"
	if d.color {
		bar = barColor + "|" + reset
	}
	for range n {
		_, _ = d.w.WriteString(bar)
	}
	d.write("")
}

func (d *drawing) section(s *section, width int) {
	if s.title != "" {
		d.center(cell{s.title, s.titleWidth}, width, "|")
		d.line(s.indent)
		if len(s.headers) == 0 && len(s.rows) == 0 {
			d.rule([]int{width}, s.indent)
		}
	}
	widths := s.fit(width)
	if len(widths) == 0 {
		return
	}
	if len(s.headers) > 0 {
		d.rule(widths, s.indent)
		d.headers(s, widths)
	}
	d.rule(widths, s.indent)
	for _, row := range s.rows {
		d.row(row, widths, s.indent)
	}
	if len(s.rows) > 0 {
		d.rule(widths, s.indent)
	}
}

// rule draws a line between rows. The first width includes the left edge. Every width includes an
// edge on the right.
func (d *drawing) rule(widths []int, indent int) {
	edge := "+"
	for _, w := range widths {
		d.buf = append(d.buf, edge...)
		d.fill('-', w-len(edge)-1)
		d.buf = append(d.buf, '+')
		edge = ""
	}
	d.line(indent)
}

func (d *drawing) headers(s *section, widths []int) {
	edge := "|"
	for i, h := range s.headers {
		if i == len(widths) {
			break
		}
		d.center(h, widths[i], edge)
		edge = ""
	}
	d.line(s.indent)
}

func (d *drawing) row(row []cell, widths []int, indent int) {
	edge := "|"
	for i, c := range row {
		space, pad := widths[i]-len(edge)-c.width-1, 2
		if space < pad {
			pad = 0 // because of rounding, the column is too narrow
		}
		d.buf = append(d.buf, edge...)
		d.fill(' ', pad)
		if d.color {
			d.buf = append(d.buf, cellColor...)
		}
		d.buf = append(d.buf, c.text...)
		if d.color {
			d.buf = append(d.buf, reset...)
		}
		d.fill(' ', space-pad)
		d.buf = append(d.buf, '|')
		edge = ""
	}
	d.line(indent)
}

// center appends the text of a cell in the middle of width columns. The width includes a left
// edge, although only the first cell has a left edge.
func (d *drawing) center(c cell, width int, edge string) {
	left := width/2 - c.width/2 - 1
	d.buf = append(d.buf, edge...)
	d.fill(' ', left)
	d.buf = append(d.buf, c.text...)
	d.fill(' ', width-1-len(edge)-left-c.width)
	d.buf = append(d.buf, '|')
}

// fill appends c n times. It appends nothing if n is negative.
func (d *drawing) fill(c byte, n int) {
	for range n {
		d.buf = append(d.buf, c)
	}
}

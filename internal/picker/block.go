// How rows are drawn on the terminal, and with which escape sequences.

package picker

import (
	"strconv"
	"strings"
)

// A block is some rows of the terminal that are drawn again and again in place. The
// terminal is not asked where they are: between drawings the cursor stands in
// their first row, so that after a change of the terminal's width, which may break
// long rows anew, all that is below the cursor is ours.
type block struct {
	rows []string // as they are on the screen; at least one
	off  int      // the first row begins in this column; before it is a prompt
	col  int      // the cursor's column
}

// newBlock returns the block that begins where the cursor is.
func newBlock(off int) *block { return &block{rows: []string{""}, off: off, col: off} }

// draw returns the text that makes the terminal show the rows in the place of those
// before, and the cursor in this column of the first one.
func (b *block) draw(rows []string, col int) string {
	var s strings.Builder
	at := 0
	for i, row := range rows {
		if i < len(b.rows) && row == b.rows[i] {
			continue
		}
		b.down(&s, at, i)
		at = i
		s.WriteString("\r" + b.indent(i) + wrapOff + row + wrapOn + eraseRow)
	}
	if len(rows) < len(b.rows) {
		b.down(&s, at, len(rows))
		at = len(rows)
		s.WriteString("\r" + eraseBelow)
	}
	b.rows = rows
	if s.Len() == 0 && col == b.col {
		return ""
	}
	b.col = col
	return s.String() + move(at, 'A') + "\r" + move(col, 'C')
}

// down goes from a row to one below it, and adds rows to the terminal for it if need be.
func (b *block) down(s *strings.Builder, from, to int) {
	there := min(to, max(len(b.rows)-1, from))
	s.WriteString(move(there-from, 'B'))
	for ; there < to; there++ {
		s.WriteString("\r\n")
	}
}

func (b *block) indent(row int) string {
	if row > 0 {
		return ""
	}
	return move(b.off, 'C')
}

// move moves the cursor by n: A is up, B down, C right.
func move(n int, to byte) string {
	if n <= 0 {
		return ""
	}
	return "\x1b[" + strconv.Itoa(n) + string(to)
}

const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	plain = ""
)

// paint gives text a colour, if there are colours.
func (c *Console) paint(style, text string) string {
	if !c.Color || style == plain {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

const (
	pasteOn    = "\x1b[?2004h" // pasted text comes between marks
	pasteOff   = "\x1b[?2004l"
	cursorOff  = "\x1b[?25l"
	cursorOn   = "\x1b[?25h"
	wrapOff    = "\x1b[?7l" // rows that are too wide are cut at the edge
	wrapOn     = "\x1b[?7h"
	eraseRow   = "\x1b[K"
	eraseBelow = "\x1b[J"
	clearAll   = "\x1b[H\x1b[2J"
)

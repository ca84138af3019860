package main

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A style is the look of a cell. A colour is one of a terminal's 16 colours plus 1. 0 means the
// default colour.
type style struct {
	color                  int
	bold, faint, underline bool
}

// A cell is a character on the screen. The zero cell is empty.
type cell struct {
	char rune
	style
}

// A screen interprets the output of a program as a terminal does. It knows the control sequences
// that lanyard prints. It has as many rows as it needs.
type screen struct {
	columns  int
	rows     [][]cell
	row, col int
	now      style
}

func newScreen(columns int) *screen { return &screen{columns: columns} }

// Write interprets p. p must not end within a control sequence or a character.
func (s *screen) Write(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if p[i] == 0x1b {
			i += s.escape(p[i:])
			continue
		}
		r, size := utf8.DecodeRune(p[i:])
		i += size
		switch {
		case r == '\n':
			s.row++
		case r == '\r':
			s.col = 0
		case r == '\b':
			s.col = max(0, s.col-1)
		case r >= ' ':
			s.put(r)
		}
	}
	return len(p), nil
}

// put writes a character. It starts a new line at the right edge.
func (s *screen) put(r rune) {
	if s.col == s.columns {
		s.row, s.col = s.row+1, 0
	}
	s.line()[s.col] = cell{r, s.now}
	s.col++
}

// line returns the row of the cursor.
func (s *screen) line() []cell {
	for len(s.rows) <= s.row {
		s.rows = append(s.rows, make([]cell, s.columns))
	}
	return s.rows[s.row]
}

// escape interprets the control sequence at the start of p and returns its length.
func (s *screen) escape(p []byte) int {
	if len(p) < 2 || p[1] != '[' {
		return min(2, len(p)) // a sequence of two characters
	}
	end := 2
	for end < len(p) && (p[end] < '@' || p[end] > '~') {
		end++
	}
	if end == len(p) {
		return end
	}
	var args []int
	for text := range strings.SplitSeq(string(p[2:end]), ";") {
		n, _ := strconv.Atoi(text)
		args = append(args, n)
	}
	switch n := max(1, args[0]); p[end] {
	case 'm':
		s.now = s.now.with(args)
	case 'A':
		s.row = max(0, s.row-n)
	case 'B':
		s.row += n
	case 'C':
		s.col = min(s.columns-1, s.col+n)
	case 'D':
		s.col = max(0, s.col-n)
	case 'G':
		s.col = min(s.columns-1, n-1)
	case 'K':
		from, to := min(s.col, s.columns), s.columns
		switch args[0] {
		case 1:
			from, to = 0, min(s.col+1, s.columns)
		case 2:
			from = 0
		}
		clear(s.line()[from:to])
	case 'J':
		clear(s.line()[min(s.col, s.columns):])
		s.rows = s.rows[:s.row+1]
	}
	return end + 1
}

// with returns the style after it applies attributes (SGR) to t.
func (t style) with(args []int) style {
	for _, n := range args {
		switch {
		case n == 0:
			t = style{}
		case n == 1:
			t.bold = true
		case n == 2:
			t.faint = true
		case n == 4:
			t.underline = true
		case n == 22:
			t.bold, t.faint = false, false
		case n == 24:
			t.underline = false
		case n >= 30 && n <= 37:
			t.color = n - 30 + 1
		case n == 39:
			t.color = 0
		case n >= 90 && n <= 97:
			t.color = n - 90 + 8 + 1
		}
	}
	return t
}

// text returns the text on the screen. It removes the blanks at the end of each line and at the
// end of the text.
func (s *screen) text() string {
	var b strings.Builder
	for _, row := range s.rows {
		var line strings.Builder
		for _, c := range row {
			if c.char == 0 {
				c.char = ' '
			}
			line.WriteRune(c.char)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

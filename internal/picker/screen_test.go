package picker

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// A screen holds the text on the terminal. It interprets the escape sequences that this
// package writes, and records all other sequences.
type screen struct {
	cols, rows int
	cells      [][]string // "" is blank; "\x00" is the right half of a wide character
	x, y       int
	wrapNext   bool // the last column is written, and the next character goes to a new row
	noWrap     bool
	hidden     bool // the cursor
	paste      bool // the marks around pasted text are on
	apart      bool // this terminal shows the parts of a joined emoji separately
	scrolled   []string
	unknown    []string
	rest       []byte
}

func newScreen(cols, rows int) *screen {
	s := &screen{}
	s.resize(cols, rows)
	return s
}

// resize changes the size. Like some terminals, it does not wrap long lines again.
func (s *screen) resize(cols, rows int) {
	old := s.cells
	if s.y >= rows {
		old = old[s.y-rows+1:]
		s.y = rows - 1
	}
	s.cols, s.rows, s.cells, s.wrapNext = cols, rows, nil, false
	for y := range rows {
		s.cells = append(s.cells, make([]string, cols))
		if y < len(old) {
			copy(s.cells[y], old[y])
		}
	}
	s.x = min(s.x, cols-1)
}

func (s *screen) Write(b []byte) (int, error) {
	s.rest = append(s.rest, b...)
	for len(s.rest) > 0 {
		n := s.step(s.rest)
		if n == 0 {
			break
		}
		s.rest = s.rest[n:]
	}
	return len(b), nil
}

func (s *screen) step(b []byte) int {
	switch b[0] {
	case '\r':
		s.x, s.wrapNext = 0, false
		return 1
	case '\b':
		s.x, s.wrapNext = max(s.x-1, 0), false
		return 1
	case '\n':
		s.wrapNext = false
		s.feed()
		return 1
	case esc:
		return s.sequence(b)
	}
	if b[0] < 0x20 || b[0] == 0x7f {
		s.unknown = append(s.unknown, fmt.Sprintf("%q", b[0]))
		return 1
	}
	if !utf8.FullRune(b) {
		return 0
	}
	r, n := utf8.DecodeRune(b)
	s.put(string(r))
	return n
}

func (s *screen) feed() {
	if s.y++; s.y == s.rows {
		s.y--
		s.scrolled = append(s.scrolled, rowText(s.cells[0]))
		s.cells = append(s.cells[1:], make([]string, s.cols))
	}
}

func (s *screen) put(r string) {
	if x := s.columnBefore(); x >= 0 && !s.apart && uniseg.GraphemeClusterCount(s.cells[s.y][x]+r) == 1 {
		s.join(x, r)
		return
	}
	w := uniseg.StringWidth(r)
	if w == 0 {
		return
	}
	if s.wrapNext || s.x+w > s.cols {
		if s.noWrap {
			s.x = s.cols - w
		} else {
			s.x = 0
			s.feed()
		}
		s.wrapNext = false
	}
	s.cells[s.y][s.x] = r
	s.advance(w)
}

// columnBefore returns the column of the character before the cursor, or -1.
func (s *screen) columnBefore() int {
	x := s.x - 1
	if s.wrapNext {
		x = s.x
	}
	if x > 0 && s.cells[s.y][x] == "\x00" {
		x--
	}
	if x < 0 || s.cells[s.y][x] == "" {
		return -1
	}
	return x
}

func (s *screen) join(x int, r string) {
	was := uniseg.StringWidth(s.cells[s.y][x])
	s.cells[s.y][x] += r
	if now := uniseg.StringWidth(s.cells[s.y][x]); now > was && x+now <= s.cols {
		s.x = x
		s.advance(now)
	}
}

func (s *screen) advance(w int) {
	if w == 2 {
		s.cells[s.y][s.x+1] = "\x00"
	}
	if s.x += w; s.x >= s.cols {
		s.x, s.wrapNext = s.cols-1, true
	}
}

func (s *screen) sequence(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	if b[1] != '[' {
		s.unknown = append(s.unknown, fmt.Sprintf("%q", b[:2]))
		return 2
	}
	i := 2
	for i < len(b) && 0x20 <= b[i] && b[i] < 0x40 {
		i++
	}
	if i == len(b) {
		return 0
	}
	s.control(string(b[2:i]), b[i])
	return i + 1
}

func (s *screen) control(param string, final byte) {
	n, err := strconv.Atoi(param)
	if err != nil {
		n = 1
	}
	if final != 'm' {
		s.wrapNext = false
	}
	switch {
	case final == 'm':
	case final == 'A':
		s.y = max(s.y-n, 0)
	case final == 'B':
		s.y = min(s.y+n, s.rows-1)
	case final == 'C':
		s.x = min(s.x+n, s.cols-1)
	case final == 'H' && param == "":
		s.x, s.y = 0, 0
	case final == 'K' && param == "":
		clear(s.cells[s.y][s.x:])
	case final == 'J' && param == "":
		clear(s.cells[s.y][s.x:])
		for _, row := range s.cells[s.y+1:] {
			clear(row)
		}
	case final == 'J' && param == "2":
		for _, row := range s.cells {
			clear(row)
		}
	case param == "?25":
		s.hidden = final == 'l'
	case param == "?7":
		s.noWrap = final == 'l'
	case param == "?2004":
		s.paste = final == 'h'
	default:
		s.unknown = append(s.unknown, "CSI "+param+string(final))
	}
}

func rowText(row []string) string {
	var b strings.Builder
	for _, c := range row {
		switch c {
		case "":
			b.WriteByte(' ')
		case "\x00":
		default:
			b.WriteString(c)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// picture returns the text on the screen, without blank rows at its end.
func (s *screen) picture() string {
	var rows []string
	for _, row := range s.cells {
		rows = append(rows, rowText(row))
	}
	return strings.TrimRight(strings.Join(rows, "\n"), "\n")
}

// all returns the rows that have scrolled away, and the picture.
func (s *screen) all() string {
	return strings.Join(append(append([]string(nil), s.scrolled...), s.picture()), "\n")
}

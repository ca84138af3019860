// Package picker is a program's conversation with a person on a terminal: lines
// to be typed and menus to pick from.
//
// It sends no queries to the terminal: over a slow line their answers would come
// late and look like typed text. What the person types ahead of a question is
// kept for the question it belongs to. Between calls nothing reads the terminal
// and it is in the state it was found in, so that others may use it.
package picker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

var (
	// ErrCancelled means that the user does not want to go on: Esc, Ctrl-C, or
	// Ctrl-D on an empty line.
	ErrCancelled = errors.New("cancelled")

	// ErrGone means that no more answers can come: the terminal hung up, or the input
	// ended.
	ErrGone = errors.New("the terminal is gone")
)

// A Console is a conversation with a person. Its calls must not overlap. Every
// call can return, besides its own errors, [ErrCancelled], [ErrGone], and the
// cause of the context's end.
//
// If In is not a terminal, or Out is a file that is not one, the conversation is
// as in a dumb terminal: plain lines, so that a script can hold it.
type Console struct {
	In    *os.File  // the terminal that is read
	Out   io.Writer // the terminal that is written to
	Dumb  bool      // no escape sequence may be written: TERM is "dumb" or not set
	Style style.Palette

	ahead   []byte // read, but not used yet: for the next call
	pasting bool   // ahead goes on with a paste that has begun
	pasted  []byte // the beginning of that paste

	escWait time.Duration // how long an Esc waits for the rest of a sequence; 0 means defaultEscWait
}

// plain reports whether the conversation is held in plain lines.
func (c *Console) plain() bool {
	_, isFile := c.Out.(*os.File)
	return c.Dumb || !terminal.Is(c.In) || isFile && !terminal.Is(c.Out)
}

// size is the size of the terminal, or what terminals have when it is not known.
func (c *Console) size() (cols, rows int) {
	cols, rows = 80, 24
	file := c.In
	if out, ok := c.Out.(*os.File); ok {
		file = out // on Windows only the output knows
	}
	if w, h, err := term.GetSize(int(file.Fd())); err == nil && w > 0 && h > 0 {
		cols, rows = w, h
	}
	return cols, rows
}

// enter makes the terminal deliver keys. The caller defers leave, which gives it
// back as it was.
func (c *Console) enter() (leave func(), err error) {
	in := int(c.In.Fd())
	before, err := term.MakeRaw(in)
	if err != nil {
		return nil, gone(err)
	}
	plainOutput := prepareOutput(c.Out)
	return func() {
		_ = c.write(cursorOn + pasteOff)
		plainOutput()
		_ = term.Restore(in, before)
	}, nil
}

// write writes to the terminal.
func (c *Console) write(s string) error {
	if _, err := io.WriteString(c.Out, s); err != nil {
		return gone(err)
	}
	return nil
}

func gone(err error) error { return fmt.Errorf("%w: %w", ErrGone, err) }

// Confirm asks a question that is answered with y or n, in any case; an empty
// line means byDefault. The text ends in something like "[Y/n] ".
func (c *Console) Confirm(ctx context.Context, text string, byDefault bool) (bool, error) {
	answer, err := c.Ask(ctx, Question{Text: text, Check: func(answer string) error {
		if _, ok := yesOrNo(answer, byDefault); !ok {
			return errors.New("Answer y or n")
		}
		return nil
	}})
	yes, _ := yesOrNo(answer, byDefault)
	return yes && err == nil, err
}

// yesOrNo understands an answer; ok is false if it is neither.
func yesOrNo(answer string, byDefault bool) (yes, ok bool) {
	switch fold(answer) {
	case "":
		return byDefault, true
	case "y", "yes":
		return true, true
	case "n", "no":
		return false, true
	}
	return false, false
}

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

// match emphasizes text that matches what is typed. Without colours it is underlined.
func (c *Console) match(text string) string {
	if c.Style.On() {
		return c.Style.Match(text)
	}
	return underlineOn + text + underlineOff
}

const (
	pasteOn      = "\x1b[?2004h" // pasted text comes between marks
	pasteOff     = "\x1b[?2004l"
	cursorOff    = "\x1b[?25l"
	cursorOn     = "\x1b[?25h"
	wrapOff      = "\x1b[?7l" // rows that are too wide are cut at the edge
	wrapOn       = "\x1b[?7h"
	eraseRow     = "\x1b[K"
	eraseBelow   = "\x1b[J"
	underlineOn  = "\x1b[4m"
	underlineOff = "\x1b[24m"
	clearAll     = "\x1b[H\x1b[2J"
)

// Package picker asks the user questions on a terminal and shows menus to pick from. Begin
// with [Console].
//
// It sends no queries to the terminal, because over a slow line the answers would arrive late
// and look like typed text. If the user types ahead, the keys go to the next questions in
// order. Between calls, no goroutine reads the terminal, and the terminal is in its original
// state. So other programs can use it.
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
)

var (
	// ErrCancelled means that the user has pressed Esc, Ctrl-C, or Ctrl-D on an empty line.
	ErrCancelled = errors.New("cancelled")

	// ErrGone means that no more answers can come, because the terminal was closed or the input
	// has ended.
	ErrGone = errors.New("the terminal was closed")
)

// A Console asks the user on one terminal. Its calls must not overlap. Every call can return
// [ErrCancelled], [ErrGone], and the cause of the end of ctx.
//
// If In is not a terminal, or Out is a file that is not a terminal, the Console prints plain
// lines, as for a dumb terminal. A script can answer plain lines.
type Console struct {
	In    *os.File  // the stream of the answers
	Out   io.Writer // the stream of the questions
	Dumb  bool      // the terminal understands no escape sequences: TERM is "dumb" or not set
	Style style.Palette

	ahead   []byte // input for the next questions
	pasting bool   // ahead is in the middle of a paste
	pasted  []byte // the part of the paste before ahead

	escWait time.Duration // how long an Esc waits for the rest of a sequence; 0 means defaultEscWait
}

// plain reports whether the Console prints plain lines.
func (c *Console) plain() bool {
	_, isFile := c.Out.(*os.File)
	return c.Dumb || !IsTerminal(c.In) || isFile && !IsTerminal(c.Out)
}

// IsTerminal reports whether a stream is a terminal. It returns false for other character devices,
// such as the null device.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// size returns the size of the terminal, or 80 by 24 if the size is unknown.
func (c *Console) size() (cols, rows int) {
	cols, rows = 80, 24
	file := c.In
	if out, ok := c.Out.(*os.File); ok {
		file = out // on Windows only the output reports a size
	}
	if w, h, err := term.GetSize(int(file.Fd())); err == nil && w > 0 && h > 0 {
		cols, rows = w, h
	}
	return cols, rows
}

// enter switches the terminal to raw mode, so that the terminal delivers single keys. The
// caller defers leave, which restores the terminal.
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

// Confirm asks a question. The user answers yes, no, y or n. An empty line means byDefault.
// The text ends in "[Y/n] " or "[y/N] ".
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

// yesOrNo parses an answer. ok is false if the answer is neither yes nor no.
func yesOrNo(answer string, byDefault bool) (agreed, ok bool) {
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

// A block is a group of rows that is drawn again in place. Between two drawings, the cursor
// is in the first row. A terminal with a new width may wrap long rows again. The text below
// the cursor then still belongs to the block.
type block struct {
	rows []string // the rows on the screen; at least one
	off  int      // the column where the first row begins, after a prompt
	col  int      // the column of the cursor
}

// newBlock returns a block that begins at the cursor, which is in the column col.
func newBlock(col int) *block { return &block{rows: []string{""}, off: col, col: col} }

// draw returns the text that replaces the block on the screen with rows, and moves the cursor
// to the column col of the first row.
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

// down moves the cursor down to another row. If the block needs more rows, down adds rows at
// the bottom of the terminal.
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

// move returns the sequence that moves the cursor by n: A is up, B down, C right.
func move(n int, to byte) string {
	if n <= 0 {
		return ""
	}
	return "\x1b[" + strconv.Itoa(n) + string(to)
}

// match emphasizes text that matches the typed text. Without colours, match underlines the
// text.
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
	wrapOff      = "\x1b[?7l" // the terminal cuts rows that are too wide
	wrapOn       = "\x1b[?7h"
	eraseRow     = "\x1b[K"
	eraseBelow   = "\x1b[J"
	underlineOn  = "\x1b[4m"
	underlineOff = "\x1b[24m"
	clearAll     = "\x1b[H\x1b[2J"
)

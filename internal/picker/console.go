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
	"time"

	"golang.org/x/term"
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
	Color bool

	ahead   []byte // read, but not used yet: for the next call
	pasting bool   // ahead goes on with a paste that has begun
	pasted  []byte // the beginning of that paste

	escWait time.Duration // how long an Esc waits for the rest of a sequence; 0 means defaultEscWait
}

// IsTerminal reports whether a stream is a terminal, as isatty does. A character
// device such as the null device is none.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// plain reports whether the conversation is held in plain lines.
func (c *Console) plain() bool {
	_, isFile := c.Out.(*os.File)
	return c.Dumb || !IsTerminal(c.In) || isFile && !IsTerminal(c.Out)
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

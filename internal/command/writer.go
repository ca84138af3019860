package command

import (
	"io"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A Writer remembers the first failure to write: half an answer must not look like
// one. Text for a terminal is made harmless on its way.
type Writer struct {
	w    io.Writer
	text *transform.Writer // to w; nil unless w is a terminal
	err  error
}

func NewWriter(w io.Writer, isTerminal bool) *Writer {
	c := &Writer{w: w}
	if isTerminal {
		c.text = transform.NewWriter(w, runes.Map(terminal.HarmlessRune))
	}
	return c
}

func (c *Writer) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	var n int
	if c.text != nil {
		n, c.err = c.text.Write(p)
	} else {
		n, c.err = c.w.Write(p)
	}
	return n, c.err
}

// Err returns the first failure to write, or nil.
func (c *Writer) Err() error { return c.err }

// Raw returns the writer for output that is harmless already, such as a table with
// colours.
func (c *Writer) Raw() io.Writer {
	return writerFunc(func(p []byte) (n int, err error) {
		if c.err == nil {
			n, c.err = c.w.Write(p)
		}
		return n, c.err
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

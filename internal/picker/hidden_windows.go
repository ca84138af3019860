package picker

import (
	"context"
	"io"

	"golang.org/x/term"
)

// Hidden shows a prompt and reads one line that is not shown while it is typed. On Windows the
// context's end is noticed with the next line only.
func (c *Console) Hidden(ctx context.Context, prompt string) (string, error) {
	if _, err := io.WriteString(c.Out, prompt); err != nil {
		return "", gone(err)
	}
	line, err := term.ReadPassword(int(c.In.Fd()))
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", gone(err)
	}
	return string(line), nil
}

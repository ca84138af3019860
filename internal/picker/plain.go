// This file asks questions and shows menus in plain lines. It is for dumb terminals, and for
// scripts that answer through a pipe.

package picker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// askPlain does the same as [Console.Ask], without control of the cursor.
func (c *Console) askPlain(ctx context.Context, q *Question) (string, error) {
	for {
		if err := c.write(visibleLines(q.Text)); err != nil {
			return "", err
		}
		typed, err := c.readLine(ctx)
		if err != nil {
			return "", err
		}
		answer, err := q.answer(typed)
		if err == nil {
			return answer, nil
		}
		if err := c.write(visibleLines(err.Error()) + "\n"); err != nil {
			return "", err
		}
	}
}

// choosePlain does the same as [Console.Choose], without control of the cursor. It prints a
// numbered list. The user types a number, or words to filter the list. A number that is not
// in the list counts as a word, because it may be part of an account number.
func (c *Console) choosePlain(ctx context.Context, m Menu) (int, error) {
	r := newRanking(m.Items)
	found, words := r.rank(""), ""
	if start := r.rank(m.Typed); len(start) > 0 {
		found, words = start, strings.TrimSpace(m.Typed)
	}
	if m.Title != "" {
		if err := c.write(visible(m.Title) + "\n"); err != nil {
			return -1, err
		}
	}
	for list := true; ; {
		if list {
			if err := c.write(listing(m.Items, found)); err != nil {
				return -1, err
			}
		}
		question := "Type a number, or words to search for: "
		if words != "" && len(found) == 1 {
			question = "Press Enter to pick this entry, or type words to search for: "
		}
		typed, err := c.Ask(ctx, Question{Text: question})
		if err != nil {
			return -1, err
		}
		number, err := strconv.Atoi(typed)
		switch {
		case err == nil && 1 <= number && number <= min(len(found), maxListed):
			return found[number-1], nil
		case typed == "" && words == "":
			list = false
			continue
		case typed == "" && len(found) == 1:
			return found[0], nil
		}
		next := r.rank(typed)
		if list = len(next) > 0; list {
			found, words = next, typed
			continue
		}
		if err := c.write("Nothing matches " + visible(typed) + ".\n"); err != nil {
			return -1, err
		}
	}
}

// maxListed is the number of items that choosePlain lists at once.
const maxListed = 20

// listing returns the first lines of a list.
func listing(items []Item, found []int) string {
	var b strings.Builder
	for n, i := range found[:min(len(found), maxListed)] {
		fmt.Fprintf(&b, "%3d  %s\n", n+1, visible(items[i].String()))
	}
	if more := len(found) - maxListed; more > 0 {
		fmt.Fprintf(&b, "... and %d more\n", more)
	}
	return b.String()
}

// maxPlainLine is the longest line in bytes that a script can send.
const maxPlainLine = 64 << 10

// readLine returns the next line of input. It keeps the input after that line for the next
// call.
func (c *Console) readLine(ctx context.Context) (string, error) {
	for {
		if i := bytes.IndexByte(c.ahead, '\n'); i >= 0 {
			text := typable(string(c.ahead[:i]))
			c.drop(i + 1)
			return text, nil
		}
		if len(c.ahead) > maxPlainLine {
			return "", fmt.Errorf("a line of input is longer than %d bytes", maxPlainLine)
		}
		if _, err := c.fill(ctx, time.Hour); err != nil {
			if errors.Is(err, io.EOF) && len(c.ahead) == 0 && IsTerminal(c.In) {
				_ = c.write("\n") // the terminal prints no line feed for Ctrl-D
				return "", ErrCancelled
			}
			if text := typable(string(c.ahead)); text != "" && errors.Is(err, ErrGone) {
				c.ahead = nil // the last line has no line feed
				return text, nil
			}
			return "", err
		}
	}
}

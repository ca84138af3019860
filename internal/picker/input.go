// How input is read and becomes keys.

package picker

import (
	"context"
	"time"
)

const (
	// slice is how long one wait for input takes at most. Between two of them the
	// end of the context and the size of the terminal are looked at. Waiting so
	// needs no goroutine that could be left behind in a read and take the input of
	// the next reader.
	slice = 50 * time.Millisecond

	// defaultEscWait tells an Esc from the first byte of a sequence: terminals
	// send those in one piece.
	defaultEscWait = 50 * time.Millisecond

	// restWait is for a sequence or a character that has begun beyond doubt. What
	// is not complete then is dropped.
	restWait = 500 * time.Millisecond
)

// fill waits for input and adds it to what was read ahead. It waits for wait or a
// slice, whichever is shorter, and reports whether something came.
func (c *Console) fill(ctx context.Context, wait time.Duration) (bool, error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	ready, err := waitInput(c.In, min(wait, slice))
	if err != nil {
		return false, gone(err)
	}
	if !ready {
		return false, nil
	}
	var chunk [4096]byte
	n, err := c.In.Read(chunk[:])
	if n == 0 && err != nil {
		return false, gone(err)
	}
	c.ahead = append(c.ahead, chunk[:n]...)
	return n > 0, nil
}

// key returns the next key. Before each wait, and so once in a slice, it calls
// idle.
func (c *Console) key(ctx context.Context, idle func() error) (key, error) {
	if ctx.Err() != nil {
		return key{}, context.Cause(ctx)
	}
	waited := time.Duration(0)
	for {
		patience := c.patience()
		if k, ok := c.take(len(c.ahead) > 0 && waited >= patience); ok {
			return k, nil
		}
		if err := idle(); err != nil {
			return key{}, err
		}
		wait := slice
		if len(c.ahead) > 0 {
			wait = min(slice, max(patience-waited, time.Millisecond))
		}
		more, err := c.fill(ctx, wait)
		if err != nil {
			return key{}, err
		}
		if waited += wait; more {
			waited = 0
		}
	}
}

// patience is how long the bytes at hand wait for more to become a key.
func (c *Console) patience() time.Duration {
	if len(c.ahead) == 1 && !c.pasting {
		if c.escWait != 0 {
			return c.escWait
		}
		return defaultEscWait
	}
	return restWait
}

// maxPaste is how much of a paste is kept. A line takes less.
const maxPaste = 64 << 10

// take takes a key from what was read ahead. A paste is one key, given out when
// it is complete. settled means that the bytes at hand have waited long enough
// for more.
func (c *Console) take(settled bool) (key, bool) {
	for len(c.ahead) > 0 {
		if c.pasting {
			text, n, end := decodePaste(c.ahead)
			c.pasted = append(c.pasted, text[:min(len(text), maxPaste-len(c.pasted))]...)
			c.drop(n)
			switch {
			case end:
				k := key{kind: keyPaste, text: string(c.pasted)}
				c.pasting, c.pasted = false, nil
				return k, true
			case n == 0:
				return key{}, false // also when settled: a slow line can stall in the middle
			}
			continue
		}
		k, n := decode(c.ahead, settled)
		if n == 0 {
			return key{}, false
		}
		c.drop(n)
		switch k.kind {
		case keyPasteBegins:
			c.pasting = true
		case keyNone:
		default:
			return k, true
		}
		settled = false
	}
	return key{}, false
}

func (c *Console) drop(n int) {
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
}

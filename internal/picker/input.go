// This file turns the bytes of the input into keys.

package picker

import (
	"bytes"
	"context"
	"strings"
	"time"
	"unicode/utf8"
)

// A kind is the meaning of a key. Keys with the same meaning share a kind, for example Ctrl-A
// and Home.
type kind uint8

const (
	keyNone kind = iota // a sequence that has no meaning for this package
	keyText
	keyPaste
	keyPasteBegins
	keyEnter
	keyTab
	keyBackTab
	keyEsc
	keyCancel // Ctrl-C
	keyEnd    // to the end of the line or the list
	keyHome
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyUp
	keyDown
	keyPageUp
	keyPageDown
	keyBackspace
	keyDelete
	keyDeleteOrEOF // Ctrl-D
	keyKillWordBefore
	keyKillWordAfter
	keyKillBefore
	keyKillAfter
	keyRedraw
)

// A key is one pressed key or one paste.
type key struct {
	kind kind
	text string // for keyText the character, for keyPaste the whole paste
}

const (
	// slice is the longest wait for input. After each wait, the Console checks the context and
	// the size of the terminal. The waits are short, so no goroutine needs to block in a read.
	// Such a goroutine could outlive the call and take the input of the next reader.
	slice = 50 * time.Millisecond

	// defaultEscWait is how long an Esc waits for more bytes. Terminals send a sequence in one
	// piece, so a single Esc is the Esc key.
	defaultEscWait = 50 * time.Millisecond

	// restWait is how long the Console waits for the rest of an incomplete sequence or
	// character. Then the Console drops the incomplete bytes.
	restWait = 500 * time.Millisecond
)

// key returns the next key. It calls idle before each wait, at least once per slice.
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

// patience returns how long to wait for more bytes of an incomplete key.
func (c *Console) patience() time.Duration {
	if len(c.ahead) == 1 && !c.pasting {
		if c.escWait != 0 {
			return c.escWait
		}
		return defaultEscWait
	}
	return restWait
}

// fill waits for input, at most for one slice, and appends it to ahead. It reports whether
// input arrived.
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

// maxPaste is the number of bytes of a paste that the Console keeps. A line is shorter.
const maxPaste = 64 << 10

// take takes the next key from ahead. A paste is one key, and take returns it when it is
// complete. settled means that the wait for more bytes is over.
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
				return key{}, false // even if settled, because a slow line can stall in the middle of a paste
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

const esc = 0x1b

// controls has the keys that send one control character.
var controls = [0x20]kind{
	0x01: keyHome, 0x02: keyLeft, 0x03: keyCancel, 0x04: keyDeleteOrEOF, 0x05: keyEnd, 0x06: keyRight,
	0x08: keyBackspace, 0x09: keyTab, 0x0a: keyEnter, 0x0b: keyKillAfter, 0x0c: keyRedraw, 0x0d: keyEnter,
	0x0e: keyDown, 0x10: keyUp, 0x15: keyKillBefore, 0x17: keyKillWordBefore,
}

// decode returns the first key in b and the number of its bytes. The number is 0 if the key
// is not complete. If settled is true, no more bytes will come. Then the number is never 0,
// and an incomplete sequence is keyNone.
func decode(b []byte, settled bool) (key, int) {
	switch c := b[0]; {
	case c == esc:
		return decodeEsc(b, settled)
	case c == 0x7f:
		return key{kind: keyBackspace}, 1
	case c < 0x20:
		return key{kind: controls[c]}, 1
	}
	if !utf8.FullRune(b) && !settled {
		return key{}, 0
	}
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError && n == 1 || 0x80 <= r && r < 0xa0 {
		return key{}, n
	}
	return key{kind: keyText, text: string(b[:n])}, n
}

// decodeEsc does the same as decode, for input that begins with Esc.
func decodeEsc(b []byte, settled bool) (key, int) {
	if len(b) == 1 {
		return unfinished(key{kind: keyEsc}, 1, settled)
	}
	switch b[1] {
	case '[':
		return decodeCSI(b, settled)
	case 'O':
		return decodeSS3(b, settled)
	case ']', 'P', 'X', '^', '_':
		return decodeString(b, settled)
	case esc:
		// If Alt is pressed, some terminals send another Esc before the sequence.
		if len(b) == 2 && !settled {
			return key{}, 0
		}
		if len(b) > 2 && (b[2] == '[' || b[2] == 'O') {
			k, n := decodeEsc(b[1:], settled)
			if n == 0 {
				return key{}, 0
			}
			return k, n + 1
		}
		return key{kind: keyEsc}, 1
	case 'b':
		return key{kind: keyWordLeft}, 2
	case 'f':
		return key{kind: keyWordRight}, 2
	case 'd':
		return key{kind: keyKillWordAfter}, 2
	case 0x7f, 0x08:
		return key{kind: keyKillWordBefore}, 2
	}
	if b[1] < 0x20 { // two keys; the second may be Ctrl-C, which must not be lost
		return key{kind: keyEsc}, 1
	}
	if !utf8.FullRune(b[1:]) && !settled {
		return key{}, 0
	}
	_, n := utf8.DecodeRune(b[1:])
	return key{}, 1 + n
}

func unfinished(k key, n int, settled bool) (key, int) {
	if !settled {
		return key{}, 0
	}
	return k, n
}

// decodeCSI decodes ESC [ parameters final (ECMA-48, 5.4).
func decodeCSI(b []byte, settled bool) (key, int) {
	i := 2
	if len(b) > 2 && b[2] == '[' { // a function key of the Linux console
		i = 3
	}
	start := i
	for i < len(b) && 0x20 <= b[i] && b[i] < 0x40 {
		i++
	}
	if i == len(b) {
		return unfinished(key{}, i, settled)
	}
	if b[i] < 0x40 || b[i] > 0x7e { // this byte ends the incomplete sequence
		return key{}, i
	}
	if start == 3 {
		return key{}, i + 1
	}
	number, modifier, _ := bytes.Cut(b[start:i], []byte(";"))
	return key{kind: csiKind(string(number), len(modifier) > 0, b[i])}, i + 1
}

// csiKind returns the kind of a sequence. With Ctrl or Alt, Left and Right move by words.
func csiKind(number string, modified bool, final byte) kind {
	switch {
	case final == '~':
		return tildeKind(number)
	case final == 'Z':
		return keyBackTab
	case modified && final == 'C':
		return keyWordRight
	case modified && final == 'D':
		return keyWordLeft
	case number != "" && number != "1":
		return keyNone
	}
	return cursorKind(final)
}

func tildeKind(number string) kind {
	switch number {
	case "1", "7":
		return keyHome
	case "4", "8":
		return keyEnd
	case "3":
		return keyDelete
	case "5":
		return keyPageUp
	case "6":
		return keyPageDown
	case "200":
		return keyPasteBegins
	}
	return keyNone
}

func cursorKind(final byte) kind {
	switch final {
	case 'A':
		return keyUp
	case 'B':
		return keyDown
	case 'C':
		return keyRight
	case 'D':
		return keyLeft
	case 'F':
		return keyEnd
	case 'H':
		return keyHome
	}
	return keyNone
}

// decodeSS3 decodes ESC O final. The arrow keys and the keypad send it in application mode.
func decodeSS3(b []byte, settled bool) (key, int) {
	switch {
	case len(b) == 2:
		return unfinished(key{}, 2, settled)
	case b[2] < 0x20 || b[2] > 0x7e:
		return key{}, 2
	case b[2] == 'M':
		return key{kind: keyEnter}, 3
	}
	return key{kind: cursorKind(b[2])}, 3
}

// decodeString skips a control string (ECMA-48, 5.6), such as the late answer to a query of
// an earlier program. The string ends with BEL or ESC \.
func decodeString(b []byte, settled bool) (key, int) {
	for i := 2; i < len(b); i++ {
		switch {
		case b[i] == 0x07:
			return key{}, i + 1
		case b[i] == esc && i+1 < len(b) && b[i+1] == '\\':
			return key{}, i + 2
		case b[i] == esc && i+1 == len(b):
			return unfinished(key{}, i, settled)
		case b[i] < 0x20: // this byte ends the incomplete string
			return key{}, i
		}
	}
	return unfinished(key{}, len(b), settled)
}

const pasteEnd = "\x1b[201~"

// decodePaste returns the next text of a paste, the number of bytes that it used, and whether
// the paste is complete. Ctrl-C also ends a paste, because the end mark may be lost.
// decodePaste does not use the Ctrl-C itself.
func decodePaste(b []byte) (text []byte, n int, end bool) {
	if i := bytes.IndexByte(b, 0x03); i >= 0 && !bytes.Contains(b[:i], []byte(pasteEnd)) {
		return b[:i], i, true
	}
	if i := bytes.Index(b, []byte(pasteEnd)); i >= 0 {
		return b[:i], i + len(pasteEnd), true
	}
	n = len(b)
	for k := min(len(b), len(pasteEnd)-1); k > 0; k-- {
		if strings.HasPrefix(pasteEnd, string(b[len(b)-k:])) {
			n = len(b) - k // the rest may be the beginning of the end mark
			break
		}
	}
	return b[:n], n, false
}

package picker

import "unicode/utf8"

// A kind is what a key is for. Keys that mean the same in every place share one:
// Ctrl-A and Home, Ctrl-P and the arrow up.
type kind uint8

const (
	keyNone kind = iota // a sequence that means nothing here
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

// A key is what one press of a key sent, or one paste.
type key struct {
	kind kind
	text string // of keyText: one character; of keyPaste: all of it
}

const esc = 0x1b

// controls are the keys that are one byte.
var controls = [0x20]kind{
	0x01: keyHome, 0x02: keyLeft, 0x03: keyCancel, 0x04: keyDeleteOrEOF, 0x05: keyEnd, 0x06: keyRight,
	0x08: keyBackspace, 0x09: keyTab, 0x0a: keyEnter, 0x0b: keyKillAfter, 0x0c: keyRedraw, 0x0d: keyEnter,
	0x0e: keyDown, 0x10: keyUp, 0x15: keyKillBefore, 0x17: keyKillWordBefore,
}

// decode returns the key that b begins with and the number of its bytes. That is
// 0 where more bytes are needed to tell, which cannot be if b is settled: then
// nothing more will come, and an unfinished sequence is keyNone.
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

// decodeEsc decodes what begins with Esc.
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
		// With Alt held, some terminals put another Esc before the sequence.
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
	if b[1] < 0x20 { // two keys typed ahead, of which Ctrl-C must not get lost
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

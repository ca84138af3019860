package picker

import "bytes"

// decodeCSI decodes ESC [ parameters final (ECMA-48, 5.4).
func decodeCSI(b []byte, settled bool) (key, int) {
	i := 2
	if len(b) > 2 && b[2] == '[' { // the function keys of the Linux console
		i = 3
	}
	start := i
	for i < len(b) && 0x20 <= b[i] && b[i] < 0x40 {
		i++
	}
	if i == len(b) {
		return unfinished(key{}, i, settled)
	}
	if b[i] < 0x40 || b[i] > 0x7e { // not part of it: broken off
		return key{}, i
	}
	if start == 3 {
		return key{}, i + 1
	}
	number, modifier, _ := bytes.Cut(b[start:i], []byte(";"))
	return key{kind: csiKind(string(number), len(modifier) > 0, b[i])}, i + 1
}

// csiKind names the sequence. With Ctrl or Alt, left and right go by words.
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

// decodeSS3 decodes ESC O final, which arrows and the keypad send in application
// mode.
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

// decodeString skips a string for or from the terminal (ECMA-48, 5.6): the answer
// to a query of a program that ran before. It ends with BEL or ESC \.
func decodeString(b []byte, settled bool) (key, int) {
	for i := 2; i < len(b); i++ {
		switch {
		case b[i] == 0x07:
			return key{}, i + 1
		case b[i] == esc && i+1 < len(b) && b[i+1] == '\\':
			return key{}, i + 2
		case b[i] == esc && i+1 == len(b):
			return unfinished(key{}, i, settled)
		case b[i] < 0x20: // not part of it: broken off
			return key{}, i
		}
	}
	return unfinished(key{}, len(b), settled)
}

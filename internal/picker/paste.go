package picker

import (
	"bytes"
	"strings"
)

const pasteEnd = "\x1b[201~"

// decodePaste returns the text that a paste goes on with, the number of bytes that
// are used up, and whether the paste is complete. Ctrl-C ends one whose end got
// lost; it is not used up.
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
			n = len(b) - k // may be the beginning of the end
			break
		}
	}
	return b[:n], n, false
}

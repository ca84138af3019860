package pytext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendQuoted appends a string in single quotation marks. A string with single but no double
// quotation marks gets double quotation marks.
func appendQuoted(b []byte, s string) []byte {
	mark := quotationMark(s)
	b = append(b, mark)
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			b = appendHex(append(b, `\udc`...), rune(s[0]), 2)
		} else {
			b = appendCharacter(b, r, mark)
		}
		s = s[size:]
	}
	return append(b, mark)
}

// appendQuotedBytes appends bytes in quotation marks. Printable ASCII bytes appear as characters.
func appendQuotedBytes(b, v []byte) []byte {
	mark := quotationMark(string(v))
	b = append(b, 'b', mark)
	for _, c := range v {
		if c < utf8.RuneSelf {
			b = appendCharacter(b, rune(c), mark)
		} else {
			b = appendHex(append(b, `\x`...), rune(c), 2)
		}
	}
	return append(b, mark)
}

func quotationMark(s string) byte {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return '"'
	}
	return '\''
}

// appendCharacter appends one character between the quotation marks.
func appendCharacter(b []byte, r rune, mark byte) []byte {
	switch {
	case r == rune(mark) || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case strconv.IsPrint(r):
		return utf8.AppendRune(b, r)
	case r < 0x100:
		return appendHex(append(b, `\x`...), r, 2)
	case r < 0x10000:
		return appendHex(append(b, `\u`...), r, 4)
	}
	return appendHex(append(b, `\U`...), r, 8)
}

// appendHex appends the last hexadecimal digits of a number.
func appendHex(b []byte, n rune, digits int) []byte {
	for digits--; digits >= 0; digits-- {
		b = append(b, "0123456789abcdef"[n>>(4*digits)&15])
	}
	return b
}

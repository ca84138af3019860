package awsconfig

import "unicode/utf8"

// isSpace reports whether r is white space for the AWS CLI, which trims lines,
// keys and values with Python's str.strip. The no-break space matters: it comes
// along when a block is pasted from a web page. Go's unicode.IsSpace lacks the
// four separators from U+001C.
func isSpace(r rune) bool {
	switch {
	case r == ' ', '\t' <= r && r <= '\r', 0x1c <= r && r <= 0x1f:
		return true
	case r < 0x80:
		return false
	case 0x2000 <= r && r <= 0x200a:
		return true
	}
	switch r {
	case 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return false
}

// leading measures the white space that s begins with, in bytes and in
// characters. A tab is one character.
func leading(s string) (bytes, chars int) {
	for bytes < len(s) {
		r, n := rune(s[bytes]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[bytes:])
		}
		if !isSpace(r) {
			break
		}
		bytes += n
		chars++
	}
	return bytes, chars
}

// trimRight returns s without the white space at its end.
func trimRight(s string) string {
	for s != "" {
		r, n := rune(s[len(s)-1]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeLastRuneInString(s)
		}
		if !isSpace(r) {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

// trim returns s without the white space around it.
func trim(s string) string {
	n, _ := leading(s)
	return trimRight(s[n:])
}

// CutComment returns v up to the first white space that is followed by # or ;,
// and whether there was one. In these files a comment has a line of its own and v
// is the value as it stands: only the caller knows of a setting that may do
// otherwise.
func CutComment(v string) (string, bool) {
	for i := 1; i < len(v); i++ {
		if c := v[i]; c != '#' && c != ';' {
			continue
		}
		if head := trimRight(v[:i]); len(head) < i {
			return head, true
		}
	}
	return v, false
}

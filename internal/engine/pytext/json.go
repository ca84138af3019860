package pytext

import "unicode/utf16"

func jsonNotation(text func([]byte, string) []byte) notation {
	return notation{
		null: "null", yes: "true", no: "false", comma: ",", colon: ":",
		float: appendJSONFloat, text: text,
	}
}

// AppendJSONString appends a string like [AppendJSON]. It escapes only the characters that JSON
// requires. Unlike encoding/json, it does not escape <, >, &, U+2028 and U+2029.
func AppendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			b = append(b, s[start:i]...)
			b = appendEscape(b, rune(c))
			start = i + 1
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// appendASCIIString escapes the characters that JSON requires and all characters outside
// printable ASCII. It writes a character above U+FFFF as a pair of surrogates.
func appendASCIIString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r >= ' ' && r <= '~' && r != '"' && r != '\\':
			b = append(b, byte(r))
		case r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			b = appendEscape(appendEscape(b, high), low)
		default:
			b = appendEscape(b, r)
		}
	}
	return append(b, '"')
}

// appendEscape appends the escape of a character up to U+FFFF.
func appendEscape(b []byte, r rune) []byte {
	b = append(b, '\\')
	switch r {
	case '"', '\\':
		return append(b, byte(r))
	case '\n':
		return append(b, 'n')
	case '\r':
		return append(b, 'r')
	case '\t':
		return append(b, 't')
	case '\b':
		return append(b, 'b')
	case '\f':
		return append(b, 'f')
	}
	return appendHex(append(b, 'u'), r, 4)
}

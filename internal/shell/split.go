package shell

import (
	"errors"
	"strings"
)

// Split returns the words of a line as Python's shlex.split does, and so the AWS CLI:
// with the quotes and backslashes of a POSIX shell. Nothing is expanded, and there are
// no comments. The error has Python's words; it reports a quote
// or an escape that does not end.
func Split(s string) ([]string, error) {
	var (
		words []string
		word  strings.Builder
		began bool // there is a word, perhaps an empty one
	)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n':
			if began {
				words, began = append(words, word.String()), false
				word.Reset()
			}
		case '\\':
			if i++; i == len(s) {
				return nil, errors.New("No escaped character")
			}
			word.WriteByte(s[i])
			began = true
		case '\'', '"':
			n, err := quoted(&word, s[i+1:], c)
			if err != nil {
				return nil, err
			}
			i += n
			began = true
		default:
			word.WriteByte(c)
			began = true
		}
	}
	if began {
		words = append(words, word.String())
	}
	return words, nil
}

// quoted reads up to the closing quote, and returns how far that was.
func quoted(word *strings.Builder, s string, quote byte) (int, error) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == quote {
			return i + 1, nil
		}
		if c == '\\' && quote == '"' {
			if i+1 == len(s) {
				return 0, errors.New("No escaped character")
			}
			if next := s[i+1]; next == '"' || next == '\\' {
				c = next
				i++
			}
		}
		word.WriteByte(c)
	}
	return 0, errors.New("No closing quotation")
}

package profile

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// splitWords splits a credential_process as botocore does (compat_shell_split): by
// the rules of POSIX shells, or by those of Windows programs. ok is false for a quote
// or an escape that does not end.
func splitWords(line string, windows bool) (words []string, ok bool) {
	if windows {
		return splitWindows(line)
	}
	words, err := shell.Split(line)
	return words, err == nil
}

// splitWindows splits as the C runtime of Windows does. Backslashes are literal
// except before a double quote, where two stand for one and an odd one escapes it.
func splitWindows(line string) (words []string, ok bool) {
	var word strings.Builder
	quoted, begun, slashes := false, false, 0
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == '\\' {
			slashes++
			begun = true
			continue
		}
		if c == '"' {
			begun = true
			word.WriteString(strings.Repeat(`\`, slashes/2))
			escaped := slashes%2 == 1
			slashes = 0
			if escaped {
				word.WriteByte('"')
			} else {
				quoted = !quoted
			}
			continue
		}
		word.WriteString(strings.Repeat(`\`, slashes))
		slashes = 0
		if (c == ' ' || c == '\t') && !quoted {
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
			continue
		}
		begun = true
		word.WriteByte(c)
	}
	word.WriteString(strings.Repeat(`\`, slashes))
	if begun {
		words = append(words, word.String())
	}
	return words, !quoted
}

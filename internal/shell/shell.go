// Package shell quotes words for shells and splits command lines into words. It does not start
// a shell. All quoting and splitting of this program is here.
package shell

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// A Dialect is the syntax of a family of shells.
type Dialect int

const (
	POSIX      Dialect = iota // sh, bash, zsh
	Fish                      // fish
	PowerShell                // Windows PowerShell and pwsh
	Cmd                       // cmd.exe, which cannot quote everything: see [Dialect.Export]
)

// ByName returns the dialect of a shell: bash, zsh, fish or powershell.
func ByName(name string) (d Dialect, ok bool) {
	switch name {
	case "bash", "zsh":
		return POSIX, true
	case "fish":
		return Fish, true
	case "powershell":
		return PowerShell, true
	}
	return POSIX, false
}

// Word returns s as one word of a command line. It quotes s if any shell would change it.
func (d Dialect) Word(s string) string {
	if plain(s) {
		return s
	}
	return d.Quote(s)
}

// plain reports whether every shell reads s unquoted as s. zsh replaces a word that begins
// with = by the path of a program.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("-_./:@%+=,", c) < 0:
			return false
		}
	}
	return s != "" && s[0] != '='
}

// Quote returns s as one quoted word. In the POSIX dialect this works for every text. Cmd
// cannot quote everything: % still expands a variable.
func (d Dialect) Quote(s string) string {
	switch d {
	case Fish:
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
	case PowerShell:
		return `"` + escapePowerShell(s) + `"`
	case Cmd:
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// escapePowerShell escapes the characters that end PowerShell's double quotes or are expanded
// in them. PowerShell also accepts typographic quotes, and a code page can turn other bytes
// into a quote. So escapePowerShell writes all characters outside ASCII as numbers.
func escapePowerShell(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '`' || r == '$' || r == '"':
			b.WriteString("`" + string(r))
		case r > unicode.MaxASCII:
			for _, u := range utf16.Encode([]rune{r}) {
				b.WriteString("$([char]0x" + strconv.FormatUint(uint64(u)|0x10000, 16)[1:] + ")")
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Export returns the line that sets an environment variable. For a value without special
// characters, the line is exactly the AWS CLI's line. Nearly all keys are such values. Export
// returns an error if the dialect cannot express the value.
func (d Dialect) Export(name, value string) (string, error) {
	if strings.ContainsAny(value, "\x00\r\n") {
		return "", errors.New(name + " contains a line break, which this format cannot hold")
	}
	switch d {
	case Fish:
		if plain(value) || value == "" {
			return "set -gx " + name + ` "` + value + `"`, nil
		}
		return "set -gx " + name + " " + d.Quote(value), nil
	case PowerShell:
		return "$Env:" + name + "=" + d.Quote(value), nil
	case Cmd:
		if strings.ContainsAny(value, `"%!`) {
			return "", errors.New(name + " contains characters that cmd cannot hold")
		}
		if plain(value) || value == "" {
			return "set " + name + "=" + value, nil
		}
		return "set " + d.Quote(name+"="+value), nil // quote everything; otherwise & and | would end the command
	}
	if value == "" {
		return "export " + name + "=", nil
	}
	return "export " + name + "=" + d.Word(value), nil
}

// Unset returns the line that removes an environment variable.
func (d Dialect) Unset(name string) string {
	switch d {
	case Fish:
		return "set -e " + name
	case PowerShell:
		return "Remove-Item Env:" + name
	case Cmd:
		return "set " + name + "="
	}
	return "unset " + name
}

// Split splits a line into words like Python's shlex.split, which the AWS CLI uses. It
// understands the quotes and backslashes of a POSIX shell. It expands no variables, and has
// no comments. It returns Python's error text for an incomplete quote or escape.
func Split(s string) ([]string, error) {
	var (
		words []string
		word  strings.Builder
		began bool // a word, perhaps empty, has begun
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

// quoted reads up to the closing quote and returns the number of bytes that it read.
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

// SplitWindows splits a line into words as the C runtime of Windows does. Backslashes are
// literal, except before a double quote. There, two backslashes mean one backslash, and a
// single backslash escapes the quote. ok is false if a quote is not closed.
func SplitWindows(line string) (words []string, ok bool) {
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

// QuoteWindows returns s as one quoted word that [SplitWindows] reads back.
func QuoteWindows(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0 // the number of backslashes before the character
	for i := range len(s) {
		switch s[i] {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteByte(s[i])
	}
	b.WriteString(strings.Repeat(`\`, slashes))
	b.WriteByte('"')
	return b.String()
}

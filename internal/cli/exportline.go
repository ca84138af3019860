package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// exportLine sets a variable in a shell. A value of plain characters, as nearly
// every key is, stands exactly as the AWS CLI prints it.
func exportLine(format, name, value string) (string, error) {
	if strings.ContainsAny(value, "\x00\r\n") {
		return "", fmt.Errorf("%s has a line break in it, which no shell format can carry; use --format process", name)
	}
	odd := strings.ContainsFunc(value, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("+/=:_.-,@", r)
	})
	switch format {
	case "env":
		return "export " + name + "=" + posixQuote(value, odd), nil
	case "env-no-export":
		return name + "=" + posixQuote(value, odd), nil
	case "fish":
		quoted := `"` + value + `"`
		if odd {
			quoted = "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(value) + "'"
		}
		return "set -gx " + name + " " + quoted, nil
	case "powershell":
		return "$Env:" + name + `="` + powershellQuote(value) + `"`, nil
	}
	// windows-cmd: quoted as a whole, or & and | would end the command. It has
	// no way to write these three.
	if strings.ContainsAny(value, `"%!`) {
		return "", fmt.Errorf("%s has characters in it that cmd cannot carry; use --format process", name)
	}
	if odd {
		return `set "` + name + "=" + value + `"`, nil
	}
	return "set " + name + "=" + value, nil
}

func posixQuote(value string, odd bool) string {
	if !odd {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// powershellQuote escapes what ends or expands inside PowerShell's double quotes.
// That includes the typographic quotes, which it takes for plain ones; so that no
// code page can make one of other bytes, everything beyond ASCII is spelt out.
func powershellQuote(value string) string {
	var b strings.Builder
	for _, r := range value {
		switch {
		case r == '`' || r == '$' || r == '"':
			b.WriteString("`" + string(r))
		case r > unicode.MaxASCII:
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "$([char]0x%04x)", u)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

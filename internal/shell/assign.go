package shell

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Syntax is a way to write environment variables, one for each line.
type Syntax struct {
	// Set returns the line that sets a variable. It returns an error for a value that the
	// syntax cannot hold.
	Set func(name, value string) (string, error)

	// Unset returns the line that removes a variable. It is nil for a syntax that only sets
	// variables.
	Unset func(name string) string
}

// Syntaxes returns all syntaxes by name: the syntaxes of shells, and dotenv.
func Syntaxes() map[string]Syntax {
	posix := Syntax{setPOSIX, POSIX.Unset}
	return map[string]Syntax{
		"bash": posix, "zsh": posix, "sh": posix,
		"fish":       {setFish, Fish.Unset},
		"powershell": {PowerShell.Export, PowerShell.Unset},
		"cmd":        {Cmd.Export, Cmd.Unset},
		"elvish":     {setElvish, func(name string) string { return "unset-env " + name }},
		"nu":         {setNu, func(name string) string { return "hide-env --ignore-errors " + name }},
		"xonsh":      {setXonsh, func(name string) string { return "del $" + name }},
		"dotenv":     {Set: setDotenv},
	}
}

// errNUL is the reason why a syntax cannot hold every string.
var errNUL = errors.New("an environment variable cannot hold a NUL byte")

// checked returns the line, or an error if the value holds a NUL byte.
func checked(line, value string) (string, error) {
	if strings.ContainsRune(value, 0) {
		return "", errNUL
	}
	return line, nil
}

// setPOSIX keeps line breaks in quotes. Export returns an error for line breaks, because the
// AWS CLI's format has one variable a line.
func setPOSIX(name, value string) (string, error) {
	return checked("export "+name+"="+POSIX.Word(value), value)
}

func setFish(name, value string) (string, error) {
	return checked("set -gx "+name+" "+Fish.Quote(value), value)
}

// setElvish doubles single quotes, the only special character in single quotes.
func setElvish(name, value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errors.New(name + " is not valid UTF-8, which elvish cannot hold")
	}
	return checked("set-env "+name+" "+quoteElvish(value), value)
}

func quoteElvish(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// setNu writes a string in double quotes. The parser of nu 0.115 loses track of quotes in raw
// strings such as r#'"=";#,{['#.
func setNu(name, value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errors.New(name + " is not valid UTF-8, which nu cannot hold")
	}
	var b strings.Builder
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(`\u{` + hex(r, 1) + `}`)
		}
	}
	return checked("$env."+name+` = "`+b.String()+`"`, value)
}

func setXonsh(name, value string) (string, error) {
	return checked("$"+name+" = "+python(value), value)
}

// python returns a Python string. Bytes that are not UTF-8 become surrogates, as in Python.
func python(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\udc` + hex(rune(value[i]), 2))
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			b.WriteString(`\x` + hex(r, 2))
		default:
			b.WriteString(`\U` + hex(r, 8))
		}
		i += size
	}
	return "'" + b.String() + "'"
}

// setDotenv writes a value in double quotes, with the escapes that Docker Compose reads.
// Other readers differ in escapes, but not in plain values such as keys.
func setDotenv(name, value string) (string, error) {
	if strings.ContainsRune(value, '\r') {
		return "", errors.New(name + " contains a carriage return, which .env files cannot hold")
	}
	return checked(name+`="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "\n", `\n`).Replace(value)+`"`, value)
}

// hex returns a number in hexadecimal, with at least this number of digits. It does not use
// package fmt, because fmt would slow down the start of the program through package
// awsconfig.
func hex(n rune, digits int) string {
	s := strconv.FormatInt(int64(n), 16)
	return strings.Repeat("0", max(0, digits-len(s))) + s
}

package configfile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const redacted = "[redacted]"

// A redactor hides secrets in a file that it is shown line by line, without its
// line endings. It asks less of a line than the AWS CLI does: a comment, a line of
// a nested block or in the wrong section may hold a secret too.
type redactor struct {
	inOption bool // a deeper line continues a value
	indent   int  // of the last line that continued none
	inSecret bool // a line deeper than secret continues a secret
	secret   int
}

// redact returns the line without the secrets in it.
func (r *redactor) redact(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	lead := line[:len(line)-len(text)]
	indent := utf8.RuneCountInString(lead)
	switch {
	case text == "":
		return line
	case r.inSecret && indent > r.secret:
		return lead + redacted
	case text[0] == '#' || text[0] == ';':
		return hide(line, strings.TrimLeft(text, "#;"))
	}
	option, isHeader := text, false
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end > 0 {
		option, isHeader = text[end+1:], true
	}
	key, _, found := cutOption(option)
	continues := r.inOption && indent > r.indent
	if !continues {
		r.inOption, r.indent = found && !isHeader, indent
	}
	r.inSecret, r.secret = found && secretKey(key), indent
	if !found && !isHeader && !continues {
		// Such a file has no lines like this, unless somebody pasted a secret.
		return lead + redacted
	}
	return hide(line, option)
}

// hide removes the secret value from a line that ends in this option.
func hide(line, option string) string {
	key, value, found := cutOption(option)
	bare := strings.TrimRightFunc(value, unicode.IsSpace)
	if !found || bare == "" || !secretKey(key) {
		return line
	}
	shown := redacted
	// Long enough that the rest does not follow from the four.
	if c := []rune(bare); strings.HasSuffix(normal(key), "access_key_id") && len(c) >= 12 {
		shown += string(c[len(c)-4:])
	}
	return line[:len(line)-len(value)] + shown
}

// cutOption cuts a line at its first = or :, and leaves the white space behind
// that out of the value.
func cutOption(text string) (key, value string, found bool) {
	i := strings.IndexAny(text, "=:")
	if i < 0 {
		return "", "", false
	}
	return text[:i], strings.TrimLeftFunc(text[i+1:], unicode.IsSpace), true
}

// secretKey says whether the values of a key are secret, of whatever tool it is.
func secretKey(key string) bool {
	key = normal(key)
	for _, plain := range [...]string{
		"url", "uri", "endpoint", "file", "path", "arn", "expires", "expiration", "expiry", "duration",
	} {
		if strings.HasSuffix(key, plain) {
			return false // it says where a secret is, or until when
		}
	}
	for _, word := range [...]string{
		"secret", "token", "passw", "passphrase", "passcode", "private_key", "api_key", "apikey", "access_key_id",
	} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

func normal(key string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), "-", "_")
}

// Members of outputs that the AWS CLI decodes.

package call

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// decodeTemplate replaces the text of a template in JSON by its value. A template in YAML stays a text.
func decodeTemplate(output *document.Object) {
	const name = "TemplateBody"
	v, _ := output.Get(name)
	text, ok := v.(string)
	if !ok {
		return
	}
	if value, err := parseJSON([]byte(text)); err == nil {
		output.Set(name, value)
	}
}

// decodeConsole decodes the base64 of the output of a console. Like Python, it ignores characters
// that do not belong to base64.
func decodeConsole(output *document.Object) {
	const name = "Output"
	v, _ := output.Get(name)
	text, ok := v.(string)
	if !ok {
		return
	}
	text = strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("+/=", r)) {
			return r
		}
		return -1
	}, text)
	if b, err := base64.StdEncoding.DecodeString(text); err == nil {
		output.Set(name, validText(b))
	}
}

// validText returns bytes as text. Like Python, it replaces each part of an invalid character by one
// replacement character.
func validText(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = beginning(b)
		}
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}

// beginning returns the number of bytes at the beginning of b that can begin a character. It is at
// least 1.
func beginning(b []byte) int {
	for n := min(len(b), 3); n > 1; n-- {
		for _, end := range []string{"\x80", "\x80\x80", "\xbf", "\xbf\xbf", "\x9f", "\x9f\x80"} {
			if whole := string(b[:n]) + end; utf8.ValidString(whole) && utf8.RuneCountInString(whole) == 1 {
				return n
			}
		}
	}
	return 1
}

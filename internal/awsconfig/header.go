package awsconfig

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// sectionName returns what the section with this text between its brackets is
// for. ok is false for a section that the AWS CLI drops without a word: it begins
// like a profile but is not exactly two words, as in [profilex] and
// [profile one two]. In a credentials file the text is the name of the profile.
func sectionName(text string, credentials bool) (kind Kind, name string, ok bool) {
	switch {
	case credentials, text == "default":
		return Profile, text, true
	case strings.HasPrefix(text, "profile"): // by its letters: [profiles x] is one too
		kind = Profile
	case strings.HasPrefix(text, "sso-session"):
		kind = SSOSession
	case strings.HasPrefix(text, "services"):
		kind = Services
	default:
		return Other, text, true
	}
	name, ok = secondWord(text)
	return kind, name, ok
}

// secondWord returns the second of exactly two words. It does not allocate unless
// there are quotes.
func secondWord(text string) (string, bool) {
	words, start, end := 0, 0, 0
	inWord := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\'', '"', '\\':
			w, err := shell.Split(text)
			if err != nil || len(w) != 2 {
				return "", false
			}
			return w[1], true
		case ' ', '\t':
			inWord = false
		default:
			if !inWord {
				inWord, start = true, i
				words++
			}
			end = i + 1
		}
	}
	return text[start:end], words == 2
}

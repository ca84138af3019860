package awsconfig

import "strings"

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
			w, ok := shellWords(text)
			if !ok || len(w) != 2 {
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

// shellWords splits text like a POSIX shell that expands nothing. ok is false
// where a quote is not closed or nothing follows a backslash.
func shellWords(text string) (words []string, ok bool) {
	var word []byte
	started := false // also true for '' which is a word
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && quote != '\'':
			i++
			if i == len(text) {
				return nil, false
			}
			// Between double quotes a backslash stands for itself, except
			// before another one and before the quote.
			if quote == '"' && text[i] != '"' && text[i] != '\\' {
				word = append(word, '\\')
			}
			word, started = append(word, text[i]), true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word = append(word, c)
		case c == '\'' || c == '"':
			quote, started = c, true
		case c == ' ' || c == '\t':
			if started {
				words = append(words, string(word))
			}
			word, started = word[:0], false
		default:
			word, started = append(word, c), true
		}
	}
	if started {
		words = append(words, string(word))
	}
	return words, quote == 0
}

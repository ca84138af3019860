package shell

import "strings"

// A BashLine is a line of bash up to the cursor.
type BashLine struct {
	Words   []string // the words before the word at the cursor, without the program
	Current string   // the word at the cursor up to the cursor
	File    bool     // the word at the cursor is the file of a redirection

	kept  string // the beginning of Current; bash does not replace it
	quote byte   // the open quote after kept, or 0
}

// ParseBash parses a line like bash, but expands nothing. text is the end of the line that bash
// replaces with a completion. text begins after an open quote. If no quote is open, text begins
// after the last character of COMP_WORDBREAKS in the word, such as : or =.
func ParseBash(line, text string) BashLine {
	kept, ok := strings.CutSuffix(line, text)
	if !ok {
		kept = line[:strings.LastIndexAny(line, " \t")+1]
	}
	var s bashScanner
	for i := range len(kept) {
		s.next(kept[i])
	}
	b := BashLine{kept: s.word.String(), quote: s.quote}
	for i := len(kept); i < len(line); i++ {
		s.next(line[i])
	}
	b.Words, b.Current, b.File = s.words, s.word.String(), s.redirect
	for len(b.Words) > 0 && strings.Contains(b.Words[0], "=") { // AWS_PROFILE=dev lanyard …
		b.Words = b.Words[1:]
	}
	b.Words = b.Words[min(1, len(b.Words)):]
	return b
}

// Replacement returns the text that must replace the end of the line, so that the current word
// becomes value. ok is false if value does not begin with the part of the word that bash keeps.
func (b BashLine) Replacement(value string) (text string, ok bool) {
	rest, ok := strings.CutPrefix(value, b.kept)
	if !ok {
		return "", false
	}
	switch b.quote {
	case '\'':
		return strings.ReplaceAll(rest, "'", `'\''`), true
	case '"':
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`", "!", `"'!'"`).Replace(rest), true
	}
	if plain(rest) {
		return rest, true
	}
	var t strings.Builder
	for i := range len(rest) {
		c := rest[i]
		if c < 0x80 && !plain(string(c)) {
			t.WriteByte('\\')
		}
		t.WriteByte(c)
	}
	return t.String(), true
}

// A bashScanner splits a line into words, one byte after the other.
type bashScanner struct {
	words    []string
	word     strings.Builder // the word that has begun
	begun    bool            // a word has begun; it may be empty, in quotes
	quote    byte            // the open quote, or 0
	escaped  bool            // the last byte is a backslash, which quotes the next byte
	redirect bool            // the word is the file of a redirection
}

func (s *bashScanner) next(c byte) {
	switch {
	case s.escaped:
		s.escaped = false
		if s.quote == '"' && !strings.ContainsRune("\"\\$`", rune(c)) {
			s.word.WriteByte('\\')
		}
		s.word.WriteByte(c)
	case c == '\\' && s.quote != '\'':
		s.escaped, s.begun = true, true
	case s.quote != 0 && c == s.quote:
		s.quote = 0
	case s.quote != 0:
		s.word.WriteByte(c)
	case c == '\'' || c == '"':
		s.quote, s.begun = c, true
	case c == ' ' || c == '\t' || c == '\n':
		s.end()
	case c == '<' || c == '>':
		if strings.Trim(s.word.String(), "0123456789") == "" { // 2>file
			s.word.Reset()
			s.begun = false
		}
		s.end()
		s.redirect = true
	default:
		s.word.WriteByte(c)
		s.begun = true
	}
}

// end adds the word to words, unless the word is the file of a redirection.
func (s *bashScanner) end() {
	if s.begun && !s.redirect {
		s.words = append(s.words, s.word.String())
	}
	if s.begun {
		s.redirect = false
	}
	s.begun = false
	s.word.Reset()
}

package browser

import (
	"os"
	"runtime"
	"strings"
)

// fromVariable reads BROWSER: commands apart by ':' (';' on Windows), each split
// into words as a shell would, but by us. In the words after the first, %s is
// the URL, %c a colon and %% a percent sign; without any %s the URL comes last.
// An & at the end means what happens anyway.
func fromVariable(value, url string) [][]string {
	var commands [][]string
	for _, words := range split(value, os.PathListSeparator, runtime.GOOS != "windows") {
		if words[len(words)-1] == "&" {
			words = words[:len(words)-1]
		}
		if len(words) == 0 {
			continue
		}
		placed := false
		args := words[:1:1]
		script := false
		for _, word := range words[1:] {
			// A %s among other words is a script, and whoever runs it would
			// read the URL as a part of it: & and $( are allowed in URLs.
			script = script || strings.ContainsAny(word, " \t\n;&|") && strings.Contains(strings.ReplaceAll(word, "%%", ""), "%s")
			placed = placed || strings.Contains(strings.ReplaceAll(word, "%%", ""), "%s")
			args = append(args, strings.NewReplacer("%%", "%", "%s", url, "%c", ":").Replace(word))
		}
		if script {
			continue
		}
		if !placed {
			args = append(args, url)
		}
		commands = append(commands, args)
	}
	return commands
}

// split cuts s at every separator, and what is between into words, at blanks.
// Quotes hold together what is between them, and with escapes a backslash what
// follows it. Empty commands are left out; an open quote ends with s.
func split(s string, separator rune, escapes bool) [][]string {
	var (
		commands [][]string
		words    []string
		word     strings.Builder
		inWord   bool
		quote    rune
		escaped  bool
	)
	endWord := func() {
		if inWord {
			words = append(words, word.String())
			word.Reset()
			inWord = false
		}
	}
	endCommand := func() {
		if endWord(); len(words) > 0 {
			commands = append(commands, words)
			words = nil
		}
	}
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case escapes && r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\'' && escapes):
			quote, inWord = r, true
		case quote == 0 && r == separator:
			endCommand()
		case quote == 0 && (r == ' ' || r == '\t'):
			endWord()
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	endCommand()
	return commands
}

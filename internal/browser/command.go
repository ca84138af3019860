// Which program opens the URL: the value of BROWSER.

package browser

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// Declined reports whether BROWSER asks for no browser at all, by the value "none"
// that CI systems set.
func Declined(env []string) bool {
	return strings.EqualFold(strings.TrimSpace(lookup(env, "BROWSER")), "none")
}

// A command starts one browser. err says why it cannot be started.
type command struct {
	name string // for messages
	path string
	args []string // with the name that the program is given
	err  error
}

// errShell is for an entry of BROWSER that would let a shell read the URL.
var errShell = errors.New("a shell would interpret the URL")

// fromVariable reads BROWSER as Python's webbrowser does: entries apart by ':' (';'
// on Windows). An entry with %s is a command line in which %s stands for the URL;
// its words are split as a shell splits them, but by us. Another entry is the name
// or the path of a program. An & at the end of an entry changes nothing.
//
// Beyond Python, quotes hold a separator, C:\ is not taken for two entries, and an
// entry without %s may have arguments: the URL comes last. A path may have blanks
// without quotes if a program is there.
func fromVariable(value, url string, env []string) []command {
	var commands []command
	for _, entry := range entries(value, os.PathListSeparator) {
		commands = append(commands, parse(entry, url, env)...)
	}
	return commands
}

// entries cuts BROWSER at every separator outside quotes. The ':' of C:\ or C:/ at
// the beginning of an entry is none.
func entries(value string, separator rune) []string {
	var list []string
	var quote rune
	start := 0
	for i, r := range value {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"', r == '\'' && strings.ContainsRune(value[i+1:], '\''):
			quote = r
		case r == separator && !(separator == ':' && isDrive(strings.TrimLeft(value[start:i], " \t"), value[i+1:])):
			list = append(list, value[start:i])
			start = i + 1
		}
	}
	return append(list, value[start:])
}

func isDrive(before, after string) bool {
	return len(before) == 1 && strings.ContainsAny(strings.ToLower(before), "abcdefghijklmnopqrstuvwxyz") &&
		(strings.HasPrefix(after, `\`) || strings.HasPrefix(after, "/") && len(after) > 1 && !strings.HasPrefix(after, "//"))
}

// parse returns the commands of one entry.
func parse(entry, url string, env []string) []command {
	entry = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(entry), "&"))
	switch {
	case entry == "":
		return nil
	case isSystem(entry):
		return systemCommands(env, url)
	}
	template := strings.Contains(entry, "%s")
	if !template {
		if path, err := findProgram(entry, env); err == nil && !runsInShell(path) {
			return []command{{entry, path, []string{entry, url}, nil}}
		}
	}
	words := split(entry, runtime.GOOS != "windows")
	if len(words) == 0 {
		return nil
	}
	name, path, rest, err := program(words, env)
	switch {
	case isCommandShell(name) && slices.ContainsFunc(rest, isStart):
		return systemCommands(env, url)
	case isCommandShell(name):
		return []command{{name: name, err: errShell}}
	case err != nil:
		if commands := byApplication(name, url); commands != nil {
			return commands
		}
		return []command{{name: name, err: err}}
	case runsInShell(path) || slices.ContainsFunc(rest, isScript):
		return []command{{name: name, err: errShell}}
	}
	args := []string{name}
	for _, word := range rest {
		args = append(args, strings.ReplaceAll(word, "%s", url))
	}
	if !template {
		args = append(args, url)
	}
	return []command{{name, path, args, nil}}
}

// isSystem reports whether an entry is Python's name for the browser of the system.
func isSystem(entry string) bool {
	return runtime.GOOS == "windows" && strings.EqualFold(entry, "windows-default") ||
		runtime.GOOS == "darwin" && strings.EqualFold(entry, "macosx")
}

// program finds the program that a command line begins with: its first word, or
// the shortest run of words that is the path of a program.
func program(words, env []string) (name, path string, rest []string, err error) {
	path, err = findProgram(words[0], env)
	if err == nil || !strings.ContainsAny(words[0], `/\`) {
		return words[0], path, words[1:], err
	}
	for n := 2; n <= len(words) && !strings.Contains(words[n-1], "%s"); n++ {
		name := strings.Join(words[:n], " ")
		if path, err := findProgram(name, env); err == nil {
			return name, path, words[n:], nil
		}
	}
	return words[0], "", words[1:], err
}

// isCommandShell reports whether a program joins its arguments to a command line
// that it interprets.
func isCommandShell(name string) bool {
	base := strings.ToLower(name[strings.LastIndexAny(name, `/\`)+1:])
	switch strings.TrimSuffix(base, ".exe") {
	case "cmd", "powershell", "pwsh":
		return true
	}
	return false
}

// isStart reports whether a word is the command of cmd or PowerShell that opens a URL.
func isStart(word string) bool {
	return strings.EqualFold(word, "start") || strings.EqualFold(word, "start-process")
}

// isScript reports whether %s stands among other words. Then the shell that runs the
// script reads the URL as a part of it: & is allowed in URLs.
func isScript(word string) bool {
	return strings.ContainsAny(word, " \t\n;&|") && strings.Contains(word, "%s")
}

// byApplication returns the command for an application of macOS, which has a name
// and no program on PATH.
func byApplication(name, url string) []command {
	if runtime.GOOS != "darwin" || strings.Contains(name, "/") {
		return nil
	}
	application := name
	if strings.EqualFold(name, "chrome") || strings.EqualFold(name, "google-chrome") {
		application = "Google Chrome"
	}
	return []command{{name, "/usr/bin/open", []string{"open", "-a", application, url}, nil}}
}

// split cuts a command line into words. With escapes it does so as Python's shlex.split;
// without, as on Windows, only double quotes count. An open quote ends with the line.
func split(line string, escapes bool) []string {
	if !escapes {
		return splitQuoted(line)
	}
	for _, end := range []string{"", `\`, `"`, `'`, `\"`} { // one of them completes any line
		if words, err := shell.Split(line + end); err == nil {
			return words
		}
	}
	return nil
}

// splitQuoted cuts a line at blanks outside double quotes.
func splitQuoted(line string) []string {
	var words []string
	var word strings.Builder
	began, quoted := false, false
	for _, r := range line {
		switch {
		case r == '"':
			began, quoted = true, !quoted
		case quoted || !strings.ContainsRune(" \t\r\n", r):
			word.WriteRune(r)
			began = true
		case began:
			words, began = append(words, word.String()), false
			word.Reset()
		}
	}
	if began {
		words = append(words, word.String())
	}
	return words
}

// found returns the commands of the programs that are there.
func found(env []string, lines ...[]string) []command {
	var commands []command
	for _, line := range lines {
		if path, err := findProgram(line[0], env); err == nil {
			commands = append(commands, command{filepath.Base(line[0]), path, line, nil})
		}
	}
	return commands
}

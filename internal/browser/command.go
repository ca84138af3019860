package browser

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Declined reports whether BROWSER asks for no browser at all, by the value "none"
// that CI systems set.
func Declined(env []string) bool {
	return strings.EqualFold(strings.TrimSpace(lookup(env, "BROWSER")), "none")
}

// errShell is for an entry of BROWSER that would let a shell read the URL.
var errShell = errors.New("a shell would interpret the URL")

// A command starts one browser. err says why it cannot be started.
type command struct {
	name string // for messages
	path string
	args []string // with the name that the program is given
	err  error
}

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

// parse returns the commands of one entry.
func parse(entry, url string, env []string) []command {
	entry = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(entry), "&"))
	if entry == "" {
		return nil
	}
	if isSystem(entry) {
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
	if isCommandShell(name) {
		for _, word := range rest {
			if strings.EqualFold(word, "start") || strings.EqualFold(word, "start-process") {
				return systemCommands(env, url)
			}
		}
		return []command{{name: name, err: errShell}}
	}
	if err != nil {
		if commands := byApplication(name, url); commands != nil {
			return commands
		}
		return []command{{name: name, err: err}}
	}
	if runsInShell(path) {
		return []command{{name: name, err: errShell}}
	}
	args := []string{name}
	for _, word := range rest {
		// A %s among other words is a script, and the shell that runs it reads
		// the URL as a part of it: & is allowed in URLs.
		if strings.ContainsAny(word, " \t\n;&|") && strings.Contains(word, "%s") {
			return []command{{name: name, err: errShell}}
		}
		args = append(args, strings.ReplaceAll(word, "%s", url))
	}
	if !template {
		args = append(args, url)
	}
	return []command{{name, path, args, nil}}
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

// isSystem reports whether an entry is Python's name for the browser of the system.
func isSystem(entry string) bool {
	return runtime.GOOS == "windows" && strings.EqualFold(entry, "windows-default") ||
		runtime.GOOS == "darwin" && strings.EqualFold(entry, "macosx")
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

// split cuts a command line into words as Python's shlex.split does. With escapes a
// backslash holds the next character; between double quotes only a quote or another
// backslash. Without escapes, on Windows, only double quotes count. An open quote
// ends with the line.
func split(line string, escapes bool) []string {
	var (
		words  []string
		word   strings.Builder
		inWord bool
		quote  rune
	)
	runes := []rune(line)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		next := rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch {
		case escapes && r == '\\' && quote != '\'' && next != 0 && (quote == 0 || next == '"' || next == '\\'):
			word.WriteRune(next)
			inWord = true
			i++
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\'' && escapes):
			quote, inWord = r, true
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n' || r == '\r'):
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}

// Package browser opens a URL in the user's browser, with the commands in BROWSER or with the
// openers of the system. It uses no shell, and passes no AWS secrets to the browser. It does
// not wait until the browser ends.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// ErrNoBrowser means that no command can open a URL.
var ErrNoBrowser = errors.New("no browser found: set BROWSER to the command of a browser")

// grace is how long Open waits for an opener to fail. An opener that runs longer is the
// browser itself.
const grace = 3 * time.Second

// Open opens url in the user's browser. It uses the commands of BROWSER in env. If BROWSER is not
// set, it uses the openers of the system. It tries the commands in turn, until one command succeeds
// or runs for 3 s. The error names all commands that failed.
//
// On Unix, the browser gets its own session, so that Ctrl-C on our terminal does not end the
// browser. So Open does not support browsers that need the terminal.
//
// No shell reads the URL, even if BROWSER names a shell. The browser gets env without AWS secrets,
// and an empty standard input. The browser writes to output. If output is nil, Open discards the
// output. Open rejects the URLs that [Allowed] rejects. If ctx is cancelled, Open stops waiting,
// but does not end the browser.
func Open(ctx context.Context, url string, env []string, output io.Writer) error {
	return open(ctx, url, env, output, grace)
}

func open(ctx context.Context, url string, env []string, output io.Writer, grace time.Duration) error {
	if err := Allowed(url); err != nil {
		return err
	}
	url = escapeURL(url)
	if Declined(env) {
		return fmt.Errorf("BROWSER=none: %w", ErrNoBrowser)
	}
	commands := fromVariable(lookup(env, "BROWSER"), url, env)
	if len(commands) == 0 {
		commands = systemCommands(env, url)
	}
	if len(commands) == 0 {
		return ErrNoBrowser
	}
	var failures []string
	var last error
	for _, c := range commands {
		if last = c.err; last == nil {
			last = start(ctx, c, env, output, grace)
		}
		if last == nil || ctx.Err() != nil {
			return last
		}
		failures = append(failures, c.name+": "+reason(last))
	}
	return &failedError{strings.Join(failures, "; "), last}
}

// A failedError names the browsers that failed to start.
type failedError struct {
	text string
	last error
}

func (e *failedError) Error() string { return e.text }

func (e *failedError) Unwrap() error { return e.last }

// reason returns the text of an error without the path, which the caller prints.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	if errors.Is(err, exec.ErrNotFound) {
		return "not found on PATH"
	}
	return err.Error()
}

// escapeURL percent-encodes the characters of the URL that a script could expand. Scripts are
// xdg-open, wslview, or the user's own programs. The encoding does not change the meaning of
// a path or query.
func escapeURL(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	at := strings.IndexAny(rest, "/?#")
	if at < 0 {
		return url
	}
	var b strings.Builder
	for _, c := range []byte(rest[at:]) {
		if strings.IndexByte("$`'\\|;<>(){}*!^", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return scheme + "://" + rest[:at] + b.String()
}

// ErrNotAllowed means that lanyard must not open the URL.
var ErrNotAllowed = errors.New("lanyard opens only https URLs, and http URLs of this machine")

// Allowed accepts valid https URLs, and http URLs of loopback addresses. For other URLs, it
// returns an error that wraps [ErrNotAllowed].
func Allowed(rawURL string) error {
	refuse := func(what string) error { return fmt.Errorf("%s: %w", what, ErrNotAllowed) }
	if strings.ContainsFunc(rawURL, func(r rune) bool { return r <= ' ' || r == '"' || r > unicode.MaxASCII || r == 0x7f }) {
		return refuse("a URL with blanks or control characters")
	}
	u, err := url.Parse(rawURL)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return refuse("not a URL")
	case u.User != nil:
		return refuse("a URL with a user name") // a user name can hide the real host
	case u.Scheme == "https", u.Scheme == "http" && loopback.Host(u.Hostname()):
		return nil
	}
	return refuse(u.Scheme + "://" + u.Host)
}

// Declined reports whether BROWSER is "none", which CI systems set to start no browser.
func Declined(env []string) bool {
	return strings.EqualFold(strings.TrimSpace(lookup(env, "BROWSER")), "none")
}

// A command starts a browser. If it cannot be started, err is the reason.
type command struct {
	name string // for messages
	path string
	args []string // including argument 0
	err  error
}

// errShell is the error for an entry of BROWSER that gives the URL to a shell.
var errShell = errors.New("a shell would interpret the URL")

// fromVariable returns the commands in BROWSER, as Python's webbrowser reads the variable. A
// ':' (on Windows a ';') separates entries. An entry with %s is a command line, and the URL
// replaces %s. fromVariable splits such an entry like a shell. Other entries are the names or
// paths of programs. fromVariable ignores an & at the end of an entry.
//
// Unlike Python, fromVariable accepts a separator in quotes, and does not split C:\. It
// accepts arguments in an entry without %s, and adds the URL as the last argument. It accepts
// an unquoted path with blanks if the program exists.
func fromVariable(value, url string, env []string) []command {
	var commands []command
	for _, entry := range entries(value, os.PathListSeparator) {
		commands = append(commands, parse(entry, url, env)...)
	}
	return commands
}

// entries splits BROWSER at the separators outside quotes. It does not split at the ':'
// of C:\ or C:/ at the beginning of an entry.
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

// parse returns the commands of an entry.
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

// isSystem reports whether an entry is Python's name for the system's browser.
func isSystem(entry string) bool {
	return runtime.GOOS == "windows" && strings.EqualFold(entry, "windows-default") ||
		runtime.GOOS == "darwin" && strings.EqualFold(entry, "macosx")
}

// program finds the program at the beginning of a command line. That is the first word, or
// the shortest sequence of words that is the path of a program.
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

// isCommandShell reports whether a program is a shell that joins its arguments to a
// command line.
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

// isScript reports whether a word contains %s and other words. A shell would then read
// the URL as a part of the script, and URLs can contain &.
func isScript(word string) bool {
	return strings.ContainsAny(word, " \t\n;&|") && strings.Contains(word, "%s")
}

// byApplication returns the command for an application of macOS, which is not a program
// on PATH.
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

// split splits a command line into words. With escapes, it works like Python's shlex.split.
// Without escapes, as on Windows, it splits at blanks outside double quotes. The end of the
// line closes an open quote.
func split(line string, escapes bool) []string {
	if !escapes {
		return splitQuoted(line)
	}
	for _, end := range []string{"", `\`, `"`, `'`, `\"`} { // one of these endings completes the line
		if words, err := shell.Split(line + end); err == nil {
			return words
		}
	}
	return nil
}

// splitQuoted splits a line at blanks outside double quotes.
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

// existing returns the commands whose programs exist.
func existing(env []string, lines ...[]string) []command {
	var commands []command
	for _, line := range lines {
		if path, err := findProgram(line[0], env); err == nil {
			commands = append(commands, command{filepath.Base(line[0]), path, line, nil})
		}
	}
	return commands
}

// start runs a command. It returns nil if the command succeeds or runs longer than grace.
func start(ctx context.Context, c command, env []string, output io.Writer, grace time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// exec.CommandContext would end the browser with ctx.
	cmd := &exec.Cmd{Path: c.path, Args: c.args, Env: withoutSecrets(env), Stdout: output, Stderr: output, SysProcAttr: ownSession()}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // avoids a zombie process
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		if isExplorer(c.path) {
			return nil // explorer.exe always exits with code 1
		}
		return err
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isExplorer reports whether a program is the file explorer of Windows.
func isExplorer(path string) bool {
	return strings.EqualFold(path[strings.LastIndexAny(path, `/\`)+1:], "explorer.exe")
}

// withoutSecrets returns env without the variables of AWS and lanyard whose names contain a
// word such as KEY, SECRET, TOKEN or PASS. The browser, its extensions and its child
// processes do not need these variables.
func withoutSecrets(env []string) []string {
	var kept []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if !isSecret(strings.ToUpper(name)) {
			kept = append(kept, entry)
		}
	}
	if kept == nil {
		kept = []string{} // exec.Cmd replaces nil by the environment of this process
	}
	return kept
}

func isSecret(name string) bool {
	if !strings.HasPrefix(name, "AWS_") && !strings.HasPrefix(name, "LANYARD_") {
		return false
	}
	for _, word := range []string{"KEY", "SECRET", "TOKEN", "PASS", "CREDENTIALS_FULL_URI", "CREDENTIALS_RELATIVE_URI"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// lookup returns the value of a variable in env. If env has the variable twice, lookup returns
// the last value.
func lookup(env []string, name string) string {
	value := ""
	for _, entry := range env {
		key, v, _ := strings.Cut(entry, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			value = v
		}
	}
	return value
}

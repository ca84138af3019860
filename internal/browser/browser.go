// Package browser opens a URL in the user's browser: with the commands of BROWSER or
// with the openers of the system, without a shell, without our secrets, and without
// waiting for the browser to end.
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

// ErrNoBrowser is returned if there is nothing to open a URL with.
var ErrNoBrowser = errors.New("no browser found: set BROWSER to the command of one")

// grace is how long an opener may take to say that it failed. One that is still
// running by then is the browser itself.
const grace = 3 * time.Second

// Open opens url in the person's browser: with the commands of BROWSER in env if
// it is set, else with the openers of the system. It tries them in turn until one
// does not fail within 3 s, and does not wait for that one any longer. The error
// names every command that failed.
//
// On Unix the browser has a session of its own, so that Ctrl-C at our terminal does
// not reach it; a browser that needs the terminal therefore cannot be used.
//
// No shell sees the URL, whatever BROWSER says. The child gets env without the
// secrets of AWS, an empty standard input, and out for all its output; nil
// discards that. Open refuses a URL as [Allowed] does. A cancelled ctx ends the
// wait, not the browser.
func Open(ctx context.Context, url string, env []string, out io.Writer) error {
	return open(ctx, url, env, out, grace)
}

func open(ctx context.Context, url string, env []string, out io.Writer, grace time.Duration) error {
	if err := Allowed(url); err != nil {
		return err
	}
	url = armour(url)
	if Declined(env) {
		return fmt.Errorf("BROWSER is none: %w", ErrNoBrowser)
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
			last = start(ctx, c, env, out, grace)
		}
		if last == nil || ctx.Err() != nil {
			return last
		}
		failures = append(failures, c.name+": "+reason(last))
	}
	return &failedError{strings.Join(failures, "; "), last}
}

// A failedError names the browsers that could not be started.
type failedError struct {
	text string
	last error
}

func (e *failedError) Error() string { return e.text }

func (e *failedError) Unwrap() error { return e.last }

// reason is the text of an error without the path, which the name already gives.
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

// armour percent-encodes what a script between us and the browser (xdg-open,
// wslview, the person's own) might expand. In a path or query the two mean the
// same.
func armour(url string) string {
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

// ErrNotAllowed is for a URL that is not opened, wherever it came from.
var ErrNotAllowed = errors.New("only https URLs, and http ones on this machine, are opened")

// Allowed returns an error that wraps [ErrNotAllowed] if url must not be opened:
// anything but https, or http on a loopback address, and anything that is not
// clearly one URL.
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
		return refuse("a URL with a user name") // nobody needs it, and it hides the host
	case u.Scheme == "https", u.Scheme == "http" && loopback.Host(u.Hostname()):
		return nil
	}
	return refuse(u.Scheme + "://" + u.Host)
}

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

// start runs one command and returns nil once it succeeded or outlived grace.
func start(ctx context.Context, c command, env []string, out io.Writer, grace time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Not CommandContext: a browser outlives us.
	cmd := &exec.Cmd{Path: c.path, Args: c.args, Env: withoutSecrets(env), Stdout: out, Stderr: out, SysProcAttr: ownSession()}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // however long it runs: no zombie stays
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		if isExplorer(c.path) {
			return nil // it ends with 1 in any case
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

// withoutSecrets returns env without what a browser, its extensions and the
// programs it starts have no business with: every variable of AWS, or of ours,
// that is named for a key, a secret, a token or a password.
func withoutSecrets(env []string) []string {
	var kept []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if !isSecret(strings.ToUpper(name)) {
			kept = append(kept, entry)
		}
	}
	if kept == nil {
		kept = []string{} // nil would mean our own environment
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

// lookup returns the value of a variable of env; of several the last one counts.
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

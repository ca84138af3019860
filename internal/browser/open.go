// Package browser opens a URL in the person's browser, without a shell, without
// our secrets, and without waiting for the browser to end.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode"
)

// ErrNoBrowser is returned where there is nothing to open a URL with.
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
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return refuse(u.Scheme + "://" + u.Host)
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
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

package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// ErrNoBrowser is returned where there is nothing to open a URL with.
var ErrNoBrowser = errors.New("no browser found: set BROWSER to the command of one")

// grace is how long an opener may take to say that it failed. One that is still
// running by then is the browser itself.
const grace = 3 * time.Second

// Open opens url in the person's browser: with the commands of BROWSER in env if
// it is set, else with what the system has for it. The first command that does
// not fail within 3 s is the one. It is not waited for any longer, and on Unix it
// has a session of its own, so that Ctrl-C at our terminal does not reach it; a
// browser that needs the terminal therefore cannot be used.
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
	commands := fromVariable(lookup(env, "BROWSER"), url)
	if len(commands) == 0 {
		commands = systemCommands(env, url)
	}
	last := ErrNoBrowser
	for _, args := range commands {
		path, err := findProgram(args[0], env)
		if err != nil {
			last = fmt.Errorf("%s: %w", args[0], err)
			continue
		}
		if err = start(ctx, path, args, env, out, grace); err == nil || ctx.Err() != nil {
			return err
		}
		last = fmt.Errorf("%s: %w", args[0], err)
	}
	return last
}

// start runs one command and returns nil once it succeeded or outlived grace.
func start(ctx context.Context, path string, args, env []string, out io.Writer, grace time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Not CommandContext: a browser outlives us.
	cmd := &exec.Cmd{Path: path, Args: args, Env: withoutSecrets(env), Stdout: out, Stderr: out, SysProcAttr: ownSession()}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // however long it runs: no zombie stays
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
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

package signin

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A place is where the program runs, as seen from the person's browser.
type place int

const (
	here      place = iota // on the person's own machine
	overSSH                // the browser can come back through a forwarded port
	container              // the browser cannot come back
)

// where tells the places apart. A display in an SSH session is the person's: a
// browser opened there is theirs, on this very machine. A browser that BROWSER names
// can come back: the editors that work in containers set it.
func where(app *command.App) place {
	switch {
	case app.Env.Get("BROWSER") != "" && !browser.Declined(app.Env.Environ()):
		return here
	case app.Env.Get("container") != "", exists("/.dockerenv"), exists("/run/.containerenv"):
		return container
	case app.Env.Get("SSH_CONNECTION") != "" && app.Env.Get("DISPLAY") == "" && app.Env.Get("WAYLAND_DISPLAY") == "":
		return overSSH
	}
	return here
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// guideRemote prepares a sign-in whose browser is on another machine: it says how
// the browser can come back, and takes a pasted callback URL. done must be called
// when the sign-in has ended.
func guideRemote(ctx context.Context, app *command.App, request *idcenter.SignIn) (done func()) {
	at := where(app)
	if at == here || request.Device {
		return func() {}
	}
	request.Listening = func(port int) {
		fmt.Fprint(app.IO.Err, remoteText(app, at, port, request.ByCode))
	}
	if !app.IO.Terminal {
		return func() {}
	}
	pasted := make(chan secret.String, 1)
	request.Pasted = pasted
	return readPasted(ctx, app, pasted)
}

// remoteText tells the person what to do. byCode is the command that signs in by a
// code, if it is not this one.
func remoteText(app *command.App, at place, port int, byCode string) string {
	var b strings.Builder
	switch at {
	case overSSH:
		fmt.Fprintf(&b, "This is an SSH session. For the browser on your own machine to come back here, run there:\n\n    ssh -L %d:127.0.0.1:%d %s\n\n", port, port, sshTarget(app))
	case container:
		fmt.Fprintf(&b, "This is a container: a browser outside cannot come back to it, unless port %d is published on 127.0.0.1.\n", port)
	}
	if app.IO.Terminal {
		fmt.Fprintf(&b, "Or sign in there, and when the browser cannot open http://127.0.0.1:%d/..., paste that address here\n(it is not shown) and press Enter. ", port)
	}
	if byCode == "" {
		byCode = "--use-device-code"
	}
	b.WriteString("Signing in by a code instead: " + byCode + "\n\n")
	return b.String()
}

// sshTarget is this machine as the person's ssh knows it, as far as we can tell:
// SSH_CONNECTION is "client port server port".
func sshTarget(app *command.App) string {
	target := "THIS-HOST"
	if f := strings.Fields(app.Env.Get("SSH_CONNECTION")); len(f) == 4 {
		target = f[2]
	}
	if user := app.Env.Get("USER"); user != "" {
		target = user + "@" + target
	}
	return command.Quote(target)
}

// readPasted reads lines from the terminal without showing them: a callback URL
// carries a code that is worth a session. done ends that, and returns when nothing
// reads the terminal any more.
func readPasted(ctx context.Context, app *command.App, pasted chan<- secret.String) (done func()) {
	if _, ok := app.IO.In.(*os.File); !ok {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			line, err := app.Console().Hidden(ctx, "")
			if err != nil {
				return
			}
			if text := strings.TrimSpace(line); text != "" {
				select {
				case pasted <- secret.New(text):
				case <-ctx.Done():
				}
			}
		}
	}()
	return func() {
		cancel()
		if runtime.GOOS != "windows" { // where reading cannot be given up
			<-ended
		}
	}
}

package signin

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A place says where lanyard runs, relative to the user's browser.
type place int

const (
	here      place = iota // on the same machine
	overSSH                // the browser can reach it through a forwarded port
	container              // the browser cannot reach it
)

// browserPlace returns the place of the browser. In an SSH session with a display, a browser opens
// on this machine. A browser that BROWSER names can also reach this machine, because editors that
// work in containers set the variable.
func browserPlace(app *command.App) place {
	switch {
	case app.Env.Get("BROWSER") != "" && !browser.Declined(app.Env.Environ()):
		return here
	case InContainer(app, "/"):
		return container
	case app.Env.Get("SSH_CONNECTION") != "" && app.Env.Get("DISPLAY") == "" && app.Env.Get("WAYLAND_DISPLAY") == "":
		return overSSH
	}
	return here
}

// InContainer reports whether the program runs in a container. root is the folder of the system's
// files, "/".
func InContainer(app *command.App, root string) bool {
	return app.Env.Get("container") != "" || exists(filepath.Join(root, ".dockerenv")) || exists(filepath.Join(root, "run", ".containerenv"))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// guideRemote prepares a sign-in whose browser is on another machine. It prints how the browser can
// reach this machine, and reads a pasted callback URL. The caller calls end after the sign-in.
func guideRemote(ctx context.Context, app *command.App, request *idcenter.SignIn) (end func()) {
	at := browserPlace(app)
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

// remoteText returns the instructions for the user. byCode is the command that signs in
// with a device code; "" means this command with --use-device-code.
func remoteText(app *command.App, at place, port int, byCode string) string {
	var b strings.Builder
	switch at {
	case overSSH:
		fmt.Fprintf(&b, "This is an SSH session. To let your own browser reach lanyard, run this command\non your own machine:\n\n    ssh -L %d:127.0.0.1:%d %s\n\n", port, port, sshTarget(app))
	case container:
		fmt.Fprintf(&b, "This is a container. A browser outside the container can reach lanyard only if\nport %d is published on 127.0.0.1.\n", port)
	}
	if app.IO.Terminal {
		fmt.Fprintf(&b, "You can also open the URL below in any browser. If the browser shows an error\nat an address that begins with http://127.0.0.1:%d/, paste that address here\nand press Enter. Your input stays hidden.\n", port)
	}
	if byCode == "" {
		byCode = "--use-device-code"
	}
	b.WriteString("To sign in with a device code instead: " + byCode + "\n\n")
	return b.String()
}

// sshTarget returns the name of this machine for the user's ssh, from SSH_CONNECTION
// ("client port server port") and USER.
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

// readPasted reads lines from the terminal without echo, because the code in a callback URL is
// secret. stop ends the reading, and returns when nothing reads the terminal any more.
func readPasted(ctx context.Context, app *command.App, pasted chan<- secret.String) (stop func()) {
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
		if runtime.GOOS != "windows" { // Windows cannot cancel a read
			<-ended
		}
	}
}

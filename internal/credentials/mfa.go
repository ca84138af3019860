package credentials

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// code returns a code of the user's MFA device. It runs mfa_process, or else asks the user on
// the terminal, even if stdin is another file.
func (f *fetcher) code(ctx context.Context, role profile.Role) (secret.String, error) {
	if role.MFAProcess != "" {
		return shellCommand(ctx, f.w.App, "mfa_process", role.MFAProcess)
	}
	app := f.w.App
	console, closeTerminal, err := OpenConsole(app)
	if err != nil {
		return secret.String{}, command.WithHint(
			&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("profile %s: cannot ask for a code of the MFA device %s: there is no terminal", role.Profile, role.MFASerial)},
			"run a command with this profile in a terminal; other programs then use the cached credentials\n"+
				"or set mfa_process to a command that prints a code: %s", role.From)
	}
	defer closeTerminal()
	line, err := console.Hidden(ctx, terminal.Printable("Enter MFA code for "+role.MFASerial+": "))
	_, _ = fmt.Fprintln(app.IO.Err) // the terminal did not show the user's Enter
	if err != nil {
		return secret.String{}, app.ExplainConsole(err)
	}
	return secret.New(strings.TrimSpace(line)), nil
}

var errNoTerminal = errors.New("no terminal")

// OpenConsole returns a console on the terminal of the process, and a function that closes the
// console. stdin may be a pipe. It returns an error if the process has no terminal, or if stderr is
// not a terminal.
func OpenConsole(app *command.App) (*picker.Console, func(), error) {
	if app.IO.Terminal {
		return app.Console(), func() {}, nil
	}
	if !app.IO.ErrTerminal { // another program captures stderr, and expects no question
		return nil, nil, errNoTerminal
	}
	tty, err := os.OpenFile(terminalPath, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	return &picker.Console{In: tty, Out: tty, Dumb: style.Dumb(app.Env.Lookup)}, func() { _ = tty.Close() }, nil
}

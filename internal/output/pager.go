package output

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// pagerCommand returns the pager's command line. Like the AWS CLI, it tries AWS_PAGER, the
// profile's cli_pager, PAGER and less, in this order. An empty value means no pager. Output that
// does not go to a terminal has no pager. A small system, such as a container, often has no less.
// Then there is no pager either, because no setting asks for less.
func pagerCommand(app *command.App, p *profile.Profile) string {
	if app.Flags.NoCLIPager || !app.IO.OutTerminal {
		return ""
	}
	if v, ok := app.Env.Lookup("AWS_PAGER"); ok {
		return v
	}
	if s, ok := p.Get("cli_pager"); ok {
		return s.Value
	}
	if v, ok := app.Env.Lookup("PAGER"); ok {
		return v
	}
	pager := "less"
	if runtime.GOOS == "windows" {
		pager = "more"
	}
	if _, err := exec.LookPath(pager); err != nil {
		return ""
	}
	return pager
}

// A pager writes to a program that shows text screen by screen. The first write starts the
// program.
type pager struct {
	app     *command.App
	command string

	cmd     *exec.Cmd
	in      io.WriteCloser
	release func() // stops holding back interrupts, which belong to the pager while it runs
}

func (p *pager) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if p.cmd == nil {
		if err := p.start(); err != nil {
			return 0, err
		}
	}
	n, err := p.in.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		return len(b), nil // the user has quit the pager
	}
	return n, err
}

// start starts the program like the AWS CLI. It sets LESS so that short output stays on the
// screen.
func (p *pager) start() error {
	words, err := shell.Split(p.command)
	if err != nil || len(words) == 0 {
		return &command.ConfigError{Code: "Pager", Msg: fmt.Sprintf("Unable to redirect output to pager: %q cannot be split into words", p.command)}
	}
	// Do not use CommandContext: Ctrl-C stops a search in less, and a killed pager does not
	// restore the terminal.
	p.cmd = exec.Command(words[0], words[1:]...) //nolint:gosec,noctx // the user configured this pager
	p.cmd.Env = p.app.Env.Environ()
	if _, set := p.app.Env.Lookup("LESS"); !set {
		p.cmd.Env = append(p.cmd.Env, "LESS=FRX")
	}
	p.cmd.Stdout, p.cmd.Stderr = p.app.IO.Out, p.app.IO.Err
	in, err := p.cmd.StdinPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return command.WithHint(&command.ConfigError{Code: "Pager", Msg: fmt.Sprintf("Unable to redirect output to pager. Received the following error when opening pager: %v", err)},
			"set AWS_PAGER to an installed program or to the empty string, or add --no-cli-pager")
	}
	p.in, p.release = in, func() {}
	if p.app.Hold != nil {
		p.release = p.app.Hold()
	}
	return nil
}

// close waits until the user quits the pager, and then returns ErrComplete.
func (p *pager) close() error {
	if p.cmd == nil || p.in == nil {
		return nil
	}
	_ = p.in.Close()
	err := p.cmd.Wait()
	p.release()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // the pager's exit code does not matter
		return err
	}
	return command.ErrComplete
}

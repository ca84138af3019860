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

// pagerCommand is the AWS CLI's choice: AWS_PAGER, the profile's cli_pager, PAGER,
// less. One that is set and empty means none.
func pagerCommand(app *command.App, p *profile.Profile) string {
	if app.Flags.NoCLIPager {
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
	if runtime.GOOS == "windows" {
		return "more"
	}
	return "less"
}

// A pager shows what is written to it a screen at a time. The program is started
// with the first write.
type pager struct {
	app     *command.App
	command string

	cmd     *exec.Cmd
	in      io.WriteCloser
	release func() // of the interrupts, which are the pager's while it runs
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
		return len(b), nil // the person has seen enough
	}
	return n, err
}

// start starts the program as the AWS CLI does: with a LESS that leaves short
// output on the screen.
func (p *pager) start() error {
	words, err := shell.Split(p.command)
	if err != nil || len(words) == 0 {
		return &command.ConfigError{Code: "Pager", Msg: fmt.Sprintf("Unable to redirect output to pager: %q cannot be split into words", p.command)}
	}
	// Not bound to a context: Ctrl-C stops a search in less, and a pager that is
	// killed leaves the terminal as it had set it.
	p.cmd = exec.Command(words[0], words[1:]...) //nolint:gosec,noctx // the person's own pager
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
			"set AWS_PAGER to a program that is there, or to nothing, or add --no-cli-pager")
	}
	p.in, p.release = in, func() {}
	if p.app.Hold != nil {
		p.release = p.app.Hold()
	}
	return nil
}

// close waits until the user has read all, and returns ErrComplete then.
func (p *pager) close() error {
	if p.cmd == nil || p.in == nil {
		return nil
	}
	_ = p.in.Close()
	err := p.cmd.Wait()
	p.release()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // how it ends is its own business
		return err
	}
	return command.ErrComplete
}

package emulatorcmd

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// reloadOnHangup reads the organization file again at every SIGHUP, until stop is
// called. A bad file is warned of, and the old organization stays.
func reloadOnHangup(app *command.App, cmd *cobra.Command, o emulatorOptions, e *emulator.Emulator) (stop func()) {
	hangups, release := child.TakeSignals(syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-hangups:
				reload(app, cmd, o, e)
			case <-done:
				return
			}
		}
	}()
	return func() {
		release()
		close(done)
	}
}

func reload(app *command.App, cmd *cobra.Command, o emulatorOptions, e *emulator.Emulator) {
	c, err := organization(app, cmd, o)
	if err == nil {
		err = emulatorProblem(app, cmd, e.Reload(c), c)
	}
	if err == nil {
		fmt.Fprintf(app.IO.Err, "%s: read %s again\n", app.Name, o.org)
		return
	}
	text := err.Error()
	var config *command.ConfigError
	if errors.As(err, &config) {
		text = config.Msg
	}
	app.Warn(text+"; the organization stays as it was", command.HintOf(err))
}

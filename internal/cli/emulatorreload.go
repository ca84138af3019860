package cli

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// reloadOnHangup reads the organization file again at every SIGHUP, until stop is
// called. A bad file is warned of, and the old organization stays.
func reloadOnHangup(app *command.App, cmd *cobra.Command, o emulatorOptions, e *emulator.Emulator) (stop func()) {
	hangups, release := takeSignals(syscall.SIGHUP)
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

// takeSignals takes signals away from Main, for which each is the end of the
// command, until release is called; after that they end the program at once. In
// between nothing else hears them.
func takeSignals(which ...os.Signal) (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 8)
	signal.Ignore(which...) // forgets who listens; Reset would leave a moment in which they kill
	signal.Notify(c, which...)
	return c, func() { signal.Stop(c) }
}

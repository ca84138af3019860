package agentcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

const (
	// statusPatience is how long an agent may take to answer a request for its status.
	statusPatience = 2 * time.Second
	// killLimit is how long an agent may take to end after it was killed.
	killLimit = 5 * time.Second
)

// newStop returns the command agent stop.
func newStop(app *command.App, o *options) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "stop",
		Short: "Stop the agent",
		Long: `Stop the agent, even if it does not answer.

An agent that keeps tokens only in its memory signs you out when it ends, so
lanyard asks for a confirmation first. Without a terminal, --yes is required.`,
		Example: `lanyard agent stop
# do not ask for a confirmation
lanyard agent stop --yes`,
		Args: cmdline.NoArgs,
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	return o.withoutMemory(cmd, func(cmd *cobra.Command) error { return stop(app, cmd, yes) })
}

// stop stops the agent. It kills an agent that does not answer.
func stop(app *command.App, cmd *cobra.Command, confirmed bool) error {
	ctx := cmd.Context()
	home, err := workspace.Home(app)
	if err != nil {
		return err
	}
	client := workspace.NewAgentClient(app, home)
	client.Patience = statusPatience
	status, err := client.Status(ctx)
	silent := err != nil && !errors.Is(err, agent.ErrNone)
	if err == nil && status.InMemory || silent && usesMemory(app, home) {
		if err := confirmSignOut(app, cmd, confirmed, status); err != nil {
			return err
		}
	}
	unrevoked, err := client.Stop(ctx)
	warnOfUnrevoked(app, unrevoked)
	switch {
	case errors.Is(err, agent.ErrNone):
		_, err = fmt.Fprintln(app.Out, "No agent is running.")
		return err
	case errors.Is(err, agent.ErrSilent):
		if err := kill(ctx, app, client.Address); err != nil {
			return command.WithHint(fmt.Errorf("the agent does not answer and could not be killed: %w", err), "find the process, then kill it: lsof %s.lock", client.Address)
		}
		_, err = fmt.Fprintln(app.Out, "The agent did not answer and was killed.")
		warnOfKilledMemory(app, home)
		return err
	case errors.Is(err, agent.ErrForeign), errors.Is(err, agent.ErrElsewhere):
		return command.WithHint(err, "set %s to the socket of your own agent, or unset it", agent.SocketVariable)
	case err != nil:
		warnOfKilledMemory(app, home) // the agent may have died before its sign-outs
		return err
	}
	_, err = fmt.Fprintln(app.Out, "The agent has stopped.")
	return err
}

// confirmSignOut warns that the user will be signed out if the agent stops, and asks for a
// confirmation. status is empty if the agent does not answer.
func confirmSignOut(app *command.App, cmd *cobra.Command, confirmed bool, status agent.Status) error {
	if err := cmdline.NeedsYes(app, cmd, confirmed); err != nil {
		return err
	}
	var names []string
	for _, s := range status.Sessions {
		if s.State == "kept" || s.State == "live" {
			names = append(names, cmp.Or(s.SSOSession, s.StartURL))
		}
	}
	from := ""
	if len(names) > 0 {
		from = " of " + strings.Join(names, ", ")
	}
	fmt.Fprintf(app.IO.Err, "%s: this agent keeps tokens only in its memory and signs you out%s when it stops\n", app.Name, terminal.Printable(from))
	return app.Confirm(cmd.Context(), confirmed, "Stop the agent? [y/N] ", false)
}

// warnOfUnrevoked prints a warning for each session that the agent could not revoke.
func warnOfUnrevoked(app *command.App, unrevoked []string) {
	for _, text := range unrevoked {
		app.Warn(text, "a copy of the token stays valid until it expires")
	}
}

// kill kills the agent's process and waits for its end.
func kill(ctx context.Context, app *command.App, address string) error {
	pid, err := agent.PID(ctx, address)
	if err != nil {
		return err
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	if err := process.Kill(); err != nil {
		return err
	}
	for deadline := time.Now().Add(killLimit); time.Now().Before(deadline) && ctx.Err() == nil; {
		if _, err := agent.PID(ctx, address); errors.Is(err, agent.ErrNone) {
			return nil
		}
		if sleep.For(ctx, askEvery) != nil {
			break
		}
	}
	return fmt.Errorf("process %d still runs %s after the kill", pid, killLimit)
}

// warnOfKilledMemory warns about the tokens that were in the memory of a killed agent.
func warnOfKilledMemory(app *command.App, home string) {
	if usesMemory(app, home) {
		app.Warn("the tokens in the agent's memory are lost and were not revoked", "sign in again; a copy of a token stays valid until it expires")
	}
}

// usesMemory reports whether a session uses the agent store.
func usesMemory(app *command.App, home string) bool {
	return (&workspace.Stores{App: app, Home: home}).Cache().Uses(keystore.Agent)
}

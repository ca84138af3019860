// Package agentcmd has the commands that start, show and end the background agent. The
// commands do flags and output; package agent has the work.
package agentcmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// options are the flags that the commands of the agent share.
type options struct {
	inMemory bool // of all of them
	stay     bool // of start and run
}

// New returns the command agent with its subcommands.
func New(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Keep sessions fresh in the background, and answer for every process",
		Long: `A background process of your own that renews sessions before they lapse. While it
runs, it is the one that renews and fetches for all processes that need it; one
that is killed in the middle of its work loses nothing then. Everything works
without it, and when it does not answer within 50 ms, too.

It ends by itself when nothing is left to renew: when you have signed out, or the
last session has come to its end.

With --in-memory it keeps tokens and role credentials in its memory and nowhere
else: what lies in the AWS CLI's files moves there. Other tools come in by
credential_process: see "store migrate --to agent". When it ends, it signs out.
"agent --in-memory" alone is "agent start --in-memory".`,
		Annotations: command.Uses(command.Connection),
		Args:        command.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.inMemory {
				return start(cmd.Context(), app, o)
			}
			return cmd.Help()
		},
	}
	cmd.PersistentFlags().BoolVar(&o.inMemory, "in-memory", false, "with start, run and unit: keep tokens in the agent's memory only")
	cmd.AddCommand(newStart(app, &o), newRun(app, &o), newStop(app, &o), newStatus(app, &o), newUnit(app, &o))
	return cmd
}

// addStay adds the flag --stay of "agent start" and "agent run".
func (o *options) addStay(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.stay, "stay", false, "go on when nothing is left to renew, and wait for the next sign-in")
}

// withoutMemory refuses --in-memory for a command that does not use it, and else runs it.
func (o *options) withoutMemory(run func(*cobra.Command) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		if o.inMemory {
			return command.Usagef("--in-memory does not go with %q", strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" "))
		}
		return run(cmd)
	}
}

// wantsNone returns the error for an environment that allows no agent.
func wantsNone() error {
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: agent.SocketVariable + "=none says that there is to be no agent"}, "unset %s", agent.SocketVariable)
}

// explainListen adds to the error of an agent that cannot listen what to do.
func explainListen(app *command.App, err error) error {
	err = fmt.Errorf("the agent cannot listen: %w", err)
	if app.Env.Get(agent.SocketVariable) != "" {
		return command.WithHint(err, "set %s to a short path in a folder that only you can write to", agent.SocketVariable)
	}
	return command.WithHint(err, "set XDG_RUNTIME_DIR to a folder of your own with a short path")
}

// memoryWords says where an agent keeps tokens.
func memoryWords(inMemory bool) string {
	if inMemory {
		return "and keeps tokens in its memory only"
	}
	return "and keeps tokens where they are"
}

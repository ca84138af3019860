// Package agentcmd has the commands that start, show and stop the background agent. The
// agent itself is in package agent.
package agentcmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// An options holds the flags that several commands share.
type options struct {
	inMemory bool // a flag of all commands
	stay     bool // a flag of start and run
}

// New returns the command agent with its subcommands.
func New(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Refresh sessions in the background",
		Long: `The agent is a background process that refreshes your sessions before they
expire. While the agent runs, the agent sends the requests of all lanyard
processes. So you can kill a lanyard process without losing a token. The agent
is optional: if the agent does not answer within 50 ms, a process sends its own
requests.

The agent ends when there is no session to refresh, and no entry of the
credentials file to renew. For example, you signed out, or the last session has
ended.

With --in-memory, the agent moves tokens and role credentials from the AWS CLI's
files into its memory. Other tools get credentials through credential_process
(see "lanyard store migrate --help"). When an agent with --in-memory ends, the
agent signs you out. "lanyard agent --in-memory" is short for "lanyard agent
start --in-memory".`,
		Example: `lanyard agent start
lanyard agent status
lanyard agent stop`,
		Annotations: cmdline.Uses(cmdline.Connection),
		Args:        cmdline.UnknownCommand,
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
	cmd.Flags().BoolVar(&o.stay, "stay", false, "keep running when nothing is left to refresh, and wait for the next sign-in")
}

// withoutMemory returns a command that does not use --in-memory. The command rejects the flag,
// and its help does not list the flag.
func (o *options) withoutMemory(cmd *cobra.Command, run func(*cobra.Command) error) *cobra.Command {
	const name = "in-memory"
	cmd.Flags().BoolVar(&o.inMemory, name, false, "")
	_ = cmd.Flags().MarkHidden(name) // this fails only for an unknown flag
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if o.inMemory {
			return command.Usagef("--%s cannot be used with %q", name, strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" "))
		}
		return run(cmd)
	}
	return cmd
}

// noAgentAllowed returns the error for an environment that switches the agent off.
func noAgentAllowed() error {
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "the agent is switched off by " + agent.SocketVariable + "=none"}, "unset %s", agent.SocketVariable)
}

// explainListen adds a hint to the error of an agent that cannot listen.
func explainListen(app *command.App, err error) error {
	err = fmt.Errorf("the agent cannot listen: %w", err)
	if app.Env.Get(agent.SocketVariable) != "" {
		return command.WithHint(err, "set %s to a short path in a folder that only you can write to", agent.SocketVariable)
	}
	return command.WithHint(err, "set XDG_RUNTIME_DIR to a folder with a short path that only you can write to")
}

// whereTokens returns a text that says where an agent keeps tokens.
func whereTokens(inMemory bool) string {
	if inMemory {
		return "keeps tokens only in its memory"
	}
	return "leaves tokens in their stores"
}

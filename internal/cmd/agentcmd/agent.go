package agentcmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// agentOptions are the flags of "agent start" and "agent run".
type agentOptions struct {
	inMemory bool
	stay     bool
}

func New(app *command.App) *cobra.Command {
	var o agentOptions
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
				return agentStart(cmd.Context(), app, o)
			}
			return cmd.Help()
		},
	}
	cmd.PersistentFlags().BoolVar(&o.inMemory, "in-memory", false, "with start, run and unit: keep tokens in the agent's memory only")
	start := &cobra.Command{
		Use: "start", Short: "Start the agent in the background", Args: command.NoArgs,
		Annotations: command.Uses(command.Connection),
		RunE:        func(cmd *cobra.Command, _ []string) error { return agentStart(cmd.Context(), app, o) },
	}
	run := &cobra.Command{
		Use: "run", Short: "Be the agent, in the foreground: for service managers", Args: command.NoArgs,
		Annotations: command.Uses(command.Connection),
		RunE:        func(cmd *cobra.Command, _ []string) error { return agentRun(cmd.Context(), app, o) },
	}
	for _, c := range []*cobra.Command{start, run} {
		c.Flags().BoolVar(&o.stay, "stay", false, "go on when nothing is left to renew, and wait for the next sign-in")
	}
	var yes bool
	stop := &cobra.Command{
		Use: "stop", Short: "End the agent",
		Long: `End the agent, also one that does not answer. An agent that keeps tokens in its
memory only signs out when it ends, so this asks first. Without a terminal to
confirm on, such an agent is stopped only with --yes.`,
		Args: command.NoArgs,
		RunE: o.withoutMemory(func(cmd *cobra.Command) error { return agentStop(app, cmd, yes) }),
	}
	stop.Flags().BoolVar(&yes, "yes", false, "do not ask")
	status := &cobra.Command{
		Use: "status", Short: "Show whether the agent runs, and what it renews when; exit with 1 if it does not",
		Annotations: command.Uses("output", "query"),
		Args:        command.NoArgs,
		RunE:        o.withoutMemory(func(cmd *cobra.Command) error { return agentStatus(cmd.Context(), app) }),
	}
	cmd.AddCommand(start, run, stop, status, newAgentUnit(app))
	return cmd
}

// withoutMemory refuses the flag for a command that has no use for it.
func (o *agentOptions) withoutMemory(run func(*cobra.Command) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		if o.inMemory {
			return command.Usagef("--in-memory does not go with %q", strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" "))
		}
		return run(cmd)
	}
}

package agentcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newStatus returns the command agent status.
func newStatus(app *command.App, o *options) *cobra.Command {
	return o.withoutMemory(&cobra.Command{
		Use:   "status",
		Short: "Show the agent and the sessions that it refreshes",
		Long: `Show whether the agent runs, and when it refreshes each session. The exit code
is 1 if no agent runs.`,
		Example: `lanyard agent status
lanyard agent status --output json`,
		Annotations: cmdline.Uses("output", "query"),
		Args:        cmdline.NoArgs,
	}, func(cmd *cobra.Command) error { return showStatus(cmd.Context(), app) })
}

// showStatus prints the agent's status.
func showStatus(ctx context.Context, app *command.App) error {
	home, err := workspace.Home(app)
	if err != nil {
		return err
	}
	client := workspace.NewAgentClient(app, home)
	client.Patience = statusPatience
	status, err := client.Status(ctx)
	if client.Address == "" {
		return noAgentAllowed()
	}
	if errors.Is(err, agent.ErrNone) {
		return command.WithHint(&command.CommandError{Msg: "no agent is running"}, "run: %s agent start", app.Name)
	}
	if errors.Is(err, agent.ErrEnding) {
		return &command.CommandError{Msg: err.Error()}
	}
	if errors.Is(err, agent.ErrSilent) {
		return command.WithHint(err, "run: %s agent stop", app.Name)
	}
	if err != nil {
		return err
	}
	if app.Flags.Query == "" && (app.Flags.Output == "" || app.Flags.Output == "table") {
		return printStatus(app, status, client.Address)
	}
	return output.Print(app, "Agent", struct {
		agent.Status
		Socket string `json:"socket"`
	}{status, client.Address})
}

// printStatus prints the status as text.
func printStatus(app *command.App, s agent.Status, address string) error {
	fmt.Fprintf(app.Out, "The agent has been running since %s (pid %d) and %s.\n", clock(app, s.Since), s.PID, whereTokens(s.InMemory))
	fmt.Fprintf(app.Out, "It listens at %s", terminal.Printable(address))
	if s.Memory > 0 {
		fmt.Fprintf(app.Out, " and uses %d MB of memory", (s.Memory+1<<19)>>20)
	}
	fmt.Fprintln(app.Out, ".")
	if s.Problem != "" {
		app.Warn("the config cannot be read: "+s.Problem, "")
	}
	if len(s.Sessions) == 0 {
		_, err := fmt.Fprintln(app.Out, "No session is configured.")
		return err
	}
	rows := [][]string{{"SESSION", "STATE", "EXPIRES", "REFRESH", "PROBLEM"}}
	for _, w := range s.Sessions {
		state := map[string]string{"kept": "auto-refresh", "live": "not refreshable", "ended": "ended", "none": "signed out"}[w.State]
		rows = append(rows, []string{
			terminal.Printable(cmp.Or(w.SSOSession, w.StartURL)), state, clock(app, w.ExpiresAt), clock(app, w.RenewalAt), terminal.Printable(cmp.Or(w.Problem, "-")),
		})
	}
	return output.Table(app, rows)
}

// clock formats a time of the agent as local time. It adds the date if the date is not today.
func clock(app *command.App, date string) string {
	t, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return "-"
	}
	t, now := t.Local(), app.Now().Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

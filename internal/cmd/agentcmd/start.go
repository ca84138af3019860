package agentcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

const (
	// startLimit is how long a new agent may take to answer. The agent may wait for locks.
	startLimit = 40 * time.Second
	// askEvery is the pause between two requests to an agent that is starting or stopping.
	askEvery = 20 * time.Millisecond
)

// newStart returns the command agent start.
func newStart(app *command.App, o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "start",
		Short: "Start the agent in the background",
		Long:  `Start the agent in the background, unless it is already running.`,
		Example: `lanyard agent start
# keep tokens only in the agent's memory
lanyard agent start --in-memory`,
		Args:        cmdline.NoArgs,
		Annotations: cmdline.Uses(cmdline.Connection),
		RunE:        func(cmd *cobra.Command, _ []string) error { return start(cmd.Context(), app, *o) },
	}
	o.addStay(cmd)
	return cmd
}

// start starts "agent run" in the background and returns when the agent answers.
func start(ctx context.Context, app *command.App, o options) error {
	home, err := workspace.Home(app)
	if err != nil {
		return err
	}
	client := workspace.NewAgentClient(app, home)
	if client.Address == "" {
		return noAgentAllowed()
	}
	client.Patience = agent.LongPatience
	status, err := client.Status(ctx)
	// An agent is stopping: wait for its end.
	for deadline := time.Now().Add(startLimit); errors.Is(err, agent.ErrEnding) && time.Now().Before(deadline) && sleep.For(ctx, askEvery) == nil; {
		status, err = client.Status(ctx)
	}
	switch {
	case err == nil && status.InMemory != o.inMemory:
		return command.WithHint(fmt.Errorf("an agent is already running (pid %d), which %s", status.PID, whereTokens(status.InMemory)), "run: %s agent stop", app.Name)
	case err == nil:
		_, err := fmt.Fprintf(app.Out, "The agent is already running (pid %d).\n", status.PID)
		return err
	case errors.Is(err, agent.ErrSilent):
		return command.WithHint(err, "run: %s agent stop", app.Name)
	case !errors.Is(err, agent.ErrNone):
		return explainListen(app, err)
	}
	return launch(ctx, app, home, client.Address, o)
}

// launch starts the agent's process, waits for its answer, and prints the agent's warnings.
func launch(ctx context.Context, app *command.App, home, address string, o options) error {
	log, err := openLog(app, address)
	if err != nil {
		return err
	}
	defer func() { _ = log.file.Close() }()
	cmd, err := newProcess(app, o, log.file)
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the agent did not start: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	status, err := awaitAnswer(ctx, app, home, cmd.Process.Pid, ended)
	if err != nil {
		return giveUp(ctx, app, home, cmd, log.explain(err), o)
	}
	fmt.Fprintf(app.Out, "The agent is running (pid %d) and %s.\n", status.PID, whereTokens(status.InMemory))
	hintIfNoSession(app)
	log.repeatWarnings(app)
	warnOfProblems(app, status)
	if status.InMemory {
		warnOfTools(app)
	}
	return nil
}

// awaitAnswer waits until the agent with this pid answers or has ended. An agent may take a while
// to answer on a busy machine.
func awaitAnswer(ctx context.Context, app *command.App, home string, pid int, ended <-chan error) (agent.Status, error) {
	for deadline := time.Now().Add(startLimit); ; {
		status, err := workspace.PatientClient(app, home).Status(ctx)
		if err == nil && status.PID == pid {
			return status, nil
		}
		if time.Now().After(deadline) {
			return status, fmt.Errorf("the agent was started, but does not answer after %s: %w", startLimit, cmp.Or(err, agent.ErrRunning))
		}
		select {
		case <-ctx.Done():
			return status, ctx.Err()
		case err := <-ended:
			return status, errors.Join(errors.New("the agent ended right after its start"), err)
		case <-time.After(askEvery):
		}
	}
}

// giveUp stops an agent that did not start properly, because the agent may already have tokens in
// its memory. If another process has started an agent meanwhile, giveUp returns nil.
func giveUp(ctx context.Context, app *command.App, home string, cmd *exec.Cmd, err error, o options) error {
	ctx = context.WithoutCancel(ctx)
	status, err2 := workspace.PatientClient(app, home).Status(ctx)
	switch {
	case err2 == nil && status.PID != cmd.Process.Pid && status.InMemory == o.inMemory:
		fmt.Fprintf(app.Out, "The agent is already running (pid %d).\n", status.PID)
		return nil
	case err2 == nil && status.PID != cmd.Process.Pid || errors.Is(err2, agent.ErrNone):
		return err
	}
	unrevoked, err2 := workspace.PatientClient(app, home).Stop(ctx)
	warnOfUnrevoked(app, unrevoked)
	if err2 != nil {
		_ = cmd.Process.Kill() // Kill fails if the process has ended
		warnOfKilledMemory(app, home)
	}
	return err
}

// hintIfNoSession prints a hint if no session is configured.
func hintIfNoSession(app *command.App) {
	w, err := workspace.Open(app)
	if err != nil {
		return // the agent itself warns about this error
	}
	if uses, err := w.QuietSessions(); err == nil && len(uses) == 0 {
		app.TellSetUp()
	}
}

// warnOfProblems prints the problems of the config that the agent reports.
func warnOfProblems(app *command.App, status agent.Status) {
	if status.Problem != "" {
		app.Warn("the config cannot be read: "+status.Problem, "")
	}
	for _, s := range status.Sessions {
		if s.Problem != "" {
			app.Warn("session "+cmp.Or(s.SSOSession, s.StartURL)+" is not refreshed: "+s.Problem, "")
		}
	}
}

// warnOfTools prints a warning about the tokens in the agent's memory. The warning names the
// profiles that other tools cannot use because of it.
func warnOfTools(app *command.App) {
	w, err := workspace.Open(app)
	if err != nil {
		return
	}
	uses, err := w.QuietSessions()
	if err != nil {
		return
	}
	var names []string
	for _, u := range uses {
		if u.Name == "" {
			names = append(names, u.Profiles...)
		} else if late, _, err := profile.ToProcess(w.In, []string{u.Name}, "lanyard"); err == nil {
			names = append(names, late.Profiles...)
		}
	}
	if len(names) > 0 {
		app.Warn("the AWS CLI and the SDKs cannot use the tokens in memory for these profiles, which have SSO settings: "+output.Summary(names), "run: "+app.Name+" store migrate --to agent")
	}
}

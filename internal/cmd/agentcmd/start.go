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
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

const (
	// startLimit is how long a new agent may take to answer: it may wait for locks.
	startLimit = 40 * time.Second
	// askEvery is the pause between two questions to an agent that starts or ends.
	askEvery = 20 * time.Millisecond
)

// newStart returns the command agent start.
func newStart(app *command.App, o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "start",
		Short: "Start the agent in the background",
		Long:  `Start the agent in the background. An agent that already runs is left alone.`,
		Example: `lanyard agent start
# keep tokens only in the agent's memory
lanyard agent start --in-memory`,
		Args:        command.NoArgs,
		Annotations: command.Uses(command.Connection),
		RunE:        func(cmd *cobra.Command, _ []string) error { return start(cmd.Context(), app, *o) },
	}
	o.addStay(cmd)
	return cmd
}

// start starts "agent run" in the background, and returns when it answers.
func start(ctx context.Context, app *command.App, o options) error {
	home, err := workspace.Home(app)
	if err != nil {
		return err
	}
	client := workspace.NewAgentClient(app, home)
	if client.Address == "" {
		return wantsNone()
	}
	client.Patience = agent.LongPatience
	status, err := client.Status(ctx)
	// An agent that is ending makes room for the new one.
	for deadline := time.Now().Add(startLimit); errors.Is(err, agent.ErrEnding) && time.Now().Before(deadline) && sleep.For(ctx, askEvery) == nil; {
		status, err = client.Status(ctx)
	}
	switch {
	case err == nil && status.InMemory != o.inMemory:
		return command.WithHint(fmt.Errorf("an agent runs already, as process %d, %s", status.PID, memoryWords(status.InMemory)), "run: %s agent stop", app.Name)
	case err == nil:
		_, err := fmt.Fprintf(app.Out, "The agent runs already, as process %d.\n", status.PID)
		return err
	case errors.Is(err, agent.ErrSilent):
		return command.WithHint(err, "run: %s agent stop", app.Name)
	case !errors.Is(err, agent.ErrNone):
		return explainListen(app, err)
	}
	return launch(ctx, app, home, client.Address, o)
}

// launch starts the process of the agent, waits for its answer, and passes on what the agent
// has to say.
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
		return fmt.Errorf("the agent cannot be started: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	status, err := awaitAnswer(ctx, app, home, cmd.Process.Pid, ended)
	if err != nil {
		return giveUp(ctx, app, home, cmd, log.explain(err), o)
	}
	fmt.Fprintf(app.Out, "The agent runs, as process %d, %s.\n", status.PID, memoryWords(status.InMemory))
	hintIfNothingToRenew(app)
	log.repeatWarnings(app)
	warnOfProblems(app, status)
	if status.InMemory {
		warnOfTools(app)
	}
	return nil
}

// awaitAnswer asks until the agent with this pid answers or has ended. The agent may
// be silent for a while: the machine may be busy.
func awaitAnswer(ctx context.Context, app *command.App, home string, pid int, ended <-chan error) (agent.Status, error) {
	for deadline := time.Now().Add(startLimit); ; {
		status, err := workspace.PatientClient(app, home).Status(ctx)
		if err == nil && status.PID == pid {
			return status, nil
		}
		if time.Now().After(deadline) {
			return status, fmt.Errorf("the agent was started and does not answer within %s: %w", startLimit, cmp.Or(err, agent.ErrRunning))
		}
		select {
		case <-ctx.Done():
			return status, ctx.Err()
		case err := <-ended:
			return status, errors.Join(errors.New("the agent has ended at once"), err)
		case <-time.After(askEvery):
		}
	}
}

// giveUp asks an agent that does not come up as it should to end: it may have taken
// tokens by now. If another process started an agent meanwhile, that agent is used.
func giveUp(ctx context.Context, app *command.App, home string, cmd *exec.Cmd, err error, o options) error {
	ctx = context.WithoutCancel(ctx)
	status, err2 := workspace.PatientClient(app, home).Status(ctx)
	switch {
	case err2 == nil && status.PID != cmd.Process.Pid && status.InMemory == o.inMemory:
		fmt.Fprintf(app.Out, "The agent runs already, as process %d.\n", status.PID)
		return nil
	case err2 == nil && status.PID != cmd.Process.Pid || errors.Is(err2, agent.ErrNone):
		return err
	}
	unrevoked, err2 := workspace.PatientClient(app, home).Stop(ctx)
	warnOfUnrevoked(app, unrevoked)
	if err2 != nil {
		_ = cmd.Process.Kill() // it may have ended
		warnOfKilledMemory(app, home)
	}
	return err
}

// hintIfNothingToRenew prints the hint for a new agent if no session is configured.
func hintIfNothingToRenew(app *command.App) {
	w, err := workspace.Open(app)
	if err != nil {
		return // the agent itself warns of that
	}
	if uses, err := w.QuietSessions(); err == nil && len(uses) == 0 {
		app.TellSetUp()
	}
}

// warnOfProblems warns of what the agent found wrong in the config.
func warnOfProblems(app *command.App, status agent.Status) {
	if status.Problem != "" {
		app.Warn("the config cannot be read: "+status.Problem, "")
	}
	for _, s := range status.Sessions {
		if s.Problem != "" {
			app.Warn("not kept fresh: "+cmp.Or(s.SSOSession, s.StartURL)+": "+s.Problem, "")
		}
	}
}

// warnOfTools warns of profiles that other tools cannot use while tokens are in memory.
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
		app.Warn("the AWS CLI and the SDKs do not find tokens in memory for profiles with SSO settings: "+output.Summary(names), "run: "+app.Name+" store migrate --to agent")
	}
}

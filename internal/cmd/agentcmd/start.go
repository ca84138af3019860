package agentcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// How long a new agent may take to answer, and how often it is asked meanwhile.
const (
	agentBegins = 40 * time.Second // it may wait for locks
	agentAsked  = 20 * time.Millisecond
)

// agentStart starts "agent run" in the background, and returns when it answers.
func agentStart(ctx context.Context, app *command.App, o agentOptions) error {
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
	for deadline := time.Now().Add(agentBegins); errors.Is(err, agent.ErrEnding) && time.Now().Before(deadline) && ctx.Err() == nil; {
		time.Sleep(agentAsked) // until the one before is gone
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
	log, err := openAgentLog(app, client.Address)
	if err != nil {
		return err
	}
	defer func() { _ = log.file.Close() }()
	cmd, err := agentProcess(app, o, log.file)
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the agent cannot be started: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	status, err = awaitAgent(ctx, app, home, cmd.Process.Pid, ended)
	if err != nil {
		return giveUp(ctx, app, home, cmd, log.explain(err), o)
	}
	fmt.Fprintf(app.Out, "The agent runs, as process %d, %s.\n", status.PID, memoryWords(status.InMemory))
	hintIfNothingToRenew(app)
	log.repeatWarnings(app)
	tellProblems(app, status)
	if status.InMemory {
		tellOfTools(app)
	}
	return nil
}

func memoryWords(inMemory bool) string {
	if inMemory {
		return "and keeps tokens in its memory only"
	}
	return "and keeps tokens where they are"
}

// awaitAgent asks until the agent that was started answers or has ended. It may be
// silent for a while: the machine may be busy.
func awaitAgent(ctx context.Context, app *command.App, home string, pid int, ended <-chan error) (agent.Status, error) {
	for deadline := time.Now().Add(agentBegins); ; {
		status, err := workspace.PatientClient(app, home).Status(ctx)
		if err == nil && status.PID == pid {
			return status, nil
		}
		if time.Now().After(deadline) {
			return status, fmt.Errorf("the agent was started and does not answer within %s: %w", agentBegins, cmp.Or(err, agent.ErrRunning))
		}
		select {
		case <-ctx.Done():
			return status, ctx.Err()
		case err := <-ended:
			return status, errors.Join(errors.New("the agent has ended at once"), err)
		case <-time.After(agentAsked):
		}
	}
}

// giveUp ends an agent that was started in vain, in good order: it may have taken
// tokens by now. Where another one was faster it will do.
func giveUp(ctx context.Context, app *command.App, home string, cmd *exec.Cmd, err error, o agentOptions) error {
	ctx = context.WithoutCancel(ctx)
	status, err2 := workspace.PatientClient(app, home).Status(ctx)
	switch {
	case err2 == nil && status.PID != cmd.Process.Pid && status.InMemory == o.inMemory:
		fmt.Fprintf(app.Out, "The agent runs already, as process %d.\n", status.PID)
		return nil
	case err2 == nil && status.PID != cmd.Process.Pid || errors.Is(err2, agent.ErrNone):
		return err
	}
	untold, err2 := workspace.PatientClient(app, home).Stop(ctx)
	for _, text := range untold {
		app.Warn(text, "a copy of the token stays valid until it expires")
	}
	if err2 != nil {
		_ = cmd.Process.Kill() // it may have ended
		tellOfKilledMemory(app, home)
	}
	return err
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lanyard/internal/agent"
)

// agentStop ends the agent, also one that does not listen any more.
func (app *App) agentStop(ctx context.Context) error {
	home, err := app.home()
	if err != nil {
		return err
	}
	client := app.agentClient(home)
	client.Patience = agentHears
	err = client.Stop(ctx)
	switch {
	case errors.Is(err, agent.ErrNone):
		_, err = fmt.Fprintln(app.out, "No agent is running.")
		return err
	case errors.Is(err, agent.ErrSilent):
		if err := app.killAgent(ctx, client.Address); err != nil {
			return fmt.Errorf("the agent does not answer, and was not ended: %w", err)
		}
		_, err = fmt.Fprintln(app.out, "The agent did not answer and was killed.")
		return err
	case err != nil:
		return err
	}
	_, err = fmt.Fprintln(app.out, "The agent has ended.")
	return err
}

// How long an agent that is to end may take to hear it, and to die.
const (
	agentHears = 2 * time.Second
	agentDies  = 5 * time.Second
)

// killAgent kills the process that holds the agent's socket.
func (app *App) killAgent(ctx context.Context, address string) error {
	pid, err := agent.Holder(ctx, address)
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
	for deadline := time.Now().Add(agentDies); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(agentAsked) {
		if _, err := agent.Holder(ctx, address); errors.Is(err, agent.ErrNone) {
			return nil
		}
	}
	return fmt.Errorf("process %d is still there", pid)
}

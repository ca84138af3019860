package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lanyard/internal/agent"
	"lanyard/internal/keystore"
)

// agentStop ends the agent, also one that does not listen any more.
func (app *App) agentStop(ctx context.Context) error {
	home, err := app.home()
	if err != nil {
		return err
	}
	client := app.newAgentClient(home)
	client.Patience = agentHears
	untold, err := client.Stop(ctx)
	for _, text := range untold {
		app.warn(text, "whoever has a copy of it can use it until it expires")
	}
	switch {
	case errors.Is(err, agent.ErrNone):
		_, err = fmt.Fprintln(app.out, "No agent is running.")
		return err
	case errors.Is(err, agent.ErrSilent):
		if err := app.killAgent(ctx, client.Address); err != nil {
			return withHint(fmt.Errorf("the agent does not answer, and was not ended: %w", err), "end the process that holds %s.lock", client.Address)
		}
		_, err = fmt.Fprintln(app.out, "The agent did not answer and was killed.")
		app.tellOfKilledMemory(home)
		return err
	case errors.Is(err, agent.ErrForeign), errors.Is(err, agent.ErrElsewhere):
		return withHint(err, "%s leads to it", agent.SocketVariable)
	case err != nil:
		app.tellOfKilledMemory(home) // it may have died in the middle of its end
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

// tellOfKilledMemory warns of what an agent that was killed had in its memory.
func (app *App) tellOfKilledMemory(home string) {
	if app.newCache(home).Uses(keystore.Agent) {
		app.warn("what it kept in its memory is gone, and was not revoked", "whoever has a copy of a token can use it until it expires; sign in again")
	}
}

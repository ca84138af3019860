package cli_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cli/lanyard/internal/agent"
)

// scriptAgent returns a client of the agent of a script's home folder.
func scriptAgent(getenv func(string) string, home string) *agent.Client {
	lookup := func(name string) (string, bool) { v := getenv(name); return v, v != "" }
	return &agent.Client{Address: agent.Address(lookup, home), Home: agent.HomeID(home), Patience: agent.LongPatience}
}

// endAgent ends an agent that a script started but did not end. It also ends an agent that the
// script has stopped with a signal.
func endAgent(getenv func(string) string, home string) {
	client := scriptAgent(getenv, home)
	if _, err := client.Stop(context.Background()); !errors.Is(err, agent.ErrSilent) {
		return
	}
	if pid, err := agent.PID(context.Background(), client.Address); err == nil {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
}

// awaitNoAgent implements the command "await-no-agent". The command waits until the agent has ended
// without a request to stop.
func awaitNoAgent(ts *testscript.TestScript, _ bool, _ []string) {
	client := scriptAgent(ts.Getenv, ts.Getenv("HOME"))
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		_, err := client.Status(context.Background())
		if errors.Is(err, agent.ErrNone) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the agent still runs: %v", err)
		}
	}
}

// awaitProblem implements the command "await-problem TEXT". The command waits until the agent
// reports a problem that contains TEXT. If TEXT is "none", it waits until the agent reports no
// problem. It makes the agent check its sessions at once.
func awaitProblem(ts *testscript.TestScript, _ bool, args []string) {
	client := scriptAgent(ts.Getenv, ts.Getenv("HOME"))
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		ts.Check(client.Wake(context.Background()))
		status, err := client.Status(context.Background())
		ts.Check(err)
		text := status.Problem
		for _, s := range status.Sessions {
			text += s.Problem
		}
		if args[0] == "none" && text == "" || args[0] != "none" && strings.Contains(text, args[0]) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the agent reports the problem %q", text)
		}
	}
}

package cli_test

import (
	"context"
	"errors"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lanyard/internal/agent"
)

// scriptAgent asks the agent of a script's home.
func scriptAgent(ts *testscript.TestScript) *agent.Client {
	lookup := func(name string) (string, bool) { v := ts.Getenv(name); return v, v != "" }
	return &agent.Client{Address: agent.Address(lookup, ts.Getenv("HOME")), Patience: agent.LongPatience}
}

// await-no-agent waits until the agent has ended by itself.
func awaitNoAgent(ts *testscript.TestScript, _ bool, _ []string) {
	client := scriptAgent(ts)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		_, err := client.Status(context.Background())
		if errors.Is(err, agent.ErrNone) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the agent goes on: %v", err)
		}
	}
}

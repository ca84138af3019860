//go:build unix

package stormtest_test

import (
	"context"
	"errors"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/agent"
)

// A standby runs beside the processes of a scene.
type standby int

const (
	nobody   standby = iota
	agentOn          // an agent runs
	inMemory         // it keeps the tokens in its memory only
)

// startAgent runs an agent in the home until the test ends.
func (h *home) startAgent(t *testing.T, flags ...string) {
	t.Helper()
	h.env = append(h.env, agent.SocketVariable+"="+h.path("agent.sock"))
	r := h.run(t, append([]string{"agent", "start"}, flags...)...)
	if r.code != 0 {
		t.Fatalf("agent start: exit %d, %s", r.code, r.stderr)
	}
	t.Cleanup(func() {
		client := agent.Client{Address: h.path("agent.sock"), Home: agent.HomeID(h.dir), Patience: agent.LongPatience}
		if _, err := client.Stop(context.Background()); err != nil && !errors.Is(err, agent.ErrNone) {
			t.Errorf("agent stop: %v", err)
		}
	})
}

// killAgent kills it, if it is there.
func (h *home) killAgent(t *testing.T) {
	pid, err := agent.Holder(context.Background(), h.path("agent.sock"))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		t.Errorf("the agent was not killed: %v", err)
	}
}

// assisted are the scenes with an agent. It makes the calls, so that a process that
// is killed takes nothing along, also where tokens are for a single use.
func assisted() []scene {
	return []scene{
		{name: "agent, cold, 8 profiles", n: crowd, roles: eight, cache: cold, latency: latency, standby: agentOn, fetches: 8},
		{name: "agent, expired", short: true, n: crowd, roles: one, cache: expired, latency: latency / 2, standby: agentOn, refreshes: 1, fetches: 1},
		{name: "agent, revoked", n: crowd, roles: one, cache: revoked, latency: latency / 5, standby: agentOn, refreshes: 1, spare: 1, end: ends},
		{
			name: "agent, 10 % killed, single use, answers 1 s under way", short: true, n: crowd, roles: eight, cache: expired,
			latency: latency, behind: true, doomed: 10, standby: agentOn, refreshes: 1, fetches: 8,
		},
		{
			name: "agent, 50 % killed, single use, answers 3 s under way", n: crowd, roles: four, cache: expired,
			latency: 3 * latency, behind: true, doomed: 50, standby: agentOn, refreshes: 1, fetches: 4,
		},
		{
			name: "agent, with the AWS CLI and boto3, grace", n: crowd, roles: one, cache: expired, grace: grace,
			latency: latency, others: 2, standby: agentOn, refreshes: 1, fetches: 1,
		},
		{
			name: "agent, itself killed, grace", short: true, n: crowd, roles: eight, cache: expired, grace: grace,
			latency: latency / 2, behind: true, standby: agentOn, orphans: true, refreshes: 1, fetches: 8,
		},
		{name: "in memory, cold, 8 profiles", n: crowd, roles: eight, cache: cold, latency: latency, standby: inMemory, fetches: 8},
		{
			name: "in memory, expired, 10 % killed, single use", short: true, n: crowd, roles: four, cache: expired,
			latency: latency / 2, behind: true, doomed: 10, standby: inMemory, refreshes: 1, fetches: 4,
		},
	}
}

//go:build unix

package stormtest_test

// This file starts programs that run during a scene: an agent, the AWS CLI, boto3.

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/intercept"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A standby says which agent runs during a scene.
type standby int

const (
	noAgent  standby = iota
	agentOn          // an agent runs
	inMemory         // an agent runs, and keeps the tokens only in its memory
)

// startAgent runs an agent in the home until the test ends.
func (h *home) startAgent(t *testing.T, flags ...string) {
	t.Helper()
	h.env = append(h.env, agent.SocketVariable+"="+h.path("agent.sock"))
	r := h.run(t, append([]string{"agent", "start"}, flags...)...)
	if r.Code != 0 {
		t.Fatalf("agent start: exit %d, %s", r.Code, r.Stderr)
	}
	t.Cleanup(func() {
		client := agent.Client{Address: h.path("agent.sock"), Home: agent.HomeID(h.dir), Patience: agent.LongPatience}
		if _, err := client.Stop(context.Background()); err != nil && !errors.Is(err, agent.ErrNone) {
			t.Errorf("agent stop: %v", err)
		}
	})
}

// killAgent kills the agent.
func (h *home) killAgent(t *testing.T) {
	pid, err := agent.PID(context.Background(), h.path("agent.sock"))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		t.Errorf("the agent was not killed: %v", err)
	}
}

// boto3 resolves the credentials of a profile, which refreshes an expired token.
const boto3 = "import sys, boto3; boto3.Session(profile_name=sys.argv[1]).get_credentials().get_frozen_credentials()"

// otherPrograms finds, once, the command lines of programs that refresh tokens without
// lanyard's lock. The caller appends the name of a profile.
var otherPrograms = sync.OnceValue(func() (found [][]string) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		aws, python := filepath.Join(dir, "aws"), filepath.Join(dir, "python3")
		out, _ := exec.Command(aws, "--version").Output()
		if strings.HasPrefix(string(out), "aws-cli/2.") {
			found = append(found, []string{aws, "configure", "export-credentials", "--profile"})
		}
		if exec.Command(python, "-c", "import boto3").Run() == nil {
			found = append(found, []string{python, "-c", boto3})
		}
	}
	// Take one program of each kind. The AWS CLI has the shorter command lines.
	slices.SortFunc(found, func(a, b []string) int { return len(b) - len(a) })
	return slices.CompactFunc(found, func(a, b []string) bool { return len(a) == len(b) })
})

// startOthers starts n of the other programs, and returns when the first program has called
// the service. The storm then starts.
func (h *home) startOthers(t *testing.T, n int) (started []*proctest.Process) {
	t.Helper()
	if n == 0 {
		return nil
	}
	programs := otherPrograms()
	if len(programs) == 0 {
		t.Skip("neither the AWS CLI v2 nor boto3 is here: apt-get install awscli python3-boto3")
	}
	theirs := *h
	theirs.env = append(slices.Clone(h.env), h.proxy(t)...)
	for i := range n {
		line := append(slices.Clone(programs[i%len(programs)]), "dev")
		started = append(started, theirs.startProgram(t, nil, line...))
	}
	proctest.Eventually(t, "a call of "+programs[0][0], func() bool {
		return h.srv.Count("CreateToken")+h.srv.Count("GetRoleCredentials") > 0
	})
	return started
}

// proxy leads an AWS CLI to the emulator through proxy variables. Some versions of the AWS
// CLI do not support AWS_ENDPOINT_URL. Programs that support the variable do not use the
// proxy.
func (h *home) proxy(t *testing.T) []string {
	t.Helper()
	p, err := intercept.Start(h.srv.Emulator, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	if err := p.WriteBundle(bundle); err != nil {
		t.Fatal(err)
	}
	return p.Env(bundle)
}

//go:build unix

package stormtest_test

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/intercept"
)

// boto3 resolves the credentials of a profile, which refreshes an expired token.
const boto3 = "import sys, boto3; boto3.Session(profile_name=sys.argv[1]).get_credentials().get_frozen_credentials()"

// otherPrograms finds, once, the command lines of programs that refresh without our
// lock; the name of a profile follows.
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
	// One of each: the shorter lists are those of the AWS CLI.
	slices.SortFunc(found, func(a, b []string) int { return len(b) - len(a) })
	return slices.CompactFunc(found, func(a, b []string) bool { return len(a) == len(b) })
})

// startOthers starts n such programs, and returns when the first of them has asked
// the service for something: the storm comes over it.
func (h *home) startOthers(t *testing.T, n int) (started []*process) {
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
	eventually(t, "a call of "+programs[0][0], func() bool {
		return h.srv.Count("CreateToken")+h.srv.Count("GetRoleCredentials") > 0
	})
	return started
}

// proxy leads an AWS CLI from before AWS_ENDPOINT_URL to the emulator, by variables.
// Programs that know that variable pass the proxy by.
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

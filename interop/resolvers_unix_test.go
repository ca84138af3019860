//go:build unix

package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// tableEnv has the variables of all clients of the table.
var tableEnv = []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "PYTHONDONTWRITEBYTECODE=1"}

// resolvers returns the clients of the table. The commands of lanyard count as clients.
func resolvers() (all []resolver) {
	for _, c := range everyClient() {
		switch {
		case c.name == own:
			all = append(
				all,
				resolver{named(c, own+" operation"), byOperation},
				resolver{named(c, own+" get-credentials"), byGetCredentials},
				resolver{named(c, own+" exec"), byExec},
				resolver{named(c, own+" library"), byLibrary},
			)
		case strings.HasPrefix(c.name, "AWS CLI"):
			all = append(all, resolver{c, func(t *testing.T, h *home, tasks []lookup) []finding {
				t.Helper()
				script := []string{interpreterOf(t, c), absolute("python/profiles.py"), "awscli"}
				return h.together(t, invocation{script, true, ""}, tasks)
			}})
		case c.python:
			all = append(all, resolver{c, func(t *testing.T, h *home, tasks []lookup) []finding {
				t.Helper()
				return h.together(t, invocation{[]string{c.base[0], absolute("python/profiles.py"), "boto3"}, true, ""}, tasks)
			}})
		default:
			all = append(all, resolver{c, func(t *testing.T, h *home, tasks []lookup) []finding {
				t.Helper()
				return h.together(t, c.with([]string{"profiles"}), tasks)
			}})
		}
	}
	return append(all, terraform())
}

// terraform returns the client that uses the module of Terraform's AWS provider. It builds the
// client once.
var terraform = sync.OnceValue(func() resolver {
	c := client{name: "Terraform", install: "make modules"}
	program := filepath.Join(filepath.Dir(lanyardPath), "terraform")
	build := exec.Command("go", "build", "-modfile=terraform.mod", "-o", program, "terraform.go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if build.Run() == nil {
		c.base = []string{program}
	}
	return resolver{c, func(t *testing.T, h *home, tasks []lookup) []finding {
		t.Helper()
		return h.together(t, c.with(nil), tasks)
	}}
})

func named(c client, name string) client {
	c.name = name
	return c
}

// together runs one process for all tasks. The process reads the tasks from stdin.
func (h *home) together(t *testing.T, in invocation, tasks []lookup) (found []finding) {
	t.Helper()
	if in.python {
		pythons <- struct{}{}
		defer func() { <-pythons }()
	}
	ctx, cancel := context.WithTimeout(t.Context(), batchLimit)
	defer cancel()
	work, err := json.Marshal(tasks)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, in.args[0], in.args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = h.dir, append(h.env(in), tableEnv...), bytes.NewReader(work)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &found)
	}
	if err != nil || len(found) != len(tasks) {
		t.Fatalf("%s: %d results for %d tasks, error %v\n%s", in, len(found), len(tasks), err, complaints.String())
	}
	return found
}

// byOperation gets the identities with sts get-caller-identity of lanyard.
func byOperation(t *testing.T, h *home, tasks []lookup) (found []finding) {
	t.Helper()
	for _, task := range tasks {
		found = append(found, h.lookUp(t, task, "sts", "get-caller-identity", "--output", "json").identity())
	}
	return found
}

// byGetCredentials asks STS for the identity of the credentials that get-credentials prints.
func byGetCredentials(t *testing.T, h *home, tasks []lookup) (found []finding) {
	t.Helper()
	for _, task := range tasks {
		r := h.lookUp(t, task, "sso", "get-credentials")
		var c struct{ AccessKeyId, SecretAccessKey, SessionToken string } //nolint:revive,staticcheck // the AWS CLI's names
		if r.code != 0 || json.Unmarshal([]byte(r.stdout), &c) != nil {
			found = append(found, finding{Error: r.stderr})
			continue
		}
		out, err := h.sts(c.AccessKeyId, c.SecretAccessKey, c.SessionToken).GetCallerIdentity(t.Context(), nil)
		if err != nil {
			found = append(found, finding{Error: err.Error()})
			continue
		}
		found = append(found, finding{Arn: *out.Arn})
	}
	return found
}

// byExec runs the client of the SDK for Go with "lanyard exec".
func byExec(t *testing.T, h *home, tasks []lookup) (found []finding) {
	t.Helper()
	sdk := goSDK()
	for _, task := range tasks {
		task.Env = maps.Clone(task.Env) // other clients read it at the same time
		task.Env[goClientVariable] = "1"
		found = append(found, h.lookUp(t, task, "exec", "--", sdk.base[0], "identity", "").identity())
	}
	return found
}

// byLibrary gets the identities with package provider.
func byLibrary(t *testing.T, h *home, tasks []lookup) []finding {
	t.Helper()
	return h.together(t, goSDK().with([]string{"libraries"}), tasks)
}

// lookUp runs lanyard for a task.
func (h *home) lookUp(t *testing.T, task lookup, args ...string) result {
	t.Helper()
	if task.Profile != "" {
		args = append([]string{args[0], "--profile", task.Profile}, args[1:]...)
	}
	env := append(h.env(invocation{}), tableEnv...)
	for name, value := range task.Env {
		env = append(env, name+"="+value)
	}
	r := proctest.Command{Line: append([]string{lanyardPath}, args...), Dir: h.dir, Env: env}.Start(t).Wait(t)
	return result{r.Stdout, r.Stderr, r.Code}
}

// identity returns the identity in a reply to GetCallerIdentity, or the error.
func (r result) identity() finding {
	var got identity
	if r.code != 0 || json.Unmarshal([]byte(r.stdout), &got) != nil {
		return finding{Error: r.stderr + r.stdout}
	}
	return finding{Arn: got.Arn}
}

package interop_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// batchLimit is how long the AWS CLI may take for all command lines of a test.
const batchLimit = 3 * time.Minute

// A batch is an environment for command lines of lanyard and of the AWS CLI.
type batch struct {
	endpoint string
	env      []string
}

// newBatch returns a batch for one server. The environment has the given keys.
func newBatch(t *testing.T, endpoint string, keys ...string) *batch {
	t.Helper()
	return &batch{endpoint, append([]string{
		"AWS_DATA_PATH=" + tableModels(t), "PYTHONDONTWRITEBYTECODE=1",
		"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LANG=C.UTF-8", "TZ=America/New_York",
		"AWS_PAGER=", "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
	}, keys...)}
}

// args returns the arguments of a command line, with the server's address.
func (b *batch) args(line string) []string {
	return append(split(line), "--endpoint-url", b.endpoint)
}

// awsCLI runs all command lines with the AWS CLI in one process, because each start takes almost
// a second.
func (b *batch) awsCLI(t *testing.T, lines []string) []result {
	t.Helper()
	task := struct {
		Models   []string   `json:"models"`
		Commands [][]string `json:"commands"`
	}{Models: models()}
	for _, line := range lines {
		task.Commands = append(task.Commands, b.args(line))
	}
	in, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), batchLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, interpreterOfAWSCLI(t), absolute("python/batch.py"))
	cmd.Env, cmd.Stdin = b.env, bytes.NewReader(in)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the AWS CLI: %v\n%s", err, complaints.String())
	}
	var answers [][3]any
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(lines) {
		t.Fatalf("the AWS CLI: %d results for %d command lines, error %v", len(answers), len(lines), err)
	}
	results := make([]result, len(lines))
	for i, a := range answers {
		code, _ := a[0].(float64)
		results[i].code = int(code)
		results[i].stdout, _ = a[1].(string)
		results[i].stderr, _ = a[2].(string)
	}
	return results
}

// lanyard runs one command line with the program under test. In the legacy error format, errors
// lack the prefix that the AWS CLI has added since 2.34.
func (b *batch) lanyard(ctx context.Context, line string) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, proctest.TooLong)
	defer cancel()
	cmd := exec.CommandContext(ctx, lanyardPath, b.args(line)...)
	cmd.Env = append(b.env, "AWS_CLI_ERROR_FORMAT=legacy")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil || ctx.Err() != nil {
		return result{}, fmt.Errorf("lanyard %s: %w", line, errors.Join(err, ctx.Err()))
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}, nil
}

// interpreterOfAWSCLI returns the Python interpreter that the first line of the AWS CLI's script
// names.
func interpreterOfAWSCLI(t *testing.T) string {
	t.Helper()
	return interpreterOf(t, clientNamed("AWS CLI v2"))
}

// interpreterOf does the same for one version of the AWS CLI.
func interpreterOf(t *testing.T, c client) string {
	t.Helper()
	c.need(t)
	f, err := os.Open(c.base[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	first, _ := bufio.NewReader(f).ReadString('\n') // if the file is a binary, first can be any text
	path, ok := strings.CutPrefix(strings.TrimSpace(first), "#!")
	if !ok || exec.Command(path, "-c", "import awscli.clidriver").Run() != nil {
		t.Skipf("%s %s is not a Python script, or its modules cannot be imported", c.base[0], c.version)
	}
	return path
}

// split splits a command line into words at spaces, except within '...'.
func split(line string) (words []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}

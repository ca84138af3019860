package equal

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runScript runs a script in testdata, and returns its lines on stdout. It returns an error if there
// are not as many lines as there are on stdin.
func runScript(t *testing.T, cmd *exec.Cmd, stdin []byte) ([][]byte, error) {
	if err := setEnv(t, cmd); err != nil {
		return nil, err
	}
	cmd.Stdin = bytes.NewReader(stdin)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd.Args[1], err, complaints.Bytes())
	}
	var lines [][]byte
	scanner := bufio.NewScanner(bytes.NewReader(out))
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		lines = append(lines, bytes.Clone(scanner.Bytes()))
	}
	if want := bytes.Count(stdin, []byte("\n")); scanner.Err() != nil || len(lines) != want {
		return nil, fmt.Errorf("%s: %d lines, %w, want %d", cmd.Args[1], len(lines), scanner.Err(), want)
	}
	return lines, nil
}

// newCLIScript returns the command of a script that imports the AWS CLI.
func newCLIScript(ctx context.Context, python, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, python, append([]string{"testdata/" + name}, args...)...)
	if *models == "" { // the models of an installed botocore are newer than the AWS CLI's
		if folder := botocoreModels(); folder != "" {
			cmd.Env = append(cmd.Env, "AWS_DATA_PATH="+folder)
		}
	}
	return cmd
}

// botocoreModels returns the folder of the models of an installed botocore, or "".
func botocoreModels() string {
	out, err := exec.Command("python3", "-c", "import botocore; print(botocore.__path__[0])").Output()
	if err != nil {
		return ""
	}
	return filepath.Join(lastLine(out), "data")
}

// awsCLI returns a Python that can import the AWS CLI, version 2.
func awsCLI(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		out, err := exec.Command(python, "-c", "import awscli; print(awscli.__version__)").Output()
		if err == nil && strings.HasPrefix(lastLine(out), "2.") {
			t.Log("compared with the AWS CLI", lastLine(out))
			return python
		}
	}
	t.Skip("no python3 can import the AWS CLI, version 2; on Debian, run: apt-get install awscli")
	return ""
}

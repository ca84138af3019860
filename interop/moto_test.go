package interop_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// startMoto starts moto's server with sample resources, in the first Python that has moto. It
// returns the server's URL and the ids INSTANCE and ACCOUNT.
func startMoto(t *testing.T) map[string]string {
	t.Helper()
	path := pythonWith("import moto.server, boto3")
	if path == "" {
		t.Skip("no python3 has moto; to install it: pip install 'moto[server]' boto3")
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path, absolute("python/moto_server.py"))
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "MOTO_EC2_LOAD_DEFAULT_AMIS=false"}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cancel()
		_ = cmd.Wait() // Kill has ended the process
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		var there map[string]string
		if json.Unmarshal(lines.Bytes(), &there) == nil {
			return there
		}
	}
	cancel()
	_ = cmd.Wait()
	t.Fatalf("moto did not start: %s", complaints.String())
	return nil
}

// pythonWith returns the first interpreter that can run the statement, or "".
func pythonWith(statement string) string {
	for _, path := range programs("python3", nil) {
		if exec.Command(path, "-c", statement).Run() == nil {
			return path
		}
	}
	return ""
}

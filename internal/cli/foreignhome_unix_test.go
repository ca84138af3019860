//go:build unix

package cli_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

// In a container, the user is often not in the list of users, and HOME is root's or not set. If
// the environment has keys, lanyard needs no home folder.
func TestKeysNeedNoHome(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: only root can be another user")
	}
	root := t.TempDir()
	for path := root; path != os.TempDir() && path != filepath.Dir(path); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o711); err != nil { // this folder belongs to the test; other users cannot list it
			t.Fatal(err)
		}
	}
	closed := filepath.Join(root, "closed")
	if err := os.MkdirAll(filepath.Join(closed, ".aws", "cli"), 0o700); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(root, "open")
	if err := os.MkdirAll(filepath.Join(open, ".aws", "cli"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"config", "credentials", "cli/alias"} {
		if err := os.WriteFile(filepath.Join(open, ".aws", file), []byte("[default]\nregion = eu-west-1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	srv := emulatortest.Start(t, emulator.BuiltIn())
	program := filepath.Join(root, "lanyard")
	copyProgram(t, program)
	run := func(env []string, args ...string) (stdout, stderr string, code int) {
		cmd := exec.Command(program, args...)
		cmd.Dir = "/"
		cmd.Env = append(append([]string{"AWS_ACCESS_KEY_ID=AKIAENV", "AWS_SECRET_ACCESS_KEY=secret"}, srv.Env()...), env...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 12345, Gid: 12345}}
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return out.String(), errs.String(), cmd.ProcessState.ExitCode()
	}
	for _, tt := range []struct {
		name     string
		env      []string
		warnings int
	}{
		{"a home that is closed", []string{"HOME=" + closed}, 2},
		{"files that are closed", []string{"HOME=" + open}, 3},
		{"no home", nil, 0},
		{"a home that does not exist", []string{"HOME=/nonexistent"}, 0},
	} {
		for _, args := range [][]string{
			{"sts", "get-caller-identity", "--region", "us-east-1"}, {"s3", "ls", "--region", "us-east-1"},
		} {
			_, stderr, code := run(tt.env, args...)
			warnings := strings.Count(stderr, "warning:")
			if code != 254 || !strings.Contains(stderr, "An error occurred (InvalidClientTokenId)") && !strings.Contains(stderr, "An error occurred (InvalidAccessKeyId)") || warnings != tt.warnings {
				t.Errorf("%s: %q: exit code %d, %d warnings, want %d: %s", tt.name, args, code, warnings, tt.warnings, stderr)
			}
		}
		if stdout, stderr, code := run(tt.env, "configure", "export-credentials"); code != 0 || !strings.Contains(stdout, "AKIAENV") {
			t.Errorf("%s: exit code %d, want 0 and the keys of the environment: %s%s", tt.name, code, stdout, stderr)
		}
	}
	// Commands that need a home folder report that it is missing.
	for _, args := range [][]string{
		{"sso", "login"},
		{"sso", "logout"},
		{"status"},
		{"sso", "get-credentials", "--sso-session", "s", "--account-id", "111122223333", "--role-name", "r"},
		{"configure", "set", "region", "us-east-1"},
	} {
		config := filepath.Join(root, "config")
		if err := os.WriteFile(config, []byte("[sso-session s]\nsso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = us-east-1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		env := []string{"AWS_CONFIG_FILE=" + config}
		if args[0] == "configure" {
			env = nil
		}
		if _, stderr, code := run(env, args...); code != 255 || !strings.Contains(stderr, "HOME is not set\nhint: set HOME") {
			t.Errorf("%q without a home: exit code %d, want 255 and a hint about HOME: %s", args, code, stderr)
		}
	}
}

// copyProgram copies this test binary, because other users cannot read the folder in which go
// test builds it.
func copyProgram(t *testing.T, path string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
}

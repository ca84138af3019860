package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Below HOME, a completion reads only the config and credentials files. It creates no file, opens
// no socket, and starts no process.
func TestCompletionReadsOnlyTheConfig(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace, which shows the system calls, is not installed: run scripts/setup")
	}
	program, err := exec.LookPath("lanyard")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	for _, dir := range []string{".aws/sso/cache", ".aws/cli/cache"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(home, ".aws/config"), []byte("[profile dev]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := regexp.MustCompile(`^\d+ +openat\([^"]*"` + regexp.QuoteMeta(home) + `/\.aws/(config|credentials)", O_RDONLY`)
	for _, args := range [][]string{
		{"fish", "--profile", ""},
		{"zsh", "exec", "d"},
		{"bash", "lanyard login --sso-session ", ""},
		{"fish", ""},
		{"elvish", "ec2", "describe-instances", "--"},
		{"fish", "dynamodb", "list-t"},
	} {
		log := filepath.Join(t.TempDir(), "log")
		cmd := exec.CommandContext(t.Context(), "strace", append([]string{
			"-f", "-qq", "-o", log, "-e", "trace=%file,%network,%process", "-e", "signal=none", program, "__complete",
		}, args...)...)
		cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("strace does not work here: %v %s", err, out)
		}
		calls, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		execs := 0
		for line := range strings.Lines(string(calls)) {
			switch {
			case strings.Contains(line, "execve("):
				execs++
			case strings.Contains(line, "O_CREAT"), strings.Contains(line, "O_WRONLY"), strings.Contains(line, "O_RDWR"),
				strings.Contains(line, "socket("), strings.Contains(line, "connect("), strings.Contains(line, "mkdir"), strings.Contains(line, "rename"),
				strings.Contains(line, home) && !config.MatchString(line) && !strings.Contains(line, "execve("):
				t.Errorf("%q: %s", args, line)
			}
		}
		if execs != 1 {
			t.Errorf("%q: %d programs were started\n%s", args, execs, calls)
		}
	}
}

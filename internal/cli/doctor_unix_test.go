//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// noPrograms returns a PATH without the AWS CLI of this machine, which may have a defect.
func noPrograms(t *testing.T) []string { return []string{"PATH=" + t.TempDir()} }

// On a terminal, each line fits, except a line that the user copies.
func TestDoctorFitsTheTerminal(t *testing.T) {
	const typo = corpBlock + "\n[dve]\nregion = us-east-1\n[profile gone]\ncredential_process = no-such-program\n"
	for _, cols := range []uint16{80, 120} {
		tm := sit(t, terminalOptions{config: typo, cols: cols, rows: 80, env: noPrograms(t)}, "doctor")
		tm.exits(1)
		text := tm.text()
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\r\n")
			if n := len([]rune(line)); n > int(cols) && !strings.Contains(line, "unset AWS_") && !strings.Contains(line, "export PATH=") {
				t.Errorf("%d columns: %q has %d", cols, line, n)
			}
		}
		problems, warnings := strings.Index(text, "PROBLEMS\n"), strings.Index(text, "WARNINGS\n")
		if problems < 0 || warnings < problems || !strings.Contains(text, "no-such-program") {
			t.Errorf("%d columns: %s", cols, text)
		}
		if n := strings.Count(text, "\n"); n > 60 {
			t.Errorf("%d columns: the page has %d lines", cols, n)
		}
	}
}

// On a terminal, a long line about a good check is wrapped, so that the user can read all of it.
func TestDoctorWrapsGoodChecks(t *testing.T) {
	tm := sit(t, terminalOptions{config: corpBlock, cols: 80, rows: 80, env: noPrograms(t)}, "doctor")
	tm.exits(0)
	text := strings.Join(strings.Fields(tm.text()), " ")
	if want := "not installed; lanyard needs it only for commands that are not built in"; !strings.Contains(text, want) {
		t.Errorf("%q is not in the page: %s", want, tm.text())
	}
}

// On a terminal, --fix asks. If the answer is no, nothing changes.
func TestDoctorAsks(t *testing.T) {
	for answer, want := range map[string]os.FileMode{"n": 0o644, "y": 0o600} {
		t.Run(answer, func(t *testing.T) {
			tm := sit(t, terminalOptions{config: corpBlock, env: noPrograms(t)}, "doctor", "--fix", "--yes")
			tm.expect("there is nothing that lanyard can change safely")
			tm.exits(0)
			path := filepath.Join(tm.home, ".aws", "credentials")
			if err := os.WriteFile(path, []byte("[a]\n"), 0o644); err != nil { //nolint:gosec // the test needs this mode
				t.Fatal(err)
			}
			tm.start(terminalOptions{env: noPrograms(t)}, "doctor", "--fix")
			tm.expect("set the mode of ~/.aws/credentials to 0600")
			tm.answer("Make these changes?", answer+"\n")
			if answer == "n" {
				tm.exits(130)
			} else {
				tm.exits(0)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("the mode is %v, want %o, error %v", info.Mode(), want, err)
			}
		})
	}
}

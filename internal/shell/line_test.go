package shell_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// The shell gets the quotes of the line, and runs all its commands.
func TestInvoke(t *testing.T) {
	tests := map[string]string{
		`echo plain`:                     "plain",
		`echo "two  words"`:              "two  words",
		`echo one && echo "two"`:         "one\ntwo",
		`printf '%s' "$LANYARD_TEST"`:    "value",
		`echo "a|b" | grep -c '^a|b$'`:   "1",
		`(exit 3) || echo "went \"on\""`: `went "on"`,
	}
	if runtime.GOOS == "windows" { // its echo prints the quotes
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		tests = map[string]string{
			`echo plain`:                         "plain",
			`echo "two  words"`:                  `"two  words"`,
			`echo one&& echo "two"`:              "one\n\"two\"",
			`echo %LANYARD_TEST%`:                "value",
			`"` + self + `" "-test.run=no test"`: "PASS",
		}
	}
	t.Setenv("LANYARD_TEST", "value")
	for line, want := range tests {
		argv, attr := shell.Invoke(line, os.LookupEnv)
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.SysProcAttr = attr
		out, err := cmd.Output()
		if got := strings.TrimSpace(strings.ReplaceAll(string(out), "\r", "")); got != want || err != nil {
			t.Errorf("%s: printed %q, error %v; want %q", line, got, err, want)
		}
	}
}

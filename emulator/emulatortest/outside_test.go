package emulatortest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Go programs outside this module can use the emulator. The test runs the example of
// docs/emulator.md in a separate module that requires this module.
func TestManualExampleInAnotherModule(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on PATH")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum")) // with these sums, go downloads nothing
	if err != nil {
		t.Fatal(err)
	}
	manual, err := os.ReadFile(filepath.Join(root, "docs", "emulator.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(manual), "```go\npackage ")
	example, _, ok := strings.Cut(example, "```\n")
	if !ok {
		t.Fatal("docs/emulator.md contains no example with a package clause")
	}

	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/mytool\n\ngo 1.26.0\n\nrequire github.com/lanyard-cli/lanyard v0.0.0\n\n" +
			"replace github.com/lanyard-cli/lanyard => " + strconv.Quote(filepath.ToSlash(root)) + "\n",
		"go.sum":         string(sums),
		"mytool_test.go": "package " + example,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-v", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestSignIn") {
		t.Errorf("%v\n%s", err, out)
	}
}

package emulator_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The emulator tests the client of lanyard, so the two must not share code. Other projects link
// the emulator into their tests, so it must have few dependencies.
func TestImportsNoPackagesOfLanyard(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on PATH")
	}
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range strings.Fields(string(out)) {
		switch {
		case pkg == "github.com/lanyard-cli/lanyard/emulator", strings.HasPrefix(pkg, "github.com/lanyard-cli/lanyard/emulator/"):
		case pkg == "go.yaml.in/yaml/v3": // reads the organization file
		default:
			t.Errorf("the emulator imports %s, want no such dependency", pkg)
		}
	}
}

package emulator_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The emulator checks our client, so it must share no code with it. And it is
// there to be linked into other people's tests, so it brings nothing along.
func TestImportsNothingOfOurs(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range strings.Fields(string(out)) {
		switch {
		case pkg == "github.com/lanyard-cli/lanyard/emulator", strings.HasPrefix(pkg, "github.com/lanyard-cli/lanyard/emulator/"):
		case pkg == "go.yaml.in/yaml/v3": // the organization file
		default:
			t.Errorf("the emulator imports %s", pkg)
		}
	}
}

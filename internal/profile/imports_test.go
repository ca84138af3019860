package profile

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The package is linked into a start-up path that is measured in page faults, so
// it may bring along nothing heavy.
func TestImportsNothingHeavy(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	for _, heavy := range []string{"bufio", "encoding/json", "fmt", "net", "net/url", "os/exec", "reflect", "regexp"} {
		if slices.Contains(deps, heavy) {
			t.Errorf("profile brings along %s", heavy)
		}
	}
}

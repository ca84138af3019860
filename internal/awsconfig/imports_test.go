package awsconfig

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Package warm imports this package, and every import slows down the start of the program.
func TestImportsNothingHeavy(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on PATH")
	}
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	for _, heavy := range []string{"bufio", "encoding/json", "fmt", "net", "net/url", "os/exec", "path/filepath", "reflect", "regexp"} {
		if slices.Contains(deps, heavy) {
			t.Errorf("awsconfig imports %s, directly or indirectly", heavy)
		}
	}
}

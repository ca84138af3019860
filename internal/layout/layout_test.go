// Package layout_test holds the rule of docs/architecture.md that imports go
// downward only.
package layout_test

import (
	"os/exec"
	"strings"
	"testing"
)

// rows are the layers from the top. A package imports from the rows below its
// own, never from its own row or from above.
var rows = [...][]string{
	{"cmd/lanyard", "bench", "scripts/journeys"},
	{"internal/warm", "internal/cli"},
	{"internal/cmd/agentcmd", "internal/cmd/configurecmd", "internal/cmd/emulatorcmd", "internal/cmd/servicecmd", "internal/cmd/shimcmd", "internal/cmd/ssocmd", "internal/cmd/statuscmd", "internal/cmd/storecmd"},
	{"internal/wizard", "internal/awscli"},
	{"internal/signin"},
	{"internal/workspace", "internal/output", "internal/child"},
	{"internal/engine/s3ls", "internal/agent"},
	{"internal/broker", "internal/engine/call", "internal/engine/arg", "internal/command"},
	{"internal/keystore", "internal/idcenter", "internal/intercept", "internal/engine/render", "internal/configfile"},
	{"internal/profile", "internal/ssocache", "internal/engine/model", "internal/engine/jmespath"},
	{"internal/awsconfig", "internal/browser", "internal/atomicfile", "internal/filelock", "internal/secret", "internal/engine/document", "internal/picker", "internal/engine/pytext", "internal/starturl", "internal/userpath", "internal/self"},
	{"internal/datafile", "internal/proxyenv", "internal/shell", "internal/sleep", "internal/terminal", "internal/awsnames"},
}

// apart are the packages that others may use from any row, or that hold only
// tests.
var apart = []string{"emulator", "internal/engine/gen", "interop", "internal/stormtest", "internal/leaktest", "internal/proctest", "internal/layout", "internal/broker/brokertest"}

func row(pkg string) int {
	for i, r := range rows {
		for _, p := range r {
			if pkg == p {
				return i
			}
		}
	}
	return -1
}

func isApart(pkg string) bool {
	for _, p := range apart {
		if pkg == p || strings.HasPrefix(pkg, p+"/") {
			return true
		}
	}
	return false
}

func TestImportsGoDownwardOnly(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}:{{join .Imports " "}}`, "github.com/lanyard-cli/lanyard/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) < 10 {
		t.Fatalf("only %d packages listed", len(lines))
	}
	for _, line := range lines {
		path, imports, _ := strings.Cut(line, ":")
		pkg := strings.TrimPrefix(path, "github.com/lanyard-cli/lanyard/")
		if isApart(pkg) {
			continue
		}
		from := row(pkg)
		if from < 0 {
			t.Errorf("%s stands in no row: give it one, here and in docs/architecture.md", pkg)
			continue
		}
		for _, imp := range strings.Fields(imports) {
			imp, ours := strings.CutPrefix(imp, "github.com/lanyard-cli/lanyard/")
			if imp == "internal/proctest" || imp == "internal/broker/brokertest" {
				t.Errorf("%s imports %s, which is for tests", pkg, imp)
			}
			if !ours || isApart(imp) {
				continue
			}
			if row(imp) <= from {
				t.Errorf("%s imports %s, which is not below it", pkg, imp)
			}
		}
	}
}

func TestTheEmulatorImportsNothingOfOurs(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "github.com/lanyard-cli/lanyard/emulator/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range strings.Fields(string(out)) {
		if strings.HasPrefix(pkg, "github.com/lanyard-cli/lanyard/") && !strings.HasPrefix(pkg, "github.com/lanyard-cli/lanyard/emulator") {
			t.Errorf("the emulator imports %s", pkg)
		}
	}
}

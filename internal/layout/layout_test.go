// Package layout_test checks the rules of docs/architecture.md. It also checks that the files
// around the code (licence, workflows, links) are complete.
package layout_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/lanyard-cli/lanyard/"

// rows lists the rows of packages, from the top row down. A package imports only from rows below
// its own. internal/cmd/* means every group of commands.
var rows = [...][]string{
	{"cmd/lanyard", "bench", "internal/engine/equal", "scripts/clients", "scripts/docs", "scripts/journeys", "scripts/picture", "scripts/prose", "scripts/releasecheck", "scripts/runtests"},
	{"internal/warm", "internal/cli", "provider"},
	{"internal/cmd/*"},
	{"internal/doctor", "internal/wizard", "internal/credentials"},
	{"internal/awscli", "internal/fanout", "internal/listing"},
	{"internal/signin"},
	{"internal/workspace", "internal/output", "internal/child", "internal/cmdline"},
	{"internal/engine/s3ls", "internal/engine/waiter", "internal/agent", "internal/credserver", "internal/signproxy"},
	{"internal/broker", "internal/guard", "internal/inventory", "internal/engine/call", "internal/engine/arg", "internal/command"},
	{"internal/keystore", "internal/prompt", "internal/settings", "internal/idcenter", "internal/intercept", "internal/console", "internal/rolecache", "internal/engine/render", "internal/configfile", "internal/credfile", "internal/kubeconfig", "internal/completion", "internal/accountindex", "internal/migrate", "internal/profilesync", "internal/opclass"},
	{"internal/audit", "internal/grant", "internal/profile", "internal/recent", "internal/ratelimit", "internal/rulefile", "internal/ssocache", "internal/engine/model", "internal/engine/rules", "internal/engine/sigv4a", "internal/engine/cbor", "internal/engine/jmespath"},
	{"internal/awsconfig", "internal/browser", "internal/atomicfile", "internal/caller", "internal/filelock", "internal/secret", "internal/engine/document", "internal/peer", "internal/picker", "internal/engine/pytext", "internal/starturl", "internal/userpath", "internal/self"},
	{"internal/datafile", "internal/eventlog", "internal/owner", "internal/proxyenv", "internal/shell", "internal/sleep", "internal/style", "internal/terminal", "internal/typo", "internal/awsnames", "internal/loopback", "internal/download"},
}

// apart lists the packages that every row may import, and the packages that have only tests.
var apart = []string{"emulator", "internal/engine/gen", "interop", "internal/stormtest", "internal/leaktest", "internal/layout"}

// forTests lists the packages that only tests may import.
var forTests = []string{"internal/proctest", "internal/broker/brokertest"}

// maxFiles is the largest number of files in a package, without tests. large lists the packages
// that need more files, with the reason.
const maxFiles = 25

var large = map[string]string{}

// A goPackage is a package of the module as go list describes it. Paths of packages of the module
// are relative to the module.
type goPackage struct {
	ImportPath string
	GoFiles    []string
	Imports    []string
}

// list returns the packages of the module by path. Imports from other modules keep their full
// paths.
func list(t *testing.T) map[string]goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,GoFiles,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]goPackage{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for i, imp := range p.Imports {
			p.Imports[i] = strings.TrimPrefix(imp, module)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all[p.ImportPath] = p
	}
	if len(all) < 40 {
		t.Fatalf("go list returned %d packages, want at least 40", len(all))
	}
	return all
}

// row returns the index of a package's row, or -1.
func row(pkg string) int {
	if isCommand(pkg) {
		pkg = "internal/cmd/*"
	}
	for i, r := range rows {
		for _, p := range r {
			if pkg == p {
				return i
			}
		}
	}
	return -1
}

// isCommand reports whether a package is a group of commands.
func isCommand(pkg string) bool {
	name, ok := strings.CutPrefix(pkg, "internal/cmd/")
	return ok && strings.HasSuffix(name, "cmd") && !strings.Contains(name, "/")
}

// within reports whether a package is in a list, or in a subfolder of a package in the list.
func within(pkg string, list []string) bool {
	for _, p := range list {
		if pkg == p || strings.HasPrefix(pkg, p+"/") {
			return true
		}
	}
	return false
}

func TestImportsGoDownwardOnly(t *testing.T) {
	all := list(t)
	for pkg, p := range all {
		if within(pkg, apart) || within(pkg, forTests) {
			continue
		}
		from := row(pkg)
		if strings.HasPrefix(pkg, "internal/cmd/") && !isCommand(pkg) {
			t.Errorf("%s is in internal/cmd: rename it to %scmd", pkg, pkg)
			continue
		}
		if from < 0 {
			t.Errorf("%s is in no row: add it here and in docs/architecture.md", pkg)
			continue
		}
		for _, imp := range p.Imports {
			_, ours := all[imp]
			switch {
			case within(imp, forTests):
				t.Errorf("%s imports %s, which only tests may import", pkg, imp)
			case !ours || within(imp, apart):
			case isCommand(pkg) && isCommand(imp):
				t.Errorf("%s imports %s: move the common code of two groups of commands to a package below both", pkg, imp)
			case row(imp) <= from:
				t.Errorf("%s imports %s, which is not in a row below", pkg, imp)
			}
		}
	}
}

// Only the command line knows flags and arguments, so the packages below it, and programs that use
// package provider, do not link cobra.
func TestOnlyCommandsImportCobra(t *testing.T) {
	for pkg, p := range list(t) {
		if pkg == "internal/cli" || pkg == "internal/cmdline" || isCommand(pkg) {
			continue
		}
		for _, imp := range p.Imports {
			if strings.HasPrefix(imp, "github.com/spf13/") {
				t.Errorf("%s imports %s, which only the command line may import", pkg, imp)
			}
		}
	}
}

// A Go program that uses package provider does not link the command line.
func TestProviderLinksNoCommands(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", module+"provider").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, module+"internal/broker") {
		t.Errorf("provider does not import the broker: %q", deps)
	}
	for _, dep := range deps {
		path := strings.TrimPrefix(dep, module)
		if strings.HasPrefix(dep, "github.com/spf13/") || isCommand(path) || path == "internal/cli" || path == "internal/cmdline" {
			t.Errorf("provider links %s", dep)
		}
	}
}

// Only scripts/docs uses the Markdown module. No program and no package for users links it.
func TestProgramsLinkNoMarkdown(t *testing.T) {
	const markdown = "github.com/yuin/goldmark"
	deps := func(packages ...string) []string {
		out, err := exec.Command("go", append([]string{"list", "-deps"}, packages...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	if !slices.Contains(deps(module+"scripts/docs"), markdown) {
		t.Errorf("scripts/docs does not link %s", markdown)
	}
	if slices.Contains(deps(module+"cmd/...", module+"provider/...", module+"emulator/...", module+"internal/..."), markdown) {
		t.Errorf("a program links %s, which only scripts/docs may link", markdown)
	}
}

// Packages name the meaning of a text, and internal/style chooses the colour. lipgloss would
// delay the start of internal/warm.
func TestOnlyPackageStyleImportsLipgloss(t *testing.T) {
	for pkg, p := range list(t) {
		for _, imp := range p.Imports {
			if strings.HasPrefix(imp, "charm.land/") && pkg != "internal/style" {
				t.Errorf("%s imports %s: use internal/style", pkg, imp)
			}
		}
	}
}

// Every command imports package command, so package command must stay small. It may import the
// picker, because it asks the user. Apart from the picker, it imports only packages that import
// no other package of the module.
func TestPackageCommandImportsLittle(t *testing.T) {
	all := list(t)
	for _, imp := range all["internal/command"].Imports {
		for _, below := range all[imp].Imports {
			if _, ours := all[below]; ours && imp != "internal/picker" {
				t.Errorf("internal/command imports %s, which imports %s", imp, below)
			}
		}
	}
}

func TestEmulatorImportsOnlyItself(t *testing.T) {
	all := list(t)
	for pkg, p := range all {
		if !within(pkg, []string{"emulator"}) {
			continue
		}
		for _, imp := range p.Imports {
			if _, ours := all[imp]; ours && !within(imp, []string{"emulator"}) {
				t.Errorf("%s imports %s, but the emulator may import no other package of Lanyard", pkg, imp)
			}
		}
	}
}

func TestPackagesAreSmall(t *testing.T) {
	all := list(t)
	for pkg, p := range all {
		if len(p.GoFiles) > maxFiles && large[pkg] == "" {
			t.Errorf("%s has %d files, more than %d: split it, merge files of one topic, or give the reason in large", pkg, len(p.GoFiles), maxFiles)
		}
	}
	for pkg := range large {
		if len(all[pkg].GoFiles) <= maxFiles {
			t.Errorf("%s has %d files and needs no exception", pkg, len(all[pkg].GoFiles))
		}
	}
}

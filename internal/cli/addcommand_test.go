package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// docs/architecture.md shows how to add a command: with one package, and one line in the tree.
// The test adds this command to a copy of the program and runs its script.
func TestCommandOfDocsWorks(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on PATH")
	}
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## How to add a command")
	source := fenced(t, section, "```go\n")
	script := fenced(t, section, "3. ")
	if !found || !strings.HasPrefix(source, "// Package hellocmd") {
		t.Fatal("docs/architecture.md shows no command")
	}
	dir := t.TempDir()
	program := buildWith(t, dir, map[string]string{"internal/cmd/hellocmd/hello.go": source, "internal/cli/tree.go": treeWithHello(t)})
	if err := os.WriteFile(filepath.Join(dir, "hello.txtar"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{filepath.Join(dir, "hello.txtar")},
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			e.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// docs/architecture.md shows how to add an operation to the emulator. The test adds the operation to a
// copy of the program and calls it.
func TestOperationOfDocsWorks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the script needs a shell of Unix")
	}
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## How to add an AWS operation")
	source := fenced(t, section, "```go\n")
	_, line, _ := strings.Cut(section, "2. Add it to `actions` in `emulator/routes.go`: `")
	line, _, found := strings.Cut(line, "`")
	routes, err := os.ReadFile("../../emulator/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	const first = "\t\t\"GetCallerIdentity\": {"
	text := string(routes)
	if !found || !strings.Contains(text, first) {
		t.Fatal("docs/architecture.md shows no line, or routes.go has no place for it")
	}
	text = strings.Replace(text, first, "\t\t"+line+"\n"+first, 1)
	program := buildWith(t, t.TempDir(), map[string]string{"emulator/keyinfo.go": source, "emulator/routes.go": text})
	const script = `"$0" sso login >&2 && eval "$("$0" env --format sh)" && "$0" sts get-access-key-info --access-key-id "$AWS_ACCESS_KEY_ID" --query Account --output text`
	cmd := exec.Command(program, "emulator", "run", "--auto-approve", "jane", "--", "sh", "-c", script, program)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
	out, err := cmd.Output()
	if got := strings.TrimSpace(string(out)); err != nil || len(got) != 12 {
		t.Errorf("the operation returned %q (%v), want an account", got, err)
	}
}

// fenced returns the first block of code after a mark. The mark can be the fence itself.
func fenced(t *testing.T, text, mark string) string {
	t.Helper()
	_, text, ok := strings.Cut(text, mark)
	if ok && !strings.HasPrefix(mark, "```") {
		_, text, ok = strings.Cut(text, "```txtar\n")
	}
	block, _, ended := strings.Cut(text, "```\n")
	if !ok || !ended {
		t.Fatalf("docs/architecture.md has no block after %q", mark)
	}
	return block
}

// treeWithHello returns tree.go with the line and the import that docs/architecture.md describes.
func treeWithHello(t *testing.T) string {
	t.Helper()
	tree, err := os.ReadFile("tree.go")
	if err != nil {
		t.Fatal(err)
	}
	const first, imports = "\t\t\tssocmd.NewLogin(app),\n", "import (\n"
	text := string(tree)
	if !strings.Contains(text, first) {
		t.Fatal("tree.go has no line for the first command of a group")
	}
	text = strings.Replace(text, first, "\t\t\thellocmd.New(app),\n"+first, 1)
	return strings.Replace(text, imports, imports+"\t\"github.com/lanyard-cli/lanyard/internal/cmd/hellocmd\"\n", 1)
}

// buildWith builds the program after replacing some source files, and returns the path of the
// program. The file names are relative to the root of the repository.
func buildWith(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, content := range files {
		path := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(root, filepath.FromSlash(name))] = path
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, list, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "bin", "lanyard")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	build := exec.Command("go", "build", "-overlay", file, "-o", program, "./cmd/lanyard")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

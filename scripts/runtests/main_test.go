package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `package a

import (
	"fmt"
	"testing"
)

func TestParallel(t *testing.T) {
	for _, name := range []string{"zsh", "fish"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Log("a line before")
			t.Skipf("there is no %s here", name)
		})
	}
	t.Run("bash", func(t *testing.T) {
		t.Parallel()
		fmt.Println("storm| 3 processes")
	})
}

// A script of testscript prints such a line before it skips itself.
func TestScript(t *testing.T) {
	t.Log("\n> [!exec:fish] skip 'there is no fish here'")
	t.SkipNow()
}

func TestSilent(t *testing.T) { t.SkipNow() }

func TestWrong(t *testing.T) {
	t.Run("sub", func(t *testing.T) { t.Error("two is not three") })
}
`

func TestSummary(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":             "module " + strings.TrimSuffix(module, "/") + "\n\ngo 1.26.0\n",
		"a/a_test.go":        sample,
		"build/b.go":         "package build\n\nvar x int = \"no number\"\n",
		"build/b_test.go":    "package build\n",
		"panic/main_test.go": "package panic\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(*testing.M) { println(\"no home\"); os.Exit(3) }\n",
		"good/good_test.go":  "package good\n\nimport \"testing\"\n\nfunc TestGood(*testing.T) {}\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-json", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	events, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out, log strings.Builder
	s := newSummary(&out, &log)
	if err := s.read(events); err != nil {
		t.Fatal(err)
	}
	if cmd.Wait() == nil {
		t.Error("go test reported no failure")
	}
	if s.print("the bells: no tower") {
		t.Error("the summary reports success")
	}
	for _, want := range []string{
		"there is no zsh here:\n    a TestParallel/zsh\n",
		"there is no fish here:\n    a TestParallel/fish\n    a TestScript\n",
		"it gives no reason:\n    a TestSilent\n",
		"the bells: no tower\n",
		"== storms\n3 processes\n",
		"a TestWrong/sub\n",
		"two is not three\n",
		"cannot use \"no number\"",
		"no home\n",
		"3 passed, 4 failed, 4 skipped\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q", want)
		}
	}
	if t.Failed() {
		t.Logf("it printed:\n%s\nand the log is:\n%s", out.String(), log.String())
	}
	if !strings.Contains(log.String(), "a line before") {
		t.Errorf("the log lacks the output of tests:\n%s", log.String())
	}
}

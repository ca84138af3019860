package jmespath

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// suite is the module with the official test cases of the language.
const suite = "github.com/jmespath/go-jmespath@v0.4.0"

func suiteFiles(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", suite)
	cmd.Dir = t.TempDir() // outside of our module, so that the go command does not change go.mod
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &module); err != nil || jsonErr != nil {
		t.Skipf("cannot download %s: %v, %s", suite, err, module.Error)
	}
	files, err := filepath.Glob(filepath.Join(module.Dir, "compliance", "*.json"))
	if err != nil || len(files) < 16 {
		t.Fatalf("the suite has %d files, %v, want at least 16", len(files), err)
	}
	return files
}

func TestOfficialSuite(t *testing.T) {
	cases := 0
	for _, name := range suiteFiles(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var groups []struct {
			Given json.RawMessage
			Cases []struct {
				Expression string
				Result     json.RawMessage
				Error      string
			}
		}
		if err := json.Unmarshal(data, &groups); err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			given, err := document.ParseJSON(g.Given)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range g.Cases {
				cases++
				got, err := search(c.Expression, given)
				if c.Error != "" {
					_, syntax := errors.AsType[*SyntaxError](err)
					if err == nil || syntax != (c.Error == "syntax") {
						t.Errorf("%s: %s = %v, %v, want an error: %s", filepath.Base(name), c.Expression, pytext.Str(got), err, c.Error)
					}
					continue
				}
				want, parseErr := document.ParseJSON(c.Result)
				if parseErr != nil {
					t.Fatal(parseErr)
				}
				if err != nil || !equals(got, want) {
					t.Errorf("%s: %s = %v, %v, want %v", filepath.Base(name), c.Expression, pytext.Str(got), err, pytext.Str(want))
				}
			}
		}
	}
	if cases < 600 {
		t.Errorf("the suite has %d cases, want at least 600", cases)
	}
	t.Logf("%d cases", cases)
}

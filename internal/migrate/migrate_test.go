package migrate

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

var update = flag.Bool("update", false, "write the results to testdata")

// An archive of testdata holds a home folder of a program, the plan (want) and the text that the
// migration adds to the config (added). Its comment names the tool, and perhaps variables and the
// id of the computer.
func TestFilesOfTheTools(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) != len(Tools()) {
		t.Fatalf("%d archives for %d tools: %v", len(archives), len(Tools()), err)
	}
	for _, path := range archives {
		t.Run(filepath.Base(path), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tool, in := home(t, a)
			source, err := Read(tool, in)
			if err != nil {
				t.Fatal(err)
			}
			plan := New(source, "")
			before, err := os.ReadFile(in.Config)
			if err != nil {
				t.Fatal(err)
			}
			added := edited(t, before, plan)
			got := map[string]string{"want": describe(plan, in.Home), "added": string(added[len(before):])}
			for i := range a.Files {
				text, ok := got[a.Files[i].Name]
				if !ok {
					continue
				}
				if *update {
					a.Files[i].Data = []byte(text)
				} else if diff := cmp.Diff(string(a.Files[i].Data), text); diff != "" {
					t.Errorf("%s (-want +got):\n%s", a.Files[i].Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			// A second migration finds what the first one added.
			if err := os.WriteFile(in.Config, added, 0o600); err != nil {
				t.Fatal(err)
			}
			if source, err = Read(tool, in); err != nil {
				t.Fatal(err)
			}
			if again := New(source, ""); len(again.Changes) > 0 {
				t.Errorf("the second migration changes %v", again.Changes)
			}
		})
	}
}

// home writes the files of an archive to a folder.
func home(t *testing.T, a *txtar.Archive) (tool string, in Input) {
	t.Helper()
	dir := t.TempDir()
	env := map[string]string{"HOME": dir, "USERPROFILE": dir}
	in = Input{
		Home: dir, Config: filepath.Join(dir, ".aws", "config"), Credentials: filepath.Join(dir, ".aws", "credentials"),
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}
	for line := range strings.Lines(string(a.Comment)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "tool":
			tool = value
		case "env":
			k, v, _ := strings.Cut(value, "=")
			env[k] = v
		case "machine":
			in.MachineID = func() (string, error) { return value, nil }
		}
	}
	for _, f := range a.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if strings.Contains(f.Name, ":") && os.PathSeparator == '\\' {
			continue // Windows allows no colon in a name
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tool, in
}

// edited returns the content of the config after the changes of a plan. All old bytes must stay.
func edited(t *testing.T, before []byte, plan *Plan) []byte {
	t.Helper()
	after, err := awsconfig.Edit("config", before, false, plan.Changes...)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(after, before) {
		t.Fatalf("the migration changes old sections of\n%q\nto\n%q", before, after)
	}
	return after
}

// describe returns a plan as text.
func describe(p *Plan, home string) string {
	var b strings.Builder
	for _, item := range p.Items {
		fmt.Fprintf(&b, "%s %q at %s: %s", item.Kind, item.Name, item.Place, item.Outcome)
		if item.Result != "" {
			fmt.Fprintf(&b, " as %q", item.Result)
		}
		if item.Reason != "" {
			fmt.Fprintf(&b, ": %s", item.Reason)
		}
		b.WriteByte('\n')
	}
	for _, note := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	return strings.ReplaceAll(filepath.ToSlash(strings.ReplaceAll(b.String(), home, "~")), `\`, "/")
}

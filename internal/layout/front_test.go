package layout_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// top is the root of the repository.
const top = "../.."

// read returns the content of a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// files returns the files of the repository whose names have this ending. It leaves out the files
// of other projects.
func files(t *testing.T, ending string) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(top), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", ".cache", "node_modules", "testdata", "dist"}, d.Name()):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(name, ending):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A workflow holds the parts of a file in .github/workflows that the tests check.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		RunsOn   string `yaml:"runs-on"`
		Strategy struct {
			Matrix struct{ OS []string }
		}
		Steps []struct {
			Uses string
			Run  string
			With map[string]any
		}
	}
}

var (
	majorVersion = regexp.MustCompile(`^[\w-]+/[\w-]+@v\d+$`)
	makeTarget   = regexp.MustCompile(`\bmake ([a-z-]+)`)
	ownScript    = regexp.MustCompile(`\./((?:scripts|packaging)/\w+)`)
)

func TestWorkflowsTestEverySystem(t *testing.T) {
	makefile := read(t, "Makefile")
	systems := map[string]bool{}
	for _, name := range files(t, ".yml") {
		if path.Dir(name) != ".github/workflows" {
			continue
		}
		var w workflow
		if err := yaml.Unmarshal([]byte(read(t, name)), &w); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
			t.Errorf("%s: permissions are %v, want contents: read only", name, w.Permissions)
		}
		for id, job := range w.Jobs {
			for _, system := range append(job.Strategy.Matrix.OS, job.RunsOn) {
				system, _, _ = strings.Cut(system, "-")
				systems[system] = true
			}
			for _, step := range job.Steps {
				if step.Uses != "" && !majorVersion.MatchString(step.Uses) {
					t.Errorf("%s: job %s uses %s; pin it to a major version", name, id, step.Uses)
				}
				if strings.HasPrefix(step.Uses, "actions/setup-go@") && step.With["go-version-file"] != "go.mod" {
					t.Errorf("%s: job %s takes its Go release from %v, want go.mod", name, id, step.With)
				}
				for _, target := range makeTarget.FindAllStringSubmatch(step.Run, -1) {
					if !strings.Contains(makefile, "\n"+target[1]+":") {
						t.Errorf("%s: job %s runs make %s, which is not in the Makefile", name, id, target[1])
					}
				}
				for _, script := range ownScript.FindAllStringSubmatch(step.Run, -1) {
					if info, err := os.Stat(filepath.Join(top, script[1])); err != nil || info.Mode()&0o100 == 0 {
						t.Errorf("%s: job %s runs %s, which cannot be run: %v", name, id, script[1], err)
					}
				}
			}
		}
	}
	for _, system := range []string{"ubuntu", "macos", "windows"} {
		if !systems[system] {
			t.Errorf("no workflow runs on %s", system)
		}
	}
}

// If an issue form has a mistake, GitHub does not list the form and reports no error.
func TestIssueForms(t *testing.T) {
	forms := 0
	for _, name := range files(t, ".yml") {
		if path.Dir(name) != ".github/ISSUE_TEMPLATE" || path.Base(name) == "config.yml" {
			continue
		}
		forms++
		var form struct {
			Name, Description string
			Labels            []string
			Body              []struct {
				Type, ID    string
				Attributes  struct{ Label, Description, Value, Render, Placeholder string }
				Validations struct{ Required bool }
			}
		}
		d := yaml.NewDecoder(strings.NewReader(read(t, name)))
		d.KnownFields(true)
		if err := d.Decode(&form); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s lacks a name, a description or a body", name)
		}
		ids := map[string]bool{}
		for _, part := range form.Body {
			switch {
			case part.Type == "markdown" && part.Attributes.Value != "":
			case !slices.Contains([]string{"input", "textarea"}, part.Type) || part.Attributes.Label == "" || part.ID == "" || ids[part.ID]:
				t.Errorf("%s: %+v needs a known type, a label and a unique id", name, part)
			}
			ids[part.ID] = true
		}
	}
	if forms < 2 {
		t.Errorf("found %d issue forms, want at least 2", forms)
	}
}

func TestDependabotKnowsEveryEcosystem(t *testing.T) {
	var config struct {
		Version int
		Updates []struct {
			Ecosystem string `yaml:"package-ecosystem"`
			Directory string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, ".github/dependabot.yml")), &config); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range config.Updates {
		got = append(got, u.Ecosystem+" "+u.Directory)
	}
	want := []string{"gomod /", "npm /interop/js", "github-actions /"}
	if config.Version != 2 || !slices.Equal(got, want) {
		t.Errorf("version %d updates %q, want %q", config.Version, got, want)
	}
}

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced       = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// anchors returns the anchors that GitHub makes from the headings of a Markdown file.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		name := strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")
		anchor := name
		for n := 1; all[anchor]; n++ {
			anchor = fmt.Sprint(name, "-", n)
		}
		all[anchor] = true
	}
	return all
}

func TestLinksLeadSomewhere(t *testing.T) {
	checked := 0
	for _, name := range files(t, ".md") {
		text := fenced.ReplaceAllString(read(t, name), "")
		for _, m := range markdownLink.FindAllStringSubmatch(text, -1) {
			link := m[1] + m[2]
			if strings.Contains(link, "://") {
				continue
			}
			checked++
			file, anchor, _ := strings.Cut(link, "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: the target of the link %s does not exist", name, link)
			} else if anchor != "" && !anchors(read(t, target))[anchor] {
				t.Errorf("%s: the link %s names a heading that %s does not have", name, link, target)
			}
		}
	}
	if checked < 30 {
		t.Errorf("found %d links, want at least 30", checked)
	}
}

// The licence is the text of https://www.apache.org/licenses/LICENSE-2.0.txt with our
// name in its appendix.
func TestLicence(t *testing.T) {
	const owner, place = "Copyright 2026 The Lanyard authors", "Copyright [yyyy] [name of copyright owner]"
	text := read(t, "LICENSE")
	if strings.Count(text, owner) != 1 {
		t.Fatalf("LICENSE does not say %q", owner)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Replace(text, owner, place, 1))))
	if sum != "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30" {
		t.Error("LICENSE differs from the text of the Apache License 2.0")
	}
}

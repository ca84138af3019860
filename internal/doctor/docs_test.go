package doctor

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// docs/doctor.md has a row for each check and for each defect, in the same order. With
// UPDATE_DOCS=1, the test writes the rows.
func TestEveryCheckIsDocumented(t *testing.T) {
	const path = "../../docs/doctor.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var checks, flaws strings.Builder
	for _, c := range Checks() {
		fmt.Fprintf(&checks, "| `%s` | %s | %s |\n", c.Name, c.Title, c.About)
	}
	for _, d := range defects() {
		fmt.Fprintf(&flaws, "| %s | %s | %s |\n", d.versions(), d.text, d.link())
	}
	text := string(page)
	if os.Getenv("UPDATE_DOCS") != "" {
		text = replaceRows(text, "| check | title | what doctor looks for |\n|---|---|---|\n", checks.String())
		text = replaceRows(text, "| versions | defect | source |\n|---|---|---|\n", flaws.String())
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for what, rows := range map[string]string{"checks": checks.String(), "defects": flaws.String()} {
		if !strings.Contains(text, "---|\n"+rows+"\n") {
			t.Errorf("docs/doctor.md does not have exactly these rows of %s (UPDATE_DOCS=1 writes them):\n%s", what, rows)
		}
	}
}

// replaceRows replaces the lines after a heading, up to the next empty line.
func replaceRows(text, heading, rows string) string {
	before, after, _ := strings.Cut(text, heading)
	_, rest, _ := strings.Cut(after, "\n#")
	return before + heading + rows + "\n#" + rest
}

func TestChecksHaveDistinctNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Checks() {
		if seen[c.Name] || seen[c.Title] && c.Title != c.Name {
			t.Errorf("two checks have the name %s or the title %s", c.Name, c.Title)
		}
		seen[c.Name], seen[c.Title] = true, true
		if len(c.Title) > 19 {
			t.Errorf("the title %q of %s has more than 19 characters", c.Title, c.Name)
		}
	}
}

// docs/troubleshooting.md says where each section of the guide has its content in our pages. The
// script doctor-guide.txtar plants the faults of the guide's troubleshooting section.
func TestSectionsOfTheGuide(t *testing.T) {
	var texts [3]string
	for i, path := range []string{"../cli/testdata/guide.md", "../../docs/troubleshooting.md", "../cli/testdata/script/doctor-guide.txtar"} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(data)
	}
	guide, page, script := texts[0], texts[1], texts[2]
	part, entries := "", 0
	for line := range strings.Lines(guide) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			part = title
		}
		title := strings.TrimLeft(line, "# 0123456789.")
		switch {
		case !strings.HasPrefix(line, "## ") && !strings.HasPrefix(line, "### "):
			continue
		case title == "Setup" || title == "Usage" || title == "Troubleshooting": // their sections follow
			continue
		}
		if !strings.Contains(page, "\n| "+title+" | [") {
			t.Errorf("docs/troubleshooting.md has no row for the section %q of the guide", title)
		}
		if part == "Troubleshooting" {
			entries++
			if !strings.Contains(script, "\n# "+title+".") {
				t.Errorf("doctor-guide.txtar plants no fault for the entry %q of the guide", title)
			}
		}
	}
	if entries != 3 {
		t.Errorf("the guide has %d entries in Troubleshooting, want 3", entries)
	}
}

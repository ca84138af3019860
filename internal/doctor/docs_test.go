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

// docs/doctor.md says which check finds each entry of the guide's troubleshooting section.
func TestEntriesOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../cli/testdata/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(guide), "\n## Troubleshooting\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	n := 0
	for line := range strings.Lines(section) {
		if entry, found := strings.CutPrefix(line, "### "); found {
			n++
			if row := "\n| " + strings.TrimSpace(entry) + " | `"; !strings.Contains(string(page), row) {
				t.Errorf("docs/doctor.md has no row %q", row)
			}
		}
	}
	if n < 3 {
		t.Errorf("the guide has %d entries, want at least 3", n)
	}
}

package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMain also serves as the program of "emulator run".
func TestMain(m *testing.M) {
	if job := os.Getenv(jobVariable); job != "" {
		exit(drive(job))
	}
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func readPage(t *testing.T) *page {
	t.Helper()
	text, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsePage(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.text(); got != string(text) {
		t.Errorf("%s: the program writes the table in another form:\n%s", pagePath, got)
	}
	return p
}

// The table on the page has the clients and the columns of the program, and only cells that the
// program writes.
func TestPage(t *testing.T) {
	p := readPage(t)
	var names []string
	for _, c := range clients() {
		names = append(names, c.name)
		if _, ok := p.recipes[c.name]; !ok {
			t.Errorf("%s has no recipe for %s", pagePath, c.name)
		}
	}
	if len(p.recipes) != len(names) {
		t.Errorf("%s has %d recipes, want %d", pagePath, len(p.recipes), len(names))
	}
	var rows []string
	for _, row := range p.rows {
		rows = append(rows, row[0])
		i := slices.Index(names, row[0])
		if i < 0 || row[1] == "" {
			t.Errorf("row %q: no such client, or no version", row)
			continue
		}
		want := (&outcome{results: map[string]result{}}).row(clients()[i])[2]
		if row[2] != want {
			t.Errorf("%s: reached by %q, want %q", row[0], row[2], want)
		}
		for k, s := range steps() {
			_, has := p.recipes[row[0]].Steps[s.name]
			if cell := row[3+k]; has == (cell == none) || !slices.Contains(s.cells, cell) && cell != none {
				t.Errorf("%s: %s is %q, want one of %q; the recipe has the step: %v", row[0], s.name, cell, s.cells, has)
			}
		}
	}
	if !slices.Equal(rows, names) {
		t.Errorf("the rows are %q, want %q", rows, names)
	}
}

// The recipes work with the clients that the tests of the folder interop use. Other clients take
// part if they are installed. The step after expiry needs half a minute, so only make clients runs
// it. The tests of interop refresh tokens, too.
func TestRecipes(t *testing.T) {
	p := readPage(t)
	b, err := newBench("", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := b.try(c, p.recipes[c.name], trial{})
			if missing := (*missingError)(nil); errors.As(err, &missing) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if o.failed() {
				t.Error(o.report())
			}
			row := p.rows[slices.IndexFunc(p.rows, func(r []string) bool { return r[0] == c.name })]
			for k, s := range steps() {
				if got := o.cell(s); got != row[3+k] && s.name != afterExpiry {
					t.Errorf("%s: %q, but the page has %q", s.name, got, row[3+k])
				}
			}
		})
	}
}

func TestParsePageRejects(t *testing.T) {
	head := "| " + strings.Join(columns(), " | ") + " |\n|---|\n"
	for name, text := range map[string]string{
		"no table":      "# Clients\n",
		"other columns": "| client | version |\n|---|---|\n",
		"a short row":   head + "| boto3 | 1 |\n",
		"two recipes":   head + "\n## boto3\n\n```shell\na\n```\n\n```shell\nb\n```\n",
	} {
		if _, err := parsePage(text); err == nil {
			t.Errorf("%s: parsePage returns no error", name)
		}
	}
}

// A step that does not do what its column says fails, also with exit code 0.
func TestJudge(t *testing.T) {
	o := &outcome{results: map[string]result{}}
	for _, s := range steps() {
		o.results[s.name] = result{}
	}
	for _, s := range steps()[:5] {
		if got := o.cell(s); got != fails {
			t.Errorf("%s without any request: %q, want %q", s.name, got, fails)
		}
	}
	o.results["sign out"] = result{Code: 1, After: map[string]int{"Logout": 1}}
	if got := o.cell(steps()[5]); got != fails || !strings.Contains(o.report(), "-- sign out: exit code 1") {
		t.Errorf("sign out with exit code 1: %q, report %q", got, o.report())
	}
}

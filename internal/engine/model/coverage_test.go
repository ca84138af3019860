package model

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the coverage into docs/operations.md")

// docs/operations.md says how many operations are built in, and why the others are not. The numbers
// come from the tables.
func TestDocsStateTheCoverage(t *testing.T) {
	const path, begin, end = "../../../docs/operations.md", "## Built-in operations\n", "`lanyard help services`"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), begin)
	section, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no section about built-in operations", path)
	}
	want := coverage(t)
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(want, section); diff != "" {
		t.Errorf("docs/operations.md is out of date; run: go test ./internal/engine/model -update (-want +got)\n%s", diff)
	}
}

// coverage returns the text about the coverage.
func coverage(t *testing.T) string {
	builtIn, all, waiters, allWaiters := 0, 0, 0, 0
	reasons := make(map[string]int)
	for _, name := range allTables(t) {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		distinct := make(map[string]bool) // two commands can call the same operation
		for _, e := range s.operations {
			operation, _ := SplitName(e.name)
			distinct[operation] = true
		}
		builtIn += len(distinct)
		all += len(distinct) + len(s.Without())
		for _, w := range s.Waiters() {
			allWaiters++
			if s.Has(w.Operation) {
				waiters++
			}
		}
		for _, m := range s.Without() {
			reasons[m.Reason]++
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\nLanyard has %s of the %s operations in AWS's models built in, in %d services.\n", thousands(builtIn), thousands(all), len(Services()))
	fmt.Fprintf(&text, "Lanyard hands off the other %s operations to the AWS CLI:\n\n| operations | reason |\n|---|---|\n", thousands(all-builtIn))
	for _, r := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), strings.Compare(a, b))
	}) {
		if Explain(r) == r {
			t.Errorf("Explain(%q) has no phrase", r)
		}
		fmt.Fprintf(&text, "| %d | %s |\n", reasons[r], Explain(r))
	}
	fmt.Fprintf(&text, "\nLanyard also has %d of the %d waiters, such as `ec2 wait instance-running`. A waiter is built in if its operation is.\n", waiters, allWaiters)
	return text.String() + "\n"
}

// allTables returns the names of all tables of services, also of services without built-in
// operations.
func allTables(t *testing.T) []string {
	t.Helper()
	entries, err := tables.ReadDir("tables")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != partitionsTable {
			names = append(names, e.Name())
		}
	}
	return names
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestBudgetFile(t *testing.T) {
	b := budget{"go1.2.3 linux/amd64", []count{{"--version", 1_000_000, 500, 10}, {"exec true, large config", 0, 700, 5}}}
	got, err := parseBudget(b.String())
	if err != nil || !reflect.DeepEqual(got, b) {
		t.Errorf("%+v, %v; want %+v", got, err, b)
	}
	next := b.updated([]count{{name: "--version", instructions: 2, faults: 3}, {name: "--help", faults: 4}})
	want := budget{thisPlatform(), []count{{"--version", 2, 3, 10}, {"--help", 0, 4, defaultMargin}}}
	if !reflect.DeepEqual(next, want) {
		t.Errorf("after an update: %+v, want %+v", next, want)
	}
	for _, text := range []string{"", "# only comments\n", "go1.2.3 linux/amd64\n1 2 10%\n", "go1.2.3 linux/amd64\nx 2 10% name\n", "go1.2.3 linux/amd64\n1 2 x name\n"} {
		if _, err := parseBudget(text); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
}

// TestCommittedBudget reads the file of the project.
func TestCommittedBudget(t *testing.T) {
	b, err := readBudget(filepath.Base(budgetPath), false)
	if err != nil || len(b.rows) < 10 || !slices.ContainsFunc(b.rows, func(c count) bool { return c.name == small && c.instructions > 0 && c.faults > 0 }) {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestCompare(t *testing.T) {
	b := budget{"", []count{{"a", 1000, 100, 10}, {"b", 0, 200, 5}}}
	for _, tt := range []struct {
		name            string
		measured        []count
		broken, cheaper []string
		compared        int
		err             bool
	}{
		{name: "equal", measured: []count{{"a", 1000, 100, 0}, {"b", 0, 200, 0}}, compared: 3},
		{name: "at the margin", measured: []count{{"a", 1100, 90, 0}, {"b", 0, 210, 0}}, compared: 3},
		{name: "too many instructions", measured: []count{{"a", 1101, 100, 0}, {"b", 0, 200, 0}}, compared: 3, broken: []string{"a, instructions"}},
		{name: "too many faults", measured: []count{{"a", 1000, 111, 0}, {"b", 0, 211, 0}}, compared: 3, broken: []string{"a, page faults", "b, page faults"}},
		{name: "fewer", measured: []count{{"a", 899, 100, 0}, {"b", 0, 200, 0}}, compared: 3, cheaper: []string{"a, instructions"}},
		{name: "without valgrind", measured: []count{{"a", 0, 100, 0}, {"b", 0, 200, 0}}, compared: 2},
		{name: "a new path", measured: []count{{"a", 1000, 100, 0}, {"b", 0, 200, 0}, {"c", 1, 1, 0}}, err: true},
		{name: "a missing path", measured: []count{{"a", 1000, 100, 0}}, err: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := compare(io.Discard, b, tt.measured)
			if (err != nil) != tt.err {
				t.Fatalf("err is %v", err)
			}
			if err == nil && !reflect.DeepEqual(v, verdict{tt.broken, tt.cheaper, tt.compared}) {
				t.Errorf("%+v", v)
			}
		})
	}
}

// TestAnInitialisationBreaksTheBudget adds the initialisation of a megabyte to the empty program.
func TestAnInitialisationBreaksTheBudget(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("page faults are only comparable on Linux")
	}
	dir := t.TempDir()
	faults := func(name, source string) count {
		file := filepath.Join(dir, name+".go")
		if err := os.WriteFile(file, []byte("package main\n\n"+source), 0o600); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(dir, name)
		if err := buildOne(program, file, onePage, "CGO_ENABLED=0"); err != nil {
			t.Fatal(err)
		}
		c := &contestant{name: empty, argv: []string{program}, env: []string{"GOMAXPROCS=1"}}
		if err := race([]*contestant{c}, faultRuns); err != nil {
			t.Fatal(err)
		}
		return count{name: empty, faults: slices.Min(c.faults), margin: defaultMargin}
	}
	const before = "func main() {}\n"
	b := budget{thisPlatform(), []count{faults("before", before)}}
	if v, err := compare(io.Discard, b, []count{faults("again", before)}); err != nil || len(v.broken)+len(v.cheaper) > 0 {
		t.Errorf("the same program: %+v, %v", v, err)
	}
	after := faults("after", "var table [1 << 20]byte\n\nfunc init() {\n\tfor i := range table {\n\t\ttable[i] = 1\n\t}\n}\n\n"+before)
	if v, err := compare(io.Discard, b, []count{after}); err != nil || len(v.broken) != 1 {
		t.Errorf("with an initialisation, %d faults instead of %d: %+v, %v", after.faults, b.rows[0].faults, v, err)
	}
}

func TestCheckStatus(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{{nil, 0}, {errBroken, 1}, {errors.New("cannot run"), 1}, {errNotCompared, 2}} {
		if got := checkStatus(tt.err); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.err, got, tt.want)
		}
	}
}

// TestOtherVersion compares with the budget of another version of Go.
func TestOtherVersion(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir(filepath.Dir(budgetPath), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(budgetPath, []byte("go1.1 plan9/mips\n1 1 10% --version\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := check(io.Discard, options{profiles: 1}, false)
	if !errors.Is(err, errNotCompared) || !strings.Contains(err.Error(), "go1.1 plan9/mips") || !strings.Contains(err.Error(), thisPlatform()) {
		t.Errorf("err is %v", err)
	}
}

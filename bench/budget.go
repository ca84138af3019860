package main

import (
	"fmt"
	"go/version"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// A budget is the content of the file with the counts of the hot paths.
type budget struct {
	platform string // the version of Go, the system and the architecture: "go1.26 linux/amd64"
	rows     []count
}

// A count has the counts of one path.
type count struct {
	name         string
	instructions int64 // 0 if they were not counted
	faults       int64
	margin       int64 // in percent; counts of the budget may be exceeded by this much
}

// defaultMargin is the margin of new rows in percent. On one machine, page faults differ by one
// percent, and instructions by three. Each parent process adds a few thousand instructions.
const defaultMargin = 5

// thisPlatform is the platform of the programs that bench builds. Bug fixes of Go hardly change the
// counts, so it has the version without the third number.
func thisPlatform() string {
	return version.Lang(runtime.Version()) + " " + runtime.GOOS + "/" + runtime.GOARCH
}

const budgetHeader = `# The budget of "make bench-check": see bench/README.md. "make bench-check UPDATE=1" writes the counts
# again, and keeps the margins. The counts are only valid for this version of Go on this system:
%s
#
# instructions   page faults   margin   path
`

// String returns the content of the file.
func (b budget) String() string {
	text := fmt.Sprintf(budgetHeader, b.platform)
	for _, c := range b.rows {
		n := "-"
		if c.instructions > 0 {
			n = strconv.FormatInt(c.instructions, 10)
		}
		text += fmt.Sprintf("%14s %13d %7d%%   %s\n", n, c.faults, c.margin, c.name)
	}
	return text
}

// parseBudget parses the content of the file.
func parseBudget(text string) (b budget, err error) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case b.platform == "":
			b.platform = line
			continue
		}
		var c count
		words := strings.Fields(line)
		if len(words) < 4 {
			return b, fmt.Errorf("line %d: %q has fewer than four columns", n, line)
		}
		if words[0] != "-" {
			c.instructions, err = strconv.ParseInt(words[0], 10, 64)
		}
		if err == nil {
			c.faults, err = strconv.ParseInt(words[1], 10, 64)
		}
		if err == nil {
			c.margin, err = strconv.ParseInt(strings.TrimSuffix(words[2], "%"), 10, 64)
		}
		if err != nil {
			return b, fmt.Errorf("line %d: %w", n, err)
		}
		c.name = strings.Join(words[3:], " ")
		b.rows = append(b.rows, c)
	}
	if b.platform == "" {
		return b, fmt.Errorf("the file does not name a version of Go")
	}
	return b, nil
}

// A verdict is the result of a comparison with the budget.
type verdict struct {
	broken   []string // what exceeds the budget
	cheaper  []string // what is so far below the budget that it should be lowered
	compared int      // how many counts were compared
}

// compare prints the measured counts beside the budget.
func compare(w io.Writer, b budget, measured []count) (v verdict, err error) {
	text := "path\tbudget\tmeasured\tdifference\tmargin\t\n"
	byName := map[string]count{}
	for _, c := range measured {
		byName[c.name] = c
	}
	for _, want := range b.rows {
		got, ok := byName[want.name]
		if !ok {
			return v, fmt.Errorf("the budget has the path %q, which bench does not measure", want.name)
		}
		delete(byName, want.name)
		for _, p := range []struct {
			what      string
			want, got int64
		}{{"instructions", want.instructions, got.instructions}, {"page faults", want.faults, got.faults}} {
			if p.want == 0 || p.got == 0 {
				continue
			}
			v.compared++
			percent := 100 * float64(p.got-p.want) / float64(p.want)
			note := ""
			name := want.name + ", " + p.what
			switch {
			case percent > float64(want.margin):
				note, v.broken = "too many", append(v.broken, name)
			case percent < -float64(want.margin):
				note, v.cheaper = "fewer", append(v.cheaper, name)
			}
			text += fmt.Sprintf("%s\t%d\t%d\t%+.1f%%\t%d%%\t%s\n", name, p.want, p.got, percent, want.margin, note)
		}
	}
	for _, c := range measured {
		if _, left := byName[c.name]; left {
			return v, fmt.Errorf("the budget does not have the path %q. Run: make bench-check UPDATE=1", c.name)
		}
	}
	return v, printTable(w, text)
}

// updated returns the budget with new counts. It keeps the margins.
func (b budget) updated(measured []count) budget {
	margins := map[string]int64{}
	for _, c := range b.rows {
		margins[c.name] = c.margin
	}
	next := budget{platform: thisPlatform()}
	for _, c := range measured {
		c.margin = defaultMargin
		if m, ok := margins[c.name]; ok {
			c.margin = m
		}
		next.rows = append(next.rows, c)
	}
	return next
}

// readBudget reads the file. A missing file is an empty budget if update is true.
func readBudget(path string, update bool) (budget, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) && update {
		return budget{}, nil
	}
	if err != nil {
		return budget{}, err
	}
	b, err := parseBudget(string(data))
	if err != nil {
		return b, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

package main

import (
	"fmt"
	"slices"
	"strings"
)

// none is the cell of a step that a client cannot do.
const none = "–"

// columns returns the names of the columns of the table.
func columns() []string {
	names := []string{"client", "version", "reached by"}
	for _, s := range steps() {
		names = append(names, s.name)
	}
	return names
}

// A page is the page with the recipes and the table.
type page struct {
	before, after string     // the text before and after the table
	rows          [][]string // without the head
	recipes       map[string]recipe
}

// parsePage reads the table, and the recipe below each heading. A recipe is a block of the
// language shell. In a recipe, a comment with the name of a step begins the step.
func parsePage(text string) (*page, error) {
	p := &page{recipes: map[string]recipe{}}
	lines := strings.SplitAfter(text, "\n")
	begin := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "| client |") })
	if begin < 0 {
		return nil, fmt.Errorf("%s has no table", pagePath)
	}
	if head := cells(lines[begin]); !slices.Equal(head, columns()) {
		return nil, fmt.Errorf("%s: the columns are %q, want %q", pagePath, head, columns())
	}
	end := begin + 2
	for ; end < len(lines) && strings.HasPrefix(lines[end], "|"); end++ {
		row := cells(lines[end])
		if len(row) != len(columns()) {
			return nil, fmt.Errorf("%s:%d: %d cells, want %d", pagePath, end+1, len(row), len(columns()))
		}
		p.rows = append(p.rows, row)
	}
	p.before, p.after = strings.Join(lines[:begin], ""), strings.Join(lines[end:], "")
	return p, p.readRecipes(lines[end:])
}

// cells returns the cells of a line of a table.
func cells(line string) []string {
	parts := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func (p *page) readRecipes(lines []string) error {
	heading, inside, name := "", false, ""
	for _, line := range lines {
		bare := strings.TrimSpace(line)
		switch {
		case !inside && strings.HasPrefix(bare, "#"):
			heading = strings.TrimSpace(strings.TrimLeft(bare, "#"))
		case !inside && bare == "```shell":
			if _, ok := p.recipes[heading]; ok {
				return fmt.Errorf("%s: %s has two recipes", pagePath, heading)
			}
			p.recipes[heading] = recipe{Steps: map[string]string{}}
			inside, name = true, ""
		case inside && bare == "```":
			inside = false
		case inside && isStep(bare):
			name = strings.TrimPrefix(bare, "# ")
			p.recipes[heading].Steps[name] = ""
		case inside && name == "":
			r := p.recipes[heading]
			r.Preparation += line
			p.recipes[heading] = r
		case inside:
			p.recipes[heading].Steps[name] += line
		}
	}
	return nil
}

func isStep(line string) bool {
	return slices.ContainsFunc(steps(), func(s step) bool { return line == "# "+s.name })
}

// set replaces the row of a client, or adds it. Rows have the order of clients.
func (p *page) set(row []string) {
	p.rows = slices.DeleteFunc(p.rows, func(r []string) bool { return r[0] == row[0] })
	p.rows = append(p.rows, row)
	place := func(r []string) int {
		return slices.IndexFunc(clients(), func(c client) bool { return c.name == r[0] })
	}
	slices.SortStableFunc(p.rows, func(a, b []string) int { return place(a) - place(b) })
}

// text returns the Markdown of the page.
func (p *page) text() string {
	var b strings.Builder
	b.WriteString(p.before)
	line := func(row []string) { b.WriteString("| " + strings.Join(row, " | ") + " |\n") }
	line(columns())
	b.WriteString(strings.Repeat("|---", len(columns())) + "|\n")
	for _, row := range p.rows {
		line(row)
	}
	b.WriteString(p.after)
	return b.String()
}

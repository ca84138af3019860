package inventorycmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A layout fits the columns of a table into a terminal. If the terminal is too narrow, the layout
// leaves out the column EMAIL, shortens names, and then shortens the list of roles. No line is
// longer than the terminal. Other output is never shortened.
type layout struct {
	room     int // columns of the terminal; 0 means no limit
	headings []string
	widths   []int // of the columns before the roles; -1 for a column that is left out
	roles    int   // the width of the longest list of roles, up to maxRoles
}

const (
	gap      = 2
	minName  = 8
	maxRoles = 40 // more columns for roles do not shorten names
)

func newLayout(room int, headings []string) *layout {
	l := &layout{room: room, headings: headings, widths: make([]int, len(headings)-1)}
	l.add(l.headings[:len(l.widths)])
	l.addRoles(l.headings[len(l.widths):])
	return l
}

// add makes the columns as wide as these cells.
func (l *layout) add(cells []string) {
	for i, c := range cells[:min(len(cells), len(l.widths))] {
		l.widths[i] = max(l.widths[i], terminal.Width(terminal.OneLine(c)))
	}
}

// addRoles reserves columns for a list of roles.
func (l *layout) addRoles(roles []string) {
	if l.room > 0 && l.roles < maxRoles {
		l.roles = min(max(l.roles, terminal.Width(shorten(roles, 0))), maxRoles)
	}
}

// addUnknown reserves columns for roles that will be known later.
func (l *layout) addUnknown() { l.roles = maxRoles }

// fit makes the columns fit into the terminal.
func (l *layout) fit() {
	if l.room == 0 {
		return
	}
	if i := slices.Index(l.headings, "EMAIL"); i >= 0 && l.excess() > 0 {
		l.widths[i] = -1
	}
	for _, heading := range []string{"NAME", "SESSION"} {
		if i := slices.Index(l.headings, heading); i >= 0 && l.excess() > 0 {
			l.widths[i] = max(l.widths[i]-l.excess(), min(l.widths[i], minName))
		}
	}
}

// excess returns how many columns the table is wider than the terminal.
func (l *layout) excess() int {
	total := l.roles
	for _, w := range l.widths {
		if w >= 0 {
			total += w + gap
		}
	}
	return total - l.room
}

// line prints a line of the table.
func (l *layout) line(b *strings.Builder, cells, roles []string, paint func(string) string) {
	used := 0
	for i, w := range l.widths {
		if w < 0 {
			continue
		}
		if l.room > 0 {
			w = max(min(w, l.room-used-gap), 0)
		}
		c := terminal.OneLine(cells[i])
		if l.room > 0 {
			c = terminal.CutMiddle(c, w)
		}
		b.WriteString(paint(c))
		b.WriteString(strings.Repeat(" ", max(w-terminal.Width(c), 0)+gap))
		used += w + gap
	}
	if l.room == 0 {
		b.WriteString(paint(shorten(roles, 0)))
	} else if l.room > used {
		b.WriteString(paint(shorten(roles, l.room-used)))
	}
	b.WriteByte('\n')
}

// shorten returns the first roles that fit into a number of columns, and the number of the others:
// "AdministratorAccess +2". A single role that does not fit loses its middle. If columns is 0,
// shorten returns all roles.
func shorten(roles []string, columns int) string {
	for n := len(roles); n > 0; n-- {
		text := terminal.OneLine(strings.Join(roles[:n], ", ")) + others(len(roles)-n)
		if columns == 0 || terminal.Width(text) <= columns {
			return text
		}
	}
	if len(roles) == 0 {
		return ""
	}
	rest := others(len(roles) - 1)
	if len(rest) >= columns {
		return terminal.CutMiddle(terminal.OneLine(roles[0]), columns)
	}
	return terminal.CutMiddle(terminal.OneLine(roles[0]), columns-len(rest)) + rest
}

func others(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" +%d", n)
}

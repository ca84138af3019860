package inventorycmd

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/listing"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A table prints rows as they become known, always in the same order: session by session, and the
// accounts of a session in the order of the list. A row waits until the rows before it are known.
// On a terminal, the last cell is cut to the width.
type table struct {
	app      *command.App
	paint    style.Palette
	headings []string
	several  bool // the first column has the session

	mu      sync.Mutex
	feeds   []*feed
	printed int // rows
	widths  []int
}

// A feed has the rows of one session.
type feed struct {
	session *listing.Session
	rows    func(inventory.Account) [][]string
	needs   bool                // a row needs the roles of its account
	order   []inventory.Account // of the list; nil until every account is known
	settled map[string]inventory.Account
	next    int // the next account in order
	over    bool
}

func newTable(app *command.App, l *listing.Listing, headings ...string) *table {
	t := &table{app: app, paint: app.OutStyle(), headings: headings, several: l.Several}
	if l.Several {
		t.headings = append([]string{"SESSION"}, headings...)
	}
	return t
}

// feed returns the observer that prints the rows of a session. needs says whether a row needs the
// roles of its account.
func (t *table) feed(s *listing.Session, needs bool, rows func(inventory.Account) [][]string) func(inventory.Progress) {
	f := &feed{session: s, rows: rows, needs: needs, settled: map[string]inventory.Account{}}
	t.mu.Lock()
	t.feeds = append(t.feeds, f)
	t.mu.Unlock()
	return func(p inventory.Progress) {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, a := range p.Settled {
			f.settled[a.ID] = a
		}
		if p.Listed != nil {
			f.order = p.Listed
		}
		t.flush()
	}
}

// finish prints the rest from the lists, which may have older roles of accounts that could not be
// listed now. It is called after the last observation.
func (t *table) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.feeds {
		f.over = true
		for _, a := range f.session.List.Accounts {
			if _, ok := f.settled[a.ID]; !ok {
				f.settled[a.ID] = a
			}
		}
		if f.order == nil { // some account pages are missing
			f.order = f.session.List.Accounts
		}
	}
	t.flush()
}

// flush prints the rows that are next.
func (t *table) flush() {
	var b strings.Builder
	for _, f := range t.feeds {
		if f.order == nil {
			break
		}
		for ; f.next < len(f.order); f.next++ {
			a, ok := f.settled[f.order[f.next].ID]
			if !ok {
				if f.needs && !f.over {
					break
				}
				a = f.order[f.next]
			}
			for _, row := range f.rows(a) {
				if t.several {
					row = append([]string{f.session.Key()}, row...)
				}
				if t.widths == nil {
					t.measure()
				}
				t.row(&b, row)
			}
		}
		if f.next < len(f.order) || !f.over && f.needs && len(f.settled) < len(f.order) {
			break
		}
	}
	_, _ = io.WriteString(t.app.Out.Raw(), b.String())
}

// measure sets the widths of the columns from the accounts that are known.
func (t *table) measure() {
	t.widths = make([]int, len(t.headings))
	for _, f := range t.feeds {
		for _, a := range f.order {
			t.widen(f.session.Key(), []string{a.ID, a.Name, a.Email})
		}
	}
}

// widen makes the columns as wide as these cells.
func (t *table) widen(session string, cells []string) {
	if t.several {
		cells = append([]string{session}, cells...)
	}
	for i, c := range cells[:min(len(cells), len(t.widths)-1)] {
		t.widths[i] = max(t.widths[i], terminal.Width(terminal.Printable(c)), len(t.headings[i]))
	}
}

// row prints a row, and the headings before the first row.
func (t *table) row(b *strings.Builder, cells []string) {
	if t.printed == 0 {
		t.line(b, t.headings, t.paint.Heading)
	}
	t.printed++
	t.line(b, cells, func(s string) string { return s })
}

func (t *table) line(b *strings.Builder, cells []string, paint func(string) string) {
	used := 0
	for i, c := range cells {
		c = terminal.Printable(c)
		last := i == len(cells)-1
		if room := t.app.IO.Width - used; last && t.app.IO.OutTerminal && t.app.IO.Width > 0 && room > 8 {
			c = terminal.CutMiddle(c, room)
		}
		b.WriteString(paint(c))
		if !last {
			gap := max(t.widths[i]-terminal.Width(c), 0) + 2
			b.WriteString(strings.Repeat(" ", gap))
			used += t.widths[i] + 2
		}
	}
	b.WriteByte('\n')
}

// print prints the rows of every session at once.
func (t *table) print(l *listing.Listing, rows func(*listing.Session) [][]string) {
	t.widths = make([]int, len(t.headings))
	all := map[*listing.Session][][]string{}
	for _, s := range l.Sessions {
		all[s] = rows(s)
		for _, r := range all[s] {
			t.widen(s.Key(), r)
		}
	}
	var b strings.Builder
	for _, s := range l.Sessions {
		for _, r := range all[s] {
			if t.several {
				r = append([]string{s.Key()}, r...)
			}
			t.row(&b, r)
		}
	}
	_, _ = io.WriteString(t.app.Out.Raw(), b.String())
}

// empty says on stderr that the table has no rows.
func (t *table) empty() {
	if t.printed == 0 {
		fmt.Fprintf(t.app.IO.Err, "%s: no account to list\n", t.app.Name)
	}
}

// roles returns the cell with the roles of an account.
func (t *table) roles(a inventory.Account) string {
	switch {
	case a.Listed.IsZero() && len(a.Roles) == 0:
		return "-"
	case t.app.IO.OutTerminal:
		return output.Summary(a.Roles)
	}
	return strings.Join(a.Roles, ", ")
}

package inventorycmd

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/listing"
	"github.com/lanyard-cli/lanyard/internal/style"
)

// A table prints rows as they become known, always in the same order: session by session, and the
// accounts of a session in the order of the list. A row waits until the rows before it are known.
// If the progress is shown on a terminal and the rows go elsewhere, the table waits for the end: a
// program such as cat or less may print the rows on the same terminal.
type table struct {
	app      *command.App
	paint    style.Palette
	headings []string
	several  bool // the first column has the session
	hold     bool // print all rows at the end

	mu      sync.Mutex
	feeds   []*feed
	printed int // rows
	layout  *layout
}

// A row is a line of the table. Its last column has roles.
type row struct {
	cells []string // the columns before the roles
	roles []string
}

// A feed has the rows of one session.
type feed struct {
	session *listing.Session
	rows    func(inventory.Account) []row
	needs   bool                // a row needs the roles of its account
	order   []inventory.Account // of the list; nil until every account is known
	settled map[string]inventory.Account
	next    int // the next account in order
	over    bool
}

// newTable returns a table. The last heading is that of the roles.
func newTable(app *command.App, l *listing.Listing, headings ...string) *table {
	t := &table{
		app: app, paint: app.OutStyle(), headings: headings, several: l.Several,
		hold: app.IO.ErrTerminal && !app.IO.OutTerminal,
	}
	if l.Several {
		t.headings = append([]string{"SESSION"}, headings...)
	}
	return t
}

// feed returns the observer that prints the rows of a session. needs says whether a row needs the
// roles of its account.
func (t *table) feed(s *listing.Session, needs bool, rows func(inventory.Account) []row) func(inventory.Progress) {
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
		if !t.hold {
			t.flush()
		}
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
			for _, r := range f.rows(a) {
				if t.layout == nil {
					t.layout = t.measure()
				}
				t.row(&b, f.session, r)
			}
		}
		if f.next < len(f.order) || !f.over && f.needs && len(f.settled) < len(f.order) {
			break
		}
	}
	_, _ = io.WriteString(t.app.Out.Raw(), b.String())
}

// measure returns the layout for the accounts and roles that are known.
func (t *table) measure() *layout {
	l := t.newLayout()
	for _, f := range t.feeds {
		for _, a := range f.order {
			l.add(t.cells(f.session, row{cells: []string{a.ID, a.Name, a.Email}}))
			if known, ok := f.settled[a.ID]; ok {
				for _, r := range f.rows(known) {
					l.addRoles(r.roles)
				}
			} else {
				l.addUnknown()
			}
		}
	}
	l.fit()
	return l
}

// newLayout returns a layout without rows.
func (t *table) newLayout() *layout {
	width := 0
	if t.app.IO.OutTerminal {
		width = t.app.IO.Width
	}
	return newLayout(width, t.headings)
}

// cells returns the cells before the roles.
func (t *table) cells(s *listing.Session, r row) []string {
	if t.several {
		return append([]string{s.Key()}, r.cells...)
	}
	return r.cells
}

// row prints a row, and the headings before the first row.
func (t *table) row(b *strings.Builder, s *listing.Session, r row) {
	if t.printed == 0 {
		last := len(t.headings) - 1
		t.layout.line(b, t.headings[:last], t.headings[last:], t.paint.Heading)
	}
	t.printed++
	t.layout.line(b, t.cells(s, r), r.roles, func(s string) string { return s })
}

// print prints the rows of every session at once.
func (t *table) print(l *listing.Listing, rows func(*listing.Session) []row) {
	t.layout = t.newLayout()
	all := map[*listing.Session][]row{}
	for _, s := range l.Sessions {
		all[s] = rows(s)
		for _, r := range all[s] {
			t.layout.add(t.cells(s, r))
			t.layout.addRoles(r.roles)
		}
	}
	t.layout.fit()
	var b strings.Builder
	for _, s := range l.Sessions {
		for _, r := range all[s] {
			t.row(&b, s, r)
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

// The cells of accounts without a known role.
const (
	noRole       = "-" // the service has listed no role
	unknownRoles = "?" // lanyard has not asked yet, or the service has not answered
)

// rolesCell returns the roles of an account for the table.
func rolesCell(a inventory.Account) []string {
	switch {
	case !a.RolesKnown():
		return []string{unknownRoles}
	case len(a.Roles) == 0:
		return []string{noRole}
	}
	return a.Roles
}

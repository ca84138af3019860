package inventorycmd

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

func TestLayout(t *testing.T) {
	accounts := []string{"ACCOUNT", "NAME", "EMAIL", "ROLES"}
	long := strings.Repeat("a-long-name-", 4) + "12345"
	three := []string{"AdministratorAccess", "DeveloperAccess", "ReadOnlyAccess"}
	for _, c := range []struct {
		name     string
		room     int
		headings []string
		cells    []string
		roles    []string
		want     string
	}{
		{"not a terminal", 0, accounts, []string{"111122223333", long, "a@example.com"}, three, "111122223333  " + long + "  a@example.com  AdministratorAccess, DeveloperAccess, ReadOnlyAccess"},
		{"wide", 120, accounts, []string{"111122223333", "prod", "a@example.com"}, three, "111122223333  prod  a@example.com  AdministratorAccess, DeveloperAccess, ReadOnlyAccess"},
		{"without e-mail", 81, accounts, []string{"111122223333", "payments-prod", "aws+payments-prod@example.com"}, three, "111122223333  payments-prod  AdministratorAccess, DeveloperAccess, ReadOnlyAccess"},
		{"long name", 80, accounts, []string{"111122223333", long, "a@example.com"}, three, "111122223333  a-long-name-…-name-12345  AdministratorAccess, DeveloperAccess +1"},
		{"long name and short roles", 80, accounts, []string{"111122223333", long, ""}, []string{"ReadOnly"}, "111122223333  " + long + "  ReadOnly"},
		{"narrow", 60, accounts, []string{"111122223333", "payments-prod", "a@example.com"}, three, "111122223333  paym…rod  AdministratorAccess +2"},
		{"find in 40 columns", 40, []string{"ACCOUNT", "NAME", "ROLE"}, []string{"111122223333", "payments-prod"}, []string{"DeveloperAccess"}, "111122223333  paym…prod  DeveloperAccess"},
		{"one long role", 40, []string{"ACCOUNT", "NAME", "ROLE"}, []string{"111122223333", "payments-prod"}, []string{"AdministratorAccess"}, "111122223333  paym…rod  Administ…rAccess"},
		{"long role of several", 40, accounts, []string{"111122223333", "payments-prod", ""}, three, "111122223333  paym…rod  Admini…Access +2"},
		{"two sessions", 60, []string{"SESSION", "ACCOUNT", "NAME", "ROLE"}, []string{"a-session-with-a-long-name", "111122223333", "payments-prod"}, []string{"DeveloperAccess"}, "a-session…long-name  111122223333  paym…rod  DeveloperAccess"},
		{"very narrow", 20, []string{"ACCOUNT", "NAME", "ROLE"}, []string{"111122223333", "payments-prod"}, []string{"DeveloperAccess"}, "111122223333  pa…d"},
	} {
		l := newLayout(c.room, c.headings)
		l.add(c.cells)
		l.addRoles(c.roles)
		l.fit()
		var b strings.Builder
		l.line(&b, c.cells, c.roles, func(s string) string { return s })
		got := strings.TrimRight(b.String(), " \n")
		if got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
		}
		if c.room > 0 && terminal.Width(strings.TrimSuffix(b.String(), "\n")) > c.room {
			t.Errorf("%s: the line wraps", c.name)
		}
	}
}

// Before the roles are known, the table reserves room for them.
func TestLayoutBeforeTheRolesAreKnown(t *testing.T) {
	l := newLayout(80, []string{"ACCOUNT", "NAME", "EMAIL", "ROLES"})
	l.add([]string{"111122223333", strings.Repeat("x", 53), "a@example.com"})
	l.addUnknown()
	l.fit()
	if l.widths[1] != 24 || l.widths[2] != -1 {
		t.Errorf("widths %d, want 24 columns for the name, and no e-mail address", l.widths)
	}
}

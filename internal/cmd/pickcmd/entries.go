// This file collects everything that the user can pick.

package pickcmd

import (
	"cmp"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// An entry is a profile, or a role that no profile has.
type entry struct {
	profile string          // "" for a role without a profile
	config  awsconfig.Entry // of the profile

	account, accountName, email, role string // "" if not known
	session                           string // the name of the [sso-session], or the start URL of a legacy profile
}

// entries returns the profiles in the order of menus, and then the roles without a profile.
func entries(w *workspace.Workspace) ([]entry, error) {
	profiles, roles := w.ProfileEntries(), foundRoles(w)
	if len(profiles)+len(roles) == 0 {
		return nil, w.NoProfiles()
	}
	all := make([]entry, 0, len(profiles)+len(roles))
	for _, p := range profiles {
		account, role := workspace.RoleOf(p)
		all = append(all, entry{
			profile: p.Name, config: p, account: account, accountName: p.AccountName, email: p.AccountEmail, role: role,
			session: cmp.Or(p.Session, p.StartURL),
		})
	}
	return withoutProfile(all, roles), nil
}

// A roleKey names a role of a session.
type roleKey struct{ session, account, role string }

func (e entry) key() roleKey { return roleKey{e.session, e.account, e.role} }

// withoutProfile appends to the profiles the roles that no profile has.
func withoutProfile(profiles, roles []entry) []entry {
	if len(roles) == 0 {
		return profiles
	}
	covered := make(map[roleKey]bool, len(profiles))
	for i := range profiles {
		covered[profiles[i].key()] = true
	}
	for i := range roles {
		if !covered[roles[i].key()] {
			profiles = append(profiles, roles[i])
		}
	}
	return profiles
}

// value returns what pick prints: the name of the profile, or the flags that name the role. In the
// flags, a value with blanks is quoted for a shell.
func (e entry) value() string {
	if e.profile != "" {
		return e.profile
	}
	flags := "--account " + e.account + " --role " + shell.POSIX.Word(e.role)
	if e.session != "" && !strings.Contains(e.session, "://") {
		flags += " --sso-session " + shell.POSIX.Word(e.session)
	}
	return flags
}

// item returns the row of the menu.
func (e entry) item() picker.Item {
	if e.profile != "" {
		return workspace.ProfileItem(e.config)
	}
	name := e.role
	if strings.TrimSpace(e.accountName) != "" {
		name = e.accountName + " / " + e.role
	}
	detail := e.session
	if e.email != "" {
		detail = e.email + ", " + e.session
	}
	return picker.Item{Name: name, ID: e.account, Detail: detail}
}

// items returns the rows of the menu.
func items(all []entry) []picker.Item {
	list := make([]picker.Item, len(all))
	for i := range all {
		list[i] = all[i].item()
	}
	return list
}

// line returns the line of --print.
func (e entry) line() string {
	columns := []string{e.value(), e.account, e.accountName, e.role, e.session, e.email}
	for i, c := range columns {
		columns[i] = oneColumn(c)
	}
	return strings.Join(columns, "\t") + "\n"
}

// oneColumn replaces tabs, line breaks and other characters that control a terminal.
func oneColumn(text string) string {
	return strings.NewReplacer("\t", " ", "\n", " ").Replace(terminal.Harmless(text))
}

// This file collects everything that the user can pick.

package pickcmd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// An entry is a profile, or a role that no profile has. A role has no Name, and only an account
// without an e-mail address, a role and a session: see [foundRoles].
type entry = awsconfig.Entry

// entries returns the profiles in the order of menus, and then the roles without a profile.
func entries(w *workspace.Workspace) ([]entry, error) {
	profiles := w.ProfileEntries()
	all := withRoles(profiles, foundRoles(w, profiles))
	if len(all) == 0 {
		return nil, w.NoProfiles()
	}
	return all, nil
}

// A roleKey names a role of a session.
type roleKey struct{ session, account, role string }

func keyOf(e entry) roleKey {
	account, role := workspace.RoleOf(e)
	return roleKey{cmp.Or(e.Session, starturl.Portal(e.StartURL)), account, role}
}

// sessionOf returns the name of an entry's [sso-session], or the start URL of a legacy profile.
func sessionOf(e entry) string { return cmp.Or(e.Session, e.StartURL) }

// withRoles appends to the profiles the roles that no profile has.
func withRoles(profiles, roles []entry) []entry {
	switch {
	case len(roles) == 0:
		return profiles
	case len(profiles) == 0:
		return roles
	}
	profiles = slices.Grow(profiles, len(roles))
	covered := make(map[roleKey]bool, len(profiles))
	for _, p := range profiles {
		covered[keyOf(p)] = true
	}
	for _, r := range roles {
		if !covered[keyOf(r)] {
			profiles = append(profiles, r)
		}
	}
	return profiles
}

// value returns what pick prints: the name of the profile, or the flags that name the role. In the
// flags, a value with blanks is quoted for a shell.
func value(e entry) string {
	if e.Name != "" {
		return e.Name
	}
	flags := "--account " + shell.POSIX.Word(e.AccountID) + " --role " + shell.POSIX.Word(e.RoleName)
	if e.Session != "" {
		flags += " --sso-session " + shell.POSIX.Word(e.Session)
	}
	return flags
}

// items returns the rows of the menu.
func items(all []entry) []picker.Item {
	list := make([]picker.Item, len(all))
	for i, e := range all {
		if e.Name != "" {
			list[i] = workspace.ProfileItem(e)
		} else {
			list[i] = roleItem(e)
		}
	}
	return list
}

// roleItem returns the row of a role without a profile.
func roleItem(e entry) picker.Item {
	name := e.RoleName
	if strings.TrimSpace(e.AccountName) != "" {
		name = e.AccountName + " / " + e.RoleName
	}
	return picker.Item{Name: name, ID: e.AccountID, Detail: sessionOf(e)}
}

// line returns the line of --print.
func line(e entry) string {
	account, role := workspace.RoleOf(e)
	columns := []string{value(e), account, e.AccountName, role, sessionOf(e), e.AccountEmail}
	for i, c := range columns {
		columns[i] = oneColumn(c)
	}
	return strings.Join(columns, "\t") + "\n"
}

// oneColumn replaces tabs, line breaks and other characters that control a terminal.
func oneColumn(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' {
			return ' '
		}
		return terminal.HarmlessRune(r)
	}, text)
}

// joined joins the texts that are not blank.
func joined(separator string, texts ...string) string {
	var known []string
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			known = append(known, t)
		}
	}
	return strings.Join(known, separator)
}

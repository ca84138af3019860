package fanout

import (
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
)

// A Selection says which roles of which accounts a command is for.
type Selection struct {
	// Match are globs for the name, the id or the e-mail address of an account. The case of letters
	// does not matter.
	Match []string
	// Accounts are ids or names of accounts.
	Accounts []string
	// Role is the role, and Roles are roles of which the first that the user has in an account is
	// used. If both are empty, an account must have exactly one role.
	Role  string
	Roles []string
	// Regions are the regions; empty means one run for each account, without a region.
	Regions []string
}

// A Source is the list of a session.
type Source struct {
	Session string // the key of the session
	List    inventory.List
}

// A Chosen is the result of a selection.
type Chosen struct {
	Targets []Target
	// Without are the accounts that match a glob, and in which the user has none of the roles.
	Without []string
	// Several are accounts in which the user has several roles, and no role was named.
	Several []Target
	// Unknown are elements of Accounts that are no account of a list.
	Unknown []string
}

// Wants reports whether an account is selected by its name, id or e-mail address.
func (s Selection) Wants(a inventory.Account) bool {
	return s.matches(a.ID, a.Name, a.Email) || s.names(a.ID, a.Name)
}

// matches reports whether a glob matches one of the texts.
func (s Selection) matches(texts ...string) bool {
	for _, glob := range s.Match {
		for _, text := range texts {
			if text != "" && Match(glob, text) {
				return true
			}
		}
	}
	return false
}

// names reports whether Accounts has the account.
func (s Selection) names(id, name string) bool {
	return slices.ContainsFunc(s.Accounts, func(want string) bool { return isAccount(want, id, name) })
}

func isAccount(want, id, name string) bool {
	return strings.ReplaceAll(want, "-", "") == id || name != "" && strings.EqualFold(want, name)
}

// Match reports whether a glob matches a whole text. * stands for any characters, and ? for one
// character. The case of letters does not matter.
func Match(glob, text string) bool {
	return profilesync.MatchGlob(strings.ToLower(glob), strings.ToLower(text))
}

// Choose returns the targets in the order of the sources, of the accounts in their lists, and of
// the regions. A role of an account that two sources have is one target.
func (s Selection) Choose(sources []Source) (c Chosen) {
	seen := map[[2]string]bool{}
	found := map[string]bool{}
	for _, source := range sources {
		for _, a := range source.List.Accounts {
			if !s.Wants(a) {
				continue
			}
			for _, want := range s.Accounts {
				found[want] = found[want] || isAccount(want, a.ID, a.Name)
			}
			t := Target{Session: source.Session, Account: a.ID, AccountName: a.Name}
			role, several := s.roleIn(a)
			switch {
			case several:
				c.Several = append(c.Several, t)
				continue
			case role == "" && s.names(a.ID, a.Name) && s.wanted() != "":
				role = s.wanted() // the user named the account, so the service refuses the run
			case role == "":
				c.Without = append(c.Without, a.ID)
				continue
			}
			if key := [2]string{a.ID, role}; seen[key] {
				continue
			} else {
				seen[key] = true
			}
			t.Role = role
			c.Targets = append(c.Targets, inRegions(t, s.Regions)...)
		}
	}
	for _, want := range s.Accounts {
		if !found[want] {
			c.Unknown = append(c.Unknown, want)
		}
	}
	return c
}

// wanted returns the first role of the selection, or "".
func (s Selection) wanted() string {
	if s.Role == "" && len(s.Roles) > 0 {
		return s.Roles[0]
	}
	return s.Role
}

// roleIn returns the role to use in an account, or "". several means that the user must name one.
func (s Selection) roleIn(a inventory.Account) (role string, several bool) {
	wanted := s.Roles
	if s.Role != "" {
		wanted = []string{s.Role}
	}
	for _, r := range wanted {
		if slices.Contains(a.Roles, r) {
			return r, false
		}
	}
	switch {
	case len(wanted) > 0 || len(a.Roles) == 0:
		return "", false
	case len(a.Roles) > 1:
		return "", true
	}
	return a.Roles[0], false
}

func inRegions(t Target, regions []string) []Target {
	if len(regions) == 0 {
		return []Target{t}
	}
	var all []Target
	for _, r := range regions {
		t.Region = r
		all = append(all, t)
	}
	return all
}

// InRegions returns each target in each region. Without regions it returns the targets unchanged.
func InRegions(targets []Target, regions []string) (all []Target) {
	for _, t := range targets {
		all = append(all, inRegions(t, regions)...)
	}
	return all
}

// Keep returns the targets that the selection and globs for profiles select. Without any of them, it
// returns all targets. It is for the targets of a record.
func (s Selection) Keep(targets []Target, profiles []string) []Target {
	return slices.DeleteFunc(slices.Clone(targets), func(t Target) bool {
		byAccount := len(s.Match) == 0 && len(s.Accounts) == 0 || s.matches(t.Account, t.AccountName) || s.names(t.Account, t.AccountName)
		byProfile := len(profiles) == 0 || t.Profile != "" && slices.ContainsFunc(profiles, func(glob string) bool { return Match(glob, t.Profile) })
		byRole := s.wanted() == "" || s.Role != "" && t.Role == s.Role || slices.Contains(s.Roles, t.Role)
		byRegion := len(s.Regions) == 0 || slices.Contains(s.Regions, t.Region)
		return !byAccount || !byProfile || !byRole || !byRegion
	})
}

// Accounts returns the number of different accounts. A profile without a known account counts as an
// account.
func Accounts(targets []Target) int {
	seen := map[string]bool{}
	for _, t := range targets {
		if t.Account != "" {
			seen[t.Account] = true
		} else {
			seen["profile "+t.Profile] = true
		}
	}
	return len(seen)
}

// Fill replaces the placeholders {account}, {account_name}, {role}, {region} and {profile} in words.
func (t Target) Fill(words []string) []string {
	r := strings.NewReplacer("{account}", t.Account, "{account_name}", t.AccountName, "{role}", t.Role, "{region}", t.Region, "{profile}", t.Profile)
	filled := make([]string, len(words))
	for i, w := range words {
		filled[i] = r.Replace(w)
	}
	return filled
}

// Lacks returns the placeholders in words for which the target has no value.
func (t Target) Lacks(words []string) (names []string) {
	for _, p := range t.placeholders() {
		if p.value == "" && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, p.name) }) {
			names = append(names, p.name)
		}
	}
	return names
}

// MadeFlags returns the words that a value makes a flag: they begin with a placeholder whose value
// begins with a dash. The owner of an account chooses its name, and must not choose flags.
func (t Target) MadeFlags(words []string) (flags []string) {
	for i, filled := range t.Fill(words) {
		if strings.HasPrefix(filled, "-") && !strings.HasPrefix(words[i], "-") {
			flags = append(flags, words[i])
		}
	}
	return flags
}

// shells are the programs whose words can be scripts.
var shells = []string{"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "fish", "cmd", "powershell", "pwsh"}

// InScript returns the placeholders inside a longer word of a shell whose values have characters
// that a shell interprets. The owner of an account chooses its name, and must not choose commands.
func (t Target) InScript(words []string) (names []string) {
	name := words[0][strings.LastIndexAny(words[0], `/\`)+1:]
	if !slices.Contains(shells, strings.TrimSuffix(strings.ToLower(name), ".exe")) {
		return nil
	}
	for _, p := range t.placeholders() {
		harmful := func(c rune) bool {
			return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(" -_.,:/+=@", c)
		}
		if strings.ContainsFunc(p.value, harmful) && slices.ContainsFunc(words[1:], func(w string) bool { return w != p.name && strings.Contains(w, p.name) }) {
			names = append(names, p.name)
		}
	}
	return names
}

// A placeholder is a word in braces, and its value for a target.
type placeholder struct{ name, value string }

func (t Target) placeholders() []placeholder {
	return []placeholder{
		{"{account}", t.Account}, {"{account_name}", t.AccountName}, {"{role}", t.Role}, {"{region}", t.Region}, {"{profile}", t.Profile},
	}
}

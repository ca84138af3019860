package emulatorcmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator"
)

// emulatorSession names the emulator in config files. Tokens are cached by this
// name, so it must be one that nobody gives to a session of AWS.
const emulatorSession = "lanyard-emulator"

// configMark begins the config files that the emulator commands write.
const configMark = "# Written by lanyard emulator. Nothing that it leads to is real.\n"

// maxProfiles is how many profiles are written for an organization that has more.
const maxProfiles = 1000

// A grantedRole is a role that somebody may use in an account.
type grantedRole struct {
	account emulator.Account
	role    string
}

// grantedRoles returns what the user may use, or with "" what anybody may, in the
// order of the accounts and permission sets; at most limit, and whether there are
// more.
func grantedRoles(c emulator.Config, user string, limit int) (roles []grantedRole, more bool) {
	const all = "*"
	sets := map[string]map[string]bool{} // by account
	for _, a := range c.Assignments {
		if user != "" && a.User != user && !slices.ContainsFunc(c.Groups, func(g emulator.Group) bool {
			return g.Name == a.Group && slices.Contains(g.Members, user)
		}) {
			continue
		}
		for _, id := range a.Accounts {
			if sets[id] == nil {
				sets[id] = map[string]bool{}
			}
			for _, s := range a.PermissionSets {
				sets[id][s] = true
			}
		}
	}
	for _, a := range c.Accounts {
		for _, s := range c.PermissionSets {
			if !sets[a.ID][s.Name] && !sets[a.ID][all] && !sets[all][s.Name] && !sets[all][all] {
				continue
			}
			if len(roles) == limit {
				return roles, true
			}
			roles = append(roles, grantedRole{a, s.Name})
		}
	}
	return roles, false
}

// emulatorProfiles returns a config with a session, and with a profile for each role
// that the user, or with "" anybody, has in the organization. First is the name of
// the first profile, for AWS_PROFILE; "" if there are no roles.
//
// The default profile has a region only. aws-vault adds what the default profile
// holds to every other profile, and prefers SSO keys to a credential_process. The
// SDK for Go v1 loads the default profile while it reads an SSO session, and never
// ends if that one has an SSO session as well.
func emulatorProfiles(c emulator.Config, e *emulator.Emulator, user string) (config, first string) {
	if len(c.Users)+len(c.Groups)+len(c.Accounts)+len(c.PermissionSets)+len(c.Assignments) == 0 {
		c = emulator.BuiltIn() // an empty organization stands for it
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n[sso-session %s]\nsso_start_url = %s\nsso_region = %s\nsso_registration_scopes = sso:account:access\n\n[default]\nregion = %s\n",
		configMark, emulatorSession, e.StartURL(), e.Region(), e.Region())
	roles, more := grantedRoles(c, user, maxProfiles)
	taken := map[string]bool{"default": true}
	for _, r := range roles {
		name := profileName(r)
		if taken[name] {
			name += "-" + r.account.ID
		}
		taken[name] = true
		first = cmp.Or(first, name)
		b.WriteString(profileSection("profile "+name, r, e.Region()))
	}
	if more {
		fmt.Fprintf(&b, "\n# There are more roles. These are the profiles of the first %d.\n", maxProfiles)
	}
	return b.String(), first
}

func profileSection(header string, r grantedRole, region string) string {
	return fmt.Sprintf("\n[%s]\nsso_session = %s\nsso_account_id = %s\nsso_role_name = %s\nregion = %s\n",
		header, emulatorSession, r.account.ID, r.role, region)
}

// profileName is ACCOUNT-ROLE, in characters that need no quotes in a shell.
func profileName(r grantedRole) string {
	name := r.account.Name
	if name == "" {
		name = r.account.ID
	}
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_.-", c) {
			return c
		}
		return '-'
	}, name+"-"+r.role)
}

// The config that points a program at the emulator.

package emulatorcmd

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// sessionName is the name of the emulator's session in config files. The token cache uses this
// name, so no session of AWS may have it.
const sessionName = "lanyard-emulator"

const (
	// configMark is the first line of each config file that the emulator commands write.
	configMark   = "# Written by lanyard emulator."
	configHeader = configMark + " Its accounts and credentials are not real.\n"
)

// maxProfiles is the largest number of profiles in a config.
const maxProfiles = 1000

// profileConfig returns a config with a session and a profile for each role of the user. If user
// is "", the config has the roles of all users. firstName is the name of the first profile, for
// AWS_PROFILE. It is "" if there are no roles.
//
// The default profile has only a region, because SSO settings in it break two clients. aws-vault
// copies the settings of the default profile to all other profiles, and prefers SSO settings to a
// credential_process. The SDK for Go v1 loads the default profile while it reads an SSO session,
// and loops forever if the default profile has an SSO session.
func profileConfig(c emulator.Config, e *emulator.Emulator, user string) (config, firstName string) {
	if len(c.Users)+len(c.Groups)+len(c.Accounts)+len(c.PermissionSets)+len(c.Assignments) == 0 {
		c = emulator.BuiltIn() // emulator.New replaces an empty organization with the built-in organization
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n[sso-session %s]\nsso_start_url = %s\nsso_region = %s\nsso_registration_scopes = sso:account:access\n\n[default]\nregion = %s\n",
		configHeader, sessionName, e.StartURL(), e.Region(), e.Region())
	roles, more := grantedRoles(c, user, maxProfiles)
	taken := map[string]bool{"default": true}
	for _, r := range roles {
		name := profileName(r)
		if taken[name] {
			name += "-" + r.account.ID
		}
		taken[name] = true
		firstName = cmp.Or(firstName, name)
		b.WriteString(profileSection("profile "+name, r, e.Region()))
	}
	if more {
		fmt.Fprintf(&b, "\n# This file has profiles only for the first %d roles.\n", maxProfiles)
	}
	return b.String(), firstName
}

// A grantedRole is a role that a user has in an account.
type grantedRole struct {
	account emulator.Account
	role    string
}

// grantedRoles returns the roles of the user in the order of the accounts and permission sets. If
// user is "", it returns the roles of all users. It returns at most limit roles. more reports
// whether there are more.
func grantedRoles(c emulator.Config, user string, limit int) (roles []grantedRole, more bool) {
	const all = "*"
	sets := map[string]map[string]bool{} // by account id
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

// profileSection returns the section of a profile for a role.
func profileSection(header string, r grantedRole, region string) string {
	return fmt.Sprintf("\n[%s]\nsso_session = %s\nsso_account_id = %s\nsso_role_name = %s\nregion = %s\n",
		header, sessionName, r.account.ID, r.role, region)
}

// profileName returns ACCOUNT-ROLE. It replaces characters that a shell would need to see in
// quotes.
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

// writeConfig writes a config to a folder. If dir is "", it creates a temporary folder. It also
// writes an empty credentials file, so that programs do not read the user's file. It never
// replaces a file that the emulator commands did not write.
func writeConfig(dir, config string) (string, error) {
	var err error
	if dir == "" {
		dir, err = os.MkdirTemp("", "lanyard-emulator-")
	} else if dir, err = filepath.Abs(dir); err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", err
	}
	for name, text := range map[string]string{"config": config, "credentials": configHeader} {
		path := filepath.Join(dir, name)
		old, err := datafile.Read(path, datafile.Limit)
		if err == nil && !strings.HasPrefix(string(old), configMark) || err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", command.WithHint(fmt.Errorf("%s was not written by the emulator; it is unchanged", path), "choose another folder with --dir")
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// variables returns the variables that point a client at the emulator and at the config in dir.
// If profile is not "", they also choose the profile.
func variables(base, dir, profile string) [][2]string {
	var vars [][2]string
	for _, name := range endpointVariables {
		vars = append(vars, [2]string{name, base})
	}
	if profile != "" {
		vars = append(vars, [2]string{"AWS_PROFILE", profile})
	}
	return append(vars, [2]string{"AWS_EC2_METADATA_DISABLED", "true"},
		[2]string{"AWS_CONFIG_FILE", filepath.Join(dir, "config")},
		[2]string{"AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials")})
}

package emulator

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A directory is an organization, checked and indexed. It never changes; a
// reload puts another in its place.
type directory struct {
	cfg      Config
	users    map[string]User
	open     []string  // some users who need no password, for the sign-in page
	accounts []Account // by id, ascending
	byID     map[string]int
	sets     []PermissionSet
	setNames map[string]int
	granted  []Assignment
	views    map[string]*lazyView // by user
	*resources
}

// newDirectory checks and indexes c, whose defaults are filled in. An error is a
// *FieldError.
func newDirectory(c Config) (*directory, error) {
	if err := checkSettings(c); err != nil {
		return nil, err
	}
	d := &directory{
		cfg:   c,
		users: map[string]User{}, byID: map[string]int{}, setNames: map[string]int{},
		views:    map[string]*lazyView{},
		accounts: slices.Clone(c.Accounts), sets: slices.Clone(c.PermissionSets), granted: slices.Clone(c.Assignments),
	}
	for _, add := range []func() error{d.indexUsers, d.indexAccounts, d.indexSets, d.indexAssignments} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	var err error
	d.resources, err = newResources(c, func(id string) bool { _, ok := d.byID[id]; return ok })
	return d, err
}

// checkSettings checks what is not part of the organization.
func checkSettings(c Config) error {
	if u, err := url.Parse(c.StartURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return wrong(fmt.Sprintf("%q is not a URL", c.StartURL), "start_url")
	}
	if !wordy(c.Region, 1, 40, "-") {
		return wrong(fmt.Sprintf("%q is not a region", c.Region), "region")
	}
	for field, d := range map[string]time.Duration{
		"token_lifetime": c.TokenLifetime, "legacy_token_lifetime": c.LegacyTokenLifetime, "portal_session": c.PortalSession,
		"registration_lifetime": c.RegistrationLifetime, "refresh_grace": c.RefreshGrace, "device_code_lifetime": c.DeviceCodeLifetime,
	} {
		if d < 0 {
			return wrong(fmt.Sprintf("%v is less than nothing", d), field)
		}
	}
	known := c.AutoApprove == "" || slices.ContainsFunc(c.Users, func(u User) bool { return u.Name == c.AutoApprove })
	if !known {
		return wrong(fmt.Sprintf("no user %q", c.AutoApprove), "auto_approve")
	}
	return nil
}

func (d *directory) indexUsers() error {
	for i, u := range d.cfg.Users {
		if !isUserName(u.Name) {
			return wrong(fmt.Sprintf("%q is not 2 to 64 letters, digits or any of %s", u.Name, nameExtra), "users", i, "name")
		}
		if _, ok := d.users[u.Name]; ok {
			return wrong(fmt.Sprintf("%q is there twice", u.Name), "users", i, "name")
		}
		if u.TOTP != "" {
			if _, err := TOTPCode(u.TOTP, time.Time{}); err != nil {
				return wrong(err.Error(), "users", i, "totp")
			}
		}
		d.users[u.Name] = u
		if u.Password == "" && u.TOTP == "" && len(d.open) < 6 {
			d.open = append(d.open, u.Name)
		}
	}
	return nil
}

func (d *directory) indexAccounts() error {
	for i, a := range d.cfg.Accounts {
		if !isAccountID(a.ID) {
			return wrong(fmt.Sprintf("%q is not 12 digits", a.ID), "accounts", i, "id")
		}
		if _, ok := d.byID[a.ID]; ok {
			return wrong(fmt.Sprintf("%q is there twice", a.ID), "accounts", i, "id")
		}
		d.byID[a.ID] = i
	}
	slices.SortFunc(d.accounts, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	for i, a := range d.accounts {
		d.byID[a.ID] = i
	}
	return nil
}

func (d *directory) indexSets() error {
	for i, s := range d.cfg.PermissionSets {
		if !isSetName(s.Name) {
			return wrong(fmt.Sprintf("%q is not 1 to 32 letters, digits or any of %s", s.Name, nameExtra), "permission_sets", i, "name")
		}
		if _, ok := d.setNames[s.Name]; ok {
			return wrong(fmt.Sprintf("%q is there twice", s.Name), "permission_sets", i, "name")
		}
		if s.SessionDuration == 0 {
			d.sets[i].SessionDuration = time.Hour
		} else if s.SessionDuration < time.Hour || s.SessionDuration > 12*time.Hour {
			return wrong(fmt.Sprintf("%v is not within 1h and 12h", s.SessionDuration), "permission_sets", i, "session_duration")
		}
		d.setNames[s.Name] = i
	}
	return nil
}

// roleName is the name that Identity Center gives the IAM role of a permission
// set in an account; the last part is the same as long as the two are.
func roleName(account, set string) string {
	sum := sha256.Sum256([]byte(account + "/" + set))
	return "AWSReservedSSO_" + set + "_" + hex.EncodeToString(sum[:8])
}

// roleID is the unique id of an IAM role.
func roleID(account, role string) string {
	sum := sha256.Sum256([]byte("role/" + account + "/" + role))
	return "AROA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

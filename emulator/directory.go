package emulator

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A directory is an organization, checked and indexed. It never changes; a
// reload puts another in its place.
type directory struct {
	users    map[string]User
	open     []string  // some users who need no password, for the sign-in page
	accounts []Account // by id, ascending
	byID     map[string]int
	sets     []PermissionSet
	setNames map[string]int
	granted  []Assignment
	byUser   map[string][]int // user -> indexes into granted
	*resources

	mu    sync.Mutex
	views map[string]*view // see view
}

// newDirectory indexes the organization of c. An error names the entry that is
// wrong.
func newDirectory(c Config) (*directory, error) {
	d := &directory{
		users: map[string]User{}, byID: map[string]int{}, setNames: map[string]int{},
		byUser: map[string][]int{}, views: map[string]*view{},
		accounts: slices.Clone(c.Accounts), sets: slices.Clone(c.PermissionSets), granted: slices.Clone(c.Assignments),
	}
	for _, u := range c.Users {
		if !isUserName(u.Name) {
			return nil, fmt.Errorf("user %q: a name is 2 to 64 letters, digits or any of _+=,.@-", u.Name)
		}
		if _, ok := d.users[u.Name]; ok {
			return nil, fmt.Errorf("user %q is there twice", u.Name)
		}
		if u.TOTP != "" {
			if _, err := TOTPCode(u.TOTP, time.Time{}); err != nil {
				return nil, fmt.Errorf("user %q: %w", u.Name, err)
			}
		}
		d.users[u.Name] = u
		if u.Password == "" && u.TOTP == "" && len(d.open) < 6 {
			d.open = append(d.open, u.Name)
		}
	}
	slices.SortFunc(d.accounts, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	for i, a := range d.accounts {
		if !isAccountID(a.ID) {
			return nil, fmt.Errorf("account %q: an id is 12 digits", a.ID)
		}
		if _, ok := d.byID[a.ID]; ok {
			return nil, fmt.Errorf("account %q is there twice", a.ID)
		}
		d.byID[a.ID] = i
	}
	for i, s := range d.sets {
		if !isSetName(s.Name) {
			return nil, fmt.Errorf("permission set %q: a name is 1 to 32 letters, digits or any of _+=,.@-", s.Name)
		}
		if _, ok := d.setNames[s.Name]; ok {
			return nil, fmt.Errorf("permission set %q is there twice", s.Name)
		}
		if s.SessionDuration == 0 {
			d.sets[i].SessionDuration = time.Hour
		} else if s.SessionDuration < time.Hour || s.SessionDuration > 12*time.Hour {
			return nil, fmt.Errorf("permission set %q: session duration %v is not within 1h and 12h", s.Name, s.SessionDuration)
		}
		d.setNames[s.Name] = i
	}
	var err error
	d.resources, err = newResources(c, func(id string) bool { _, ok := d.byID[id]; return ok })
	if err != nil {
		return nil, err
	}
	return d, d.indexAssignments(c.Groups)
}

// indexAssignments fills byUser.
func (d *directory) indexAssignments(groups []Group) error {
	members := map[string][]string{}
	for _, g := range groups {
		if _, ok := members[g.Name]; ok || g.Name == "" {
			return fmt.Errorf("group %q has no name of its own", g.Name)
		}
		for _, m := range g.Members {
			if _, ok := d.users[m]; !ok {
				return fmt.Errorf("group %q: no user %q", g.Name, m)
			}
		}
		members[g.Name] = g.Members
	}
	for i, a := range d.granted {
		who := []string{a.User}
		switch {
		case (a.User == "") == (a.Group == ""):
			return fmt.Errorf("assignment %d: needs a user or a group, not both", i+1)
		case a.Group != "":
			var ok bool
			if who, ok = members[a.Group]; !ok {
				return fmt.Errorf("assignment %d: no group %q", i+1, a.Group)
			}
		default:
			if _, ok := d.users[a.User]; !ok {
				return fmt.Errorf("assignment %d: no user %q", i+1, a.User)
			}
		}
		for _, id := range a.Accounts {
			if _, ok := d.byID[id]; !ok && id != "*" {
				return fmt.Errorf("assignment %d: no account %q", i+1, id)
			}
		}
		for _, name := range a.PermissionSets {
			if _, ok := d.setNames[name]; !ok && name != "*" {
				return fmt.Errorf("assignment %d: no permission set %q", i+1, name)
			}
		}
		for _, u := range who {
			if l := d.byUser[u]; len(l) == 0 || l[len(l)-1] != i { // a name twice in a group counts once
				d.byUser[u] = append(l, i)
			}
		}
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

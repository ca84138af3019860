// Package profilesync writes one profile for each account and role that a user has.
//
// [Sync] adds the missing profiles and updates the profiles that it wrote before. [Prune] removes
// profiles of roles that the user no longer has. Both take the content of the config and return the
// new content with a [Report]. They read no files and send no requests.
//
// Each profile of this package has the key lanyard_sync: see [marker]. Programs of AWS ignore the
// key. A profile without this key belongs to the user, and the package never changes it. The key
// also records the values that the package wrote. So the package knows which settings the user has
// changed since then, and keeps them.
package profilesync

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// An Entry is a role of an account.
type Entry struct {
	AccountID   string // 12 digits; leading zeros count
	AccountName string // may be blank
	Email       string // may be ""
	Role        string // the name of the role or the permission set
}

// A Listing holds the accounts and roles of one [sso-session].
type Listing struct {
	Session  string // the name of the [sso-session]
	StartURL string // as configured; spellings of one portal count as the same
	Region   string // of the session; the default of the profiles' region
	Origin   string // where the listing came from: "aws" or an endpoint

	// Complete means that the service listed all accounts, and all roles of each account. [Prune]
	// removes no profiles of a session without a complete listing.
	Complete bool
	Entries  []Entry // in any order
}

// portal returns a short hash of the portal and the origin of a listing. After a session has moved
// to another organization, its hash differs.
func (l *Listing) portal() string { return shortHash(starturl.Portal(l.StartURL) + "\n" + l.Origin) }

// An Input is what [Sync] and [Prune] need. They do not change it.
type Input struct {
	Path    string // of the config, for messages
	Content []byte // of the config

	Listings []Listing // in any order, at most one for each session
	Rules    *Rules    // nil means no rules

	// Taken maps names of profiles in other files to the place of the profile, for messages. Sync
	// gives no profile one of these names.
	Taken map[string]string

	Program string // the program for credential_process; "" means lanyard

	// ASCII leaves out the names of accounts with other characters. Python on Windows reads the config
	// in the code page of the system, and fails on such characters.
	ASCII bool

	// Rename gives the names of the template to profiles that Sync wrote with other names.
	// Otherwise a profile keeps its name for as long as its role exists.
	Rename bool
}

// A Report describes what [Sync] or [Prune] did. The lists are in a fixed order.
type Report struct {
	Added, Changed, Removed []Item
	Renamed                 []Item // their Name is the new name
	Unchanged               int    // the number of profiles that needed no change

	Kept       []Kept      // settings and profiles that stay although the rules say otherwise
	Collisions []Collision // sorted by the wanted name
	Own        []Item      // roles without a profile of Sync, because the user has a profile of their own; Name is its name
	Excluded   int         // the number of roles that the rules exclude
	Gone       int         // Sync: the number of profiles that Prune would remove, because the user no longer has the role
	Barred     int         // Sync: the number of profiles that Prune would remove, because the rules exclude the role
	Unmatched  []string    // the include and exclude rules of the user's file that match no role, as file: line: key
	OtherNames int         // Sync: the number of profiles whose name differs from the template
}

// An Item is a profile with its role.
type Item struct {
	Name    string
	Session string
	Entry   Entry  // Removed has no names and e-mails of accounts
	Why     string // for Removed, the reason; for Renamed, the old name; for Changed, the keys
}

// A Kept is a setting or a profile that stays as it is.
type Kept struct {
	Profile string
	Key     string // "" for the whole profile
	Line    int    // of the key or the header in the config, from 1
	Why     string
}

// A Collision is a name that some roles could not get. [Collision.Sessions] reports a common cause.
type Collision struct {
	Wanted string
	Place  string // of the profile that has the name already; "" if only these roles want the name
	Roles  []Item // sorted by name. The Name is what the role has got instead; "" if it gets no profile
}

// Sessions returns the sessions if one role in several sessions of one portal is the only cause of the
// collision. Otherwise it returns nil.
func (c *Collision) Sessions() (list []string) {
	if c.Place != "" || len(c.Roles) < 2 {
		return nil
	}
	for _, r := range c.Roles {
		if r.Entry.AccountID != c.Roles[0].Entry.AccountID || r.Entry.Role != c.Roles[0].Entry.Role || r.Session == c.Roles[0].Session && len(list) > 0 {
			return nil
		}
		list = append(list, r.Session)
	}
	slices.Sort(list)
	return list
}

// An identity identifies a role. The name of an account is not part of it, because names change.
type identity struct{ portal, session, account, role string }

// A wanted is a role that should have a profile.
type wanted struct {
	entry   *Entry
	listing *Listing
	id      identity
}

// roles returns the roles of the listings that the rules include, without duplicates, in a fixed
// order. It also returns the number of excluded roles.
func (in *Input) roles() (list []wanted, excluded int) {
	n := 0
	for i := range in.Listings {
		n += len(in.Listings[i].Entries)
	}
	list = make([]wanted, 0, n)
	m := in.Rules.matcher()
	for i := range in.Listings {
		l := &in.Listings[i]
		portal := l.portal()
		for j := range l.Entries {
			e := &l.Entries[j]
			if !valid(e.AccountID) || !valid(e.Role) || !valid(l.Session) {
				continue // no service has such a name, and no config can hold it
			}
			if m.excluded(e, l.Session) != "" {
				excluded++
				continue
			}
			list = append(list, wanted{e, l, identity{portal, l.Session, e.AccountID, e.Role}})
		}
	}
	slices.SortStableFunc(list, func(a, b wanted) int {
		return cmp.Or(cmp.Compare(a.id.session, b.id.session), cmp.Compare(a.id.account, b.id.account),
			cmp.Compare(a.id.role, b.id.role), cmp.Compare(a.id.portal, b.id.portal),
			cmp.Compare(a.entry.AccountName, b.entry.AccountName), cmp.Compare(a.entry.Email, b.entry.Email))
	})
	return slices.CompactFunc(list, func(a, b wanted) bool { return a.id == b.id }), excluded
}

// valid reports whether a config can hold the name of a session, an account or a role.
func valid(name string) bool {
	return name != "" && strings.TrimSpace(name) == name && utf8.ValidString(name) && strings.IndexFunc(name, unicode.IsControl) < 0
}

// settings appends the settings that the profile of a role should have to an empty list, in the order
// in which they are written. The marker is not among them.
func (in *Input) settings(list []awsconfig.Setting, w *wanted, m *matcher) ([]awsconfig.Setting, error) {
	set := func(key, value string) { list = append(list, awsconfig.Setting{Key: key, Value: value}) }
	if in.Rules.Process() {
		set(processKey, processLine(in.Program, w.id))
	} else {
		set("sso_session", w.id.session)
		set("sso_account_id", w.id.account)
		set("sso_role_name", w.id.role)
	}
	if name := accountName(w.entry.AccountName, in.ASCII); name != "" {
		set(accountNameKey, name)
	}
	return m.settings(list, w.entry, w.listing)
}

// accountName returns the name of an account as the value of a setting. It returns "" if no setting can
// have the value. If ascii is set, other characters than those of ASCII also count as impossible.
func accountName(name string, ascii bool) string {
	name = strings.TrimSpace(name)
	impossible := func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || ascii && r >= utf8.RuneSelf
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, impossible) {
		return ""
	}
	return name
}

// shortHash returns the first 8 hexadecimal digits of a SHA-256 hash.
func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// at returns a place in a file, for messages.
func at(path string, line int) string {
	if line == 0 {
		return path
	}
	return path + ": line " + strconv.Itoa(line)
}

// Package inventory lists every account and every role that a user can reach through a session,
// and keeps the list in a file.
//
// # Files
//
// Each list has three files in the folder ~/.aws/lanyard/inventory:
//
//	NAME.list    the list. Each reply of the service is one line, written as it arrives
//	NAME.index   account name, id and role, sorted by name, for completion and `pick`
//	.NAME.lock   the process that lists holds this lock
//
// NAME is a hash of the session and of the origin of its token. So two endpoints never share a
// list. The list also records the sign-in: see [Identity]. list.go describes the lines.
//
// # Processes
//
// One process lists. The others read the file as it grows. If the first process ends before the
// list is complete, one of the others continues with the missing requests.
package inventory

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"time"
)

// FreshFor is how long an answer of the service is not asked for again.
const FreshFor = 12 * time.Hour

// An Account is an account that the user can reach.
type Account struct {
	ID    string // 12 digits; leading zeros are part of the id
	Name  string // any text; two accounts can have the same name
	Email string
	// Roles are the names of the user's roles in the account, sorted. A name is any text.
	Roles []string
	// Listed is the time when the service listed the roles. It is zero if the roles are not
	// known, or not completely. Roles then has what is known.
	Listed time.Time
}

// RolesKnown reports whether some roles of the account are known, or whether the service said that the
// user has no role there.
func (a Account) RolesKnown() bool { return !a.Listed.IsZero() || len(a.Roles) > 0 }

// A Failure says why the roles of an account are not known.
type Failure struct {
	AccountID   string
	AccountName string // "" if it is not known
	Code        string // the code of the service, such as "ForbiddenException"; "" if the service did not answer
	Message     string
	Forbidden   bool // the service refused the account (403). A later request would be refused too
	At          time.Time
}

// A List is what is known about the accounts and roles of a session. Its order is always the
// same: accounts by name and then id, roles by name, failures by account id.
type List struct {
	Accounts []Account
	Failed   []Failure
	// At is the time of the last answer of the service. It is zero if there was none.
	At time.Time
	// AccountsListed is the time when the service had listed every account. It is zero if some
	// accounts may be missing.
	AccountsListed time.Time
	// Complete reports whether the last listing ended, and every request of it succeeded: the
	// list has every account and every role. Only a complete list proves that an account or a
	// role no longer exists.
	Complete bool
}

// Roles returns the number of roles in the list.
func (l List) Roles() (n int) {
	for _, a := range l.Accounts {
		n += len(a.Roles)
	}
	return n
}

// Account returns the account with the id.
func (l List) Account(id string) (Account, bool) {
	for _, a := range l.Accounts {
		if a.ID == id {
			return a, true
		}
	}
	return Account{}, false
}

// sort brings the list into its order.
func (l *List) sort() {
	slices.SortFunc(l.Accounts, byName)
	slices.SortFunc(l.Failed, func(a, b Failure) int { return cmp.Compare(a.AccountID, b.AccountID) })
}

func byName(a, b Account) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) }

// An Identity says whose list it is.
type Identity struct {
	Session  string // the session's name, or the start URL of legacy profiles
	StartURL string
	Region   string
	Origin   string // the portal: "aws", or a base URL
	// SignIn identifies the sign-in, and User is the user's name if it is known. Another user may
	// sign in to the same session, and must not get this list. So a list of another sign-in is
	// used only if both sign-ins are known to belong to the same user.
	SignIn, User string
}

// same reports whether a list of i may be used for other.
func (i Identity) same(other Identity) bool {
	if i.Session != other.Session || i.StartURL != other.StartURL || i.Region != other.Region || i.Origin != other.Origin {
		return false
	}
	return i.SignIn != "" && i.SignIn == other.SignIn || i.User != "" && i.User == other.User
}

// name returns the beginning of the names of the list's files.
func (i Identity) name() string {
	sum := sha256.Sum256([]byte(i.Session + "\x00" + i.StartURL + "\x00" + i.Region + "\x00" + i.Origin))
	return hex.EncodeToString(sum[:10])
}

// Folder returns the folder of the lists in a home folder.
func Folder(home string) string { return filepath.Join(home, ".aws", "lanyard", "inventory") }

// An Inventory is the list of one session. The zero Inventory is not valid: use [Open].
type Inventory struct {
	id     Identity
	folder string
}

// Open returns the inventory of an identity in a home folder. It reads and creates nothing.
func Open(home string, id Identity) *Inventory {
	return &Inventory{id: id, folder: Folder(home)}
}

// Path returns the path of the list.
func (v *Inventory) Path() string { return filepath.Join(v.folder, v.id.name()+".list") }

func (v *Inventory) indexPath() string { return filepath.Join(v.folder, v.id.name()+".index") }
func (v *Inventory) lockPath() string  { return filepath.Join(v.folder, "."+v.id.name()+".lock") }

// Read returns the list as it is now. It makes no request and takes no lock. It returns an empty
// list if there is no file, or if the file belongs to another user.
func (v *Inventory) Read() (List, error) {
	f, err := v.load()
	if err != nil {
		return List{}, err
	}
	return f.list(), nil
}

// Name returns a name for further files about the same session and origin, such as the file of
// the rate limit.
func (v *Inventory) Name() string { return v.id.name() }

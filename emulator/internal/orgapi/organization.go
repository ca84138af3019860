package orgapi

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An Organization is the data that the operations return. Make it with [New].
type Organization struct {
	data                      Data
	id, root, instance, store string
	accounts                  map[string]Account
	units                     map[string]unit // by id
	tree                      []unit          // by id, ascending
	users                     map[string]User // by id
	groups                    map[string]Group
}

// A Data holds the content of an organization. The names of accounts, users, groups and permission
// sets are unique, and all references exist.
type Data struct {
	Region, Partition string
	StartURL          string
	// Management is the id of the management account; "" means that there are no accounts.
	Management  string
	Accounts    []Account // by id, ascending
	Users       []User
	Groups      []Group
	Sets        []Set
	Assignments []Assignment
}

type (
	// An Account is an AWS account. Unit is the path of its organizational unit, such as
	// "Workloads/Prod"; "" means the root.
	Account struct{ ID, Name, Email, Unit string }
	// A User is a user of the identity store.
	User struct{ Name, Email string }
	// A Group is a group of the identity store. Members are names of users.
	Group struct {
		Name    string
		Members []string
	}
	// A Set is a permission set.
	Set struct {
		Name     string
		Duration time.Duration
	}
	// An Assignment gives a user or a group permission sets in accounts. "*" means all.
	Assignment struct {
		User, Group    string
		Accounts, Sets []string
	}
)

// A unit is an organizational unit. parent is the id of a unit or of the root.
type unit struct{ id, name, parent string }

// New returns the organization with this data. Its ids depend only on the data.
func New(d Data) *Organization {
	o := &Organization{
		data: d, accounts: map[string]Account{}, units: map[string]unit{}, users: map[string]User{}, groups: map[string]Group{},
		id: "o-" + digits("organization", d.StartURL)[:10], root: "r-" + digits("root", d.StartURL)[:4],
		instance: "ssoins-" + digits("instance", d.StartURL)[:16], store: storeID(d.StartURL),
	}
	for _, a := range d.Accounts {
		o.accounts[a.ID] = a
		parent, path := o.root, ""
		for name := range strings.SplitSeq(a.Unit, "/") {
			if name == "" {
				continue
			}
			path += "/" + name
			u := unit{o.unitID(path), name, parent}
			o.units[u.id], parent = u, u.id
		}
	}
	for _, u := range o.units {
		o.tree = append(o.tree, u)
	}
	slices.SortFunc(o.tree, func(a, b unit) int { return cmp.Compare(a.id, b.id) })
	for _, u := range d.Users {
		o.users[userID(u.Name)] = u
	}
	for _, g := range d.Groups {
		o.groups[groupID(g.Name)] = g
	}
	return o
}

// storeID returns the id of the identity store. The host of most start URLs begins with it.
func storeID(startURL string) string {
	if u, err := url.Parse(startURL); err == nil {
		name, _, _ := strings.Cut(u.Host, ".")
		if id, ok := strings.CutPrefix(name, "d-"); ok && len(id) == 10 && strings.Trim(id, "0123456789abcdef") == "" {
			return name
		}
	}
	return "d-" + digits("store", startURL)[:10]
}

// digits returns 64 hexadecimal digits that depend only on the kind and the name of an object.
func digits(kind, name string) string {
	sum := sha256.Sum256([]byte(kind + "/" + name))
	return hex.EncodeToString(sum[:])
}

// uuid returns the id of an object of the identity store.
func uuid(kind, name string) string {
	d := digits(kind, name)
	return fmt.Sprintf("%s-%s-%s-%s-%s", d[:8], d[8:12], d[12:16], d[16:20], d[20:32])
}

// Instance returns the id of the instance of Identity Center.
func (o *Organization) Instance() string { return o.instance }

// Store returns the id of the identity store.
func (o *Organization) Store() string { return o.store }

// UserID returns the id of the user in the identity store.
func (o *Organization) UserID(name string) string { return userID(name) }

func userID(name string) string  { return uuid("user", name) }
func groupID(name string) string { return uuid("group", name) }

// unitID returns the id of the unit with this path, which begins with a slash.
func (o *Organization) unitID(path string) string {
	return "ou-" + o.root[2:] + "-" + digits("unit", path)[:8]
}

// parent returns the id of the unit or root that has the account.
func (o *Organization) parent(a Account) string {
	if a.Unit == "" {
		return o.root
	}
	return o.unitID("/" + a.Unit)
}

// created returns the time at which all objects were created, as JSON 1.1 has times: in seconds
// since 1970. It is the start of 2026.
func created() int64 { return 1_767_225_600 }

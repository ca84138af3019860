// The accounts and roles that each user can use, and the operations that callers may not call.

package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/emulator/internal/orgapi"
)

// indexAssignments finds the assignments of each user.
func (d *directory) indexAssignments() error {
	members, err := d.members()
	if err != nil {
		return err
	}
	byUser := map[string][]int{}
	for i, a := range d.granted {
		who := []string{a.User}
		switch _, known := d.users[a.User]; {
		case (a.User == "") == (a.Group == ""):
			return fieldError("must have either a user or a group", "assignments", i)
		case a.Group != "":
			var ok bool
			if who, ok = members[a.Group]; !ok {
				return fieldError(fmt.Sprintf("no group %q", a.Group), "assignments", i, "group")
			}
		case !known:
			return fieldError(fmt.Sprintf("no user %q", a.User), "assignments", i, "user")
		}
		if err := d.checkTargets(i, a); err != nil {
			return err
		}
		for _, u := range who {
			if l := byUser[u]; len(l) == 0 || l[len(l)-1] != i { // a group can contain a name twice
				byUser[u] = append(l, i)
			}
		}
	}
	d.shareViews(byUser)
	return nil
}

// members returns the members of each group.
func (d *directory) members() (map[string][]string, error) {
	members := map[string][]string{}
	for i, g := range d.cfg.Groups {
		if _, ok := members[g.Name]; ok || g.Name == "" {
			return nil, fieldError(fmt.Sprintf("%q is empty or a duplicate", g.Name), "groups", i, "name")
		}
		for k, m := range g.Members {
			if _, ok := d.users[m]; !ok {
				return nil, fieldError(fmt.Sprintf("no user %q", m), "groups", i, "members", k)
			}
		}
		members[g.Name] = g.Members
	}
	return members, nil
}

// checkTargets checks the accounts and permission sets of assignment i.
func (d *directory) checkTargets(i int, a Assignment) error {
	switch {
	case len(a.Accounts) == 0:
		return fieldError("names no account", "assignments", i, "accounts")
	case len(a.PermissionSets) == 0:
		return fieldError("names no permission set", "assignments", i, "permission_sets")
	}
	for k, id := range a.Accounts {
		if _, ok := d.byID[id]; !ok && id != "*" {
			return fieldError(fmt.Sprintf("no account %q", id), "assignments", i, "accounts", k)
		}
	}
	for k, name := range a.PermissionSets {
		if _, ok := d.setNames[name]; !ok && name != "*" {
			return fieldError(fmt.Sprintf("no permission set %q", name), "assignments", i, "permission_sets", k)
		}
	}
	return nil
}

// shareViews gives all users with the same assignments one view.
func (d *directory) shareViews(byUser map[string][]int) {
	shared := map[string]*lazyView{}
	for user, granted := range byUser {
		key := fmt.Sprint(granted)
		if shared[key] == nil {
			shared[key] = &lazyView{granted: granted}
		}
		d.views[user] = shared[key]
	}
}

// A lazyView is a view that is computed when it is first used.
type lazyView struct {
	granted []int // indexes of assignments
	once    sync.Once
	view    *view
}

// access returns the accounts and roles that the user can use.
func (d *directory) access(user string) *view {
	l := d.views[user]
	if l == nil {
		return &view{}
	}
	l.once.Do(func() { l.view = d.newView(l.granted) })
	return l.view
}

// A view holds the accounts and roles of a set of assignments. Users with the same assignments
// share a view. Accounts with the same roles share a list of roles. So ten thousand accounts for
// a thousand users need little memory.
type view struct {
	accounts []accountAccess // by id, ascending
	byID     map[string]int
}

type accountAccess struct {
	Account
	roles []string // names of permission sets, ascending
}

// newView returns the view of the assignments with the given indexes.
func (d *directory) newView(granted []int) *view {
	which := make([][]int, len(d.accounts)) // by account: the assignments that name the account
	for _, g := range granted {
		for _, id := range d.granted[g].Accounts {
			if id != "*" {
				which[d.byID[id]] = append(which[d.byID[id]], g)
				continue
			}
			for i := range which {
				which[i] = append(which[i], g)
			}
		}
	}
	v := &view{byID: map[string]int{}}
	lists := map[string][]string{}
	for i, gs := range which {
		if len(gs) == 0 {
			continue
		}
		key := fmt.Sprint(gs)
		if _, ok := lists[key]; !ok {
			lists[key] = d.roles(gs)
		}
		if len(lists[key]) == 0 {
			continue
		}
		v.byID[d.accounts[i].ID] = len(v.accounts)
		v.accounts = append(v.accounts, accountAccess{d.accounts[i], lists[key]})
	}
	return v
}

// roles returns the names of the permission sets in the assignments.
func (d *directory) roles(granted []int) []string {
	var names []string
	for _, g := range granted {
		for _, n := range d.granted[g].PermissionSets {
			if n != "*" {
				names = append(names, n)
				continue
			}
			for _, s := range d.sets {
				names = append(names, s.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// roles returns the roles in the account, or nil.
func (v *view) roles(account string) []string {
	i, ok := v.byID[account]
	if !ok {
		return nil
	}
	return v.accounts[i].roles
}

// has reports whether the user can use the role in the account.
func (v *view) has(account, role string) bool {
	_, ok := slices.BinarySearch(v.roles(account), role)
	return ok
}

// accountsAfter returns at most n accounts whose ids are greater than id. more reports whether
// there are more accounts. Pages that begin after an id stay correct if the organization is
// reloaded.
func (v *view) accountsAfter(id string, n int) (page []accountAccess, more bool) {
	i, _ := slices.BinarySearchFunc(v.accounts, id, func(a accountAccess, id string) int {
		if a.ID == id {
			return -1 // continue after id itself
		}
		return strings.Compare(a.ID, id)
	})
	rest := v.accounts[i:]
	return rest[:min(n, len(rest))], len(rest) > n
}

// deniableActions returns the IAM actions that a Denial can refuse. At AWS, no policy can deny
// GetCallerIdentity and GetSessionToken.
func deniableActions() []string {
	return append(orgapi.Actions(), "sso-oauth:CreateTokenWithIAM",
		"sts:AssumeRole", "sts:GetFederationToken", "s3:ListAllMyBuckets", "s3:ListBucket", "s3:GetObject", "ec2:DescribeInstances", "ec2:DescribeRegions")
}

// checkDenials checks the denials. A pattern without an effect is probably a typo, so it is an
// error.
func (d *directory) checkDenials() error {
	names := slices.Collect(maps.Keys(d.setNames))
	for _, r := range d.cfg.Roles {
		names = append(names, r.Name)
	}
	for _, u := range d.cfg.IAMUsers {
		names = append(names, u.Name)
	}
	actions := deniableActions()
	none := func(pattern string, texts []string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return matches(pattern, text) })
	}
	for i, x := range d.cfg.Denials {
		if len(x.Actions) == 0 {
			return fieldError("names no action", "denials", i, "actions")
		}
		for k, pattern := range x.Actions {
			if none(pattern, actions) {
				return fieldError(fmt.Sprintf("no action %q", pattern), "denials", i, "actions", k)
			}
		}
		for k, pattern := range x.Principals {
			if none(pattern, names) {
				return fieldError(fmt.Sprintf("no permission set, role or IAM user %q", pattern), "denials", i, "principals", k)
			}
		}
		for k, id := range x.Accounts {
			if _, ok := d.byID[id]; !ok && id != "*" {
				return fieldError(fmt.Sprintf("no account %q", id), "denials", i, "accounts", k)
			}
		}
	}
	return nil
}

// deny returns AWS's message if a denial refuses the action to p. Otherwise it returns "". If the
// resource is "", the message has no resource.
func (e *Emulator) deny(p principal, action, resource string) string {
	d := e.dir.Load()
	if len(d.cfg.Denials) == 0 || !slices.Contains(deniableActions(), action) {
		return ""
	}
	name := p.Set
	if name == "" {
		identity := p.identity()
		name = identity[strings.LastIndexByte(identity, '/')+1:]
	}
	for _, x := range d.cfg.Denials {
		if anyMatches(x.Actions, action) && (len(x.Principals) == 0 || anyMatches(x.Principals, name)) && (len(x.Accounts) == 0 || anyMatches(x.Accounts, p.Account)) {
			message := "User: " + p.ARN + " is not authorized to perform: " + action
			if resource != "" {
				message += " on resource: " + resource
			}
			return message + " with an explicit deny in an identity-based policy"
		}
	}
	return ""
}

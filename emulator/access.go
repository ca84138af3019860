package emulator

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A view is what a set of assignments gives: accounts, and the roles in each.
// Users with the same assignments share one, and accounts with the same roles
// share the list, so ten thousand accounts for a thousand users stay small.
type view struct {
	accounts []accountAccess // by id, ascending
	byID     map[string]int
}

type accountAccess struct {
	Account
	roles []string // names of permission sets, ascending
}

// A lazyView is a view that is computed on first use.
type lazyView struct {
	granted []int // indexes of assignments
	once    sync.Once
	view    *view
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

// access returns what the user may use.
func (d *directory) access(user string) *view {
	l := d.views[user]
	if l == nil {
		return &view{}
	}
	l.once.Do(func() { l.view = d.newView(l.granted) })
	return l.view
}

// newView joins the assignments with the given indexes.
func (d *directory) newView(granted []int) *view {
	which := make([][]int, len(d.accounts)) // account -> assignments that name it
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

// roles returns the names of the permission sets of the given assignments.
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

// roles returns the roles in the account, nil if there are none.
func (v *view) roles(account string) []string {
	i, ok := v.byID[account]
	if !ok {
		return nil
	}
	return v.accounts[i].roles
}

// has reports whether the account may be used with the role.
func (v *view) has(account, role string) bool {
	_, ok := slices.BinarySearch(v.roles(account), role)
	return ok
}

// after returns at most n accounts whose ids come after id, and whether there
// are more. Paging by id stays right when the organization is reloaded meanwhile.
func (v *view) after(id string, n int) (page []accountAccess, more bool) {
	i, _ := slices.BinarySearchFunc(v.accounts, id, func(a accountAccess, id string) int {
		if a.ID == id {
			return -1 // after it, not at it
		}
		return strings.Compare(a.ID, id)
	})
	rest := v.accounts[i:]
	return rest[:min(n, len(rest))], len(rest) > n
}

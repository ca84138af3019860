package emulator

import "fmt"

// indexAssignments finds out which assignments are whose.
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
			return wrong("needs a user or a group, not both", "assignments", i)
		case a.Group != "":
			var ok bool
			if who, ok = members[a.Group]; !ok {
				return wrong(fmt.Sprintf("no group %q", a.Group), "assignments", i, "group")
			}
		case !known:
			return wrong(fmt.Sprintf("no user %q", a.User), "assignments", i, "user")
		}
		if err := d.checkTargets(i, a); err != nil {
			return err
		}
		for _, u := range who {
			if l := byUser[u]; len(l) == 0 || l[len(l)-1] != i { // a name twice in a group counts once
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
			return nil, wrong(fmt.Sprintf("%q is empty or there twice", g.Name), "groups", i, "name")
		}
		for k, m := range g.Members {
			if _, ok := d.users[m]; !ok {
				return nil, wrong(fmt.Sprintf("no user %q", m), "groups", i, "members", k)
			}
		}
		members[g.Name] = g.Members
	}
	return members, nil
}

// checkTargets checks what assignment i gives.
func (d *directory) checkTargets(i int, a Assignment) error {
	switch {
	case len(a.Accounts) == 0:
		return wrong("names no account", "assignments", i, "accounts")
	case len(a.PermissionSets) == 0:
		return wrong("names no permission set", "assignments", i, "permission_sets")
	}
	for k, id := range a.Accounts {
		if _, ok := d.byID[id]; !ok && id != "*" {
			return wrong(fmt.Sprintf("no account %q", id), "assignments", i, "accounts", k)
		}
	}
	for k, name := range a.PermissionSets {
		if _, ok := d.setNames[name]; !ok && name != "*" {
			return wrong(fmt.Sprintf("no permission set %q", name), "assignments", i, "permission_sets", k)
		}
	}
	return nil
}

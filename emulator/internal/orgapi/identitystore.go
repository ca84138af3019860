package orgapi

import (
	"cmp"
	"slices"
	"strings"
)

// identityStore returns the operations of the identity store.
func identityStore() map[string]spec {
	const largest = 100
	return map[string]spec{
		"ListUsers":            {required: []string{"IdentityStoreId"}, maxPage: largest, run: inStore(listUsers)},
		"DescribeUser":         {required: []string{"IdentityStoreId", "UserId"}, run: inStore(describeUser)},
		"GetUserId":            {required: []string{"IdentityStoreId", "AlternateIdentifier"}, run: inStore(getUserID)},
		"ListGroups":           {required: []string{"IdentityStoreId"}, maxPage: largest, run: inStore(listGroups)},
		"DescribeGroup":        {required: []string{"IdentityStoreId", "GroupId"}, run: inStore(describeGroup)},
		"ListGroupMemberships": {required: []string{"IdentityStoreId", "GroupId"}, maxPage: largest, run: inStore(listMemberships)},
		"ListGroupMembershipsForMember": {
			required: []string{"IdentityStoreId", "MemberId"}, maxPage: largest, run: inStore(listMembershipsOfUser),
		},
	}
}

// inStore returns an operation that first checks the IdentityStoreId of the request. An identity
// store exists only in the region of the instance.
func inStore(run func(*Organization, *request) (any, error)) func(*Organization, *request) (any, error) {
	return func(o *Organization, r *request) (any, error) {
		if r.IdentityStoreID != o.store || r.call.Region != o.data.Region {
			return nil, missing("IdentityStore", r.IdentityStoreID)
		}
		return run(o, r)
	}
}

func (o *Organization) userFields(u User) any {
	out := fields{
		"IdentityStoreId": o.store, "UserId": userID(u.Name), "UserName": u.Name, "DisplayName": u.Name,
		"UserStatus": "ENABLED", "CreatedAt": created(), "UpdatedAt": created(),
	}
	if u.Email != "" {
		out["Emails"] = []any{fields{"Value": u.Email, "Type": "work", "Primary": true}}
	}
	return out
}

func (o *Organization) groupFields(g Group) any {
	return fields{"IdentityStoreId": o.store, "GroupId": groupID(g.Name), "DisplayName": g.Name, "CreatedAt": created(), "UpdatedAt": created()}
}

// filtered returns the items that pass the filters of the request, sorted by key. path is the only
// attribute that filters can have. Its value is the key of an item.
func filtered[T any](r *request, path string, items []T, key func(T) string) ([]T, error) {
	out := slices.SortedFunc(slices.Values(items), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	for _, f := range r.Filters {
		if f.AttributePath != path {
			return nil, r.wrong("The filter attribute %s is not supported; use %s", f.AttributePath, path)
		}
		out = slices.DeleteFunc(out, func(item T) bool { return !strings.EqualFold(key(item), text(f.AttributeValue)) })
	}
	return out, nil
}

// text returns v if it is a string, and otherwise "".
func text(v any) string {
	s, _ := v.(string)
	return s
}

func userName(u User) string   { return u.Name }
func groupName(g Group) string { return g.Name }

func listUsers(o *Organization, r *request) (any, error) {
	users, err := filtered(r, "UserName", o.data.Users, userName)
	if err != nil {
		return nil, err
	}
	return page(r, "Users", users, userName, o.userFields)
}

func describeUser(o *Organization, r *request) (any, error) {
	u, ok := o.users[r.UserID]
	if !ok {
		return nil, missing("User", r.UserID)
	}
	return o.userFields(u), nil
}

// getUserID finds a user by name or email address, without regard to case.
func getUserID(o *Organization, r *request) (any, error) {
	want := r.AlternateIdentifier.UniqueAttribute
	value := strings.ToLower(text(want.AttributeValue))
	for _, u := range o.data.Users {
		found := strings.ToLower(u.Name)
		switch strings.ToLower(want.AttributePath) {
		case "username":
		case "emails.value":
			found = strings.ToLower(u.Email)
		default:
			return nil, r.wrong("The attribute %q is not supported; use userName or emails.value", want.AttributePath)
		}
		if found == value && value != "" {
			return fields{"IdentityStoreId": o.store, "UserId": userID(u.Name)}, nil
		}
	}
	return nil, missing("User", text(want.AttributeValue))
}

func listGroups(o *Organization, r *request) (any, error) {
	groups, err := filtered(r, "DisplayName", o.data.Groups, groupName)
	if err != nil {
		return nil, err
	}
	return page(r, "Groups", groups, groupName, o.groupFields)
}

func describeGroup(o *Organization, r *request) (any, error) {
	g, ok := o.groups[r.GroupID]
	if !ok {
		return nil, missing("Group", r.GroupID)
	}
	return o.groupFields(g), nil
}

// A membership is a user in a group.
type membership struct{ group, user string }

func (m membership) key() string { return m.group + "/" + m.user }

// memberPage returns a page of memberships.
func (o *Organization) memberPage(r *request, members []membership) (any, error) {
	slices.SortFunc(members, func(a, b membership) int { return cmp.Compare(a.key(), b.key()) })
	return page(r, "GroupMemberships", slices.Compact(members), membership.key, func(m membership) any {
		return fields{
			"IdentityStoreId": o.store, "MembershipId": uuid("membership", m.key()), "GroupId": groupID(m.group),
			"MemberId": fields{"UserId": userID(m.user)}, "CreatedAt": created(), "UpdatedAt": created(),
		}
	})
}

func listMemberships(o *Organization, r *request) (any, error) {
	g, ok := o.groups[r.GroupID]
	if !ok {
		return nil, missing("Group", r.GroupID)
	}
	var members []membership
	for _, user := range g.Members {
		members = append(members, membership{g.Name, user})
	}
	return o.memberPage(r, members)
}

func listMembershipsOfUser(o *Organization, r *request) (any, error) {
	u, ok := o.users[r.MemberID.UserID]
	if !ok {
		return nil, missing("User", r.MemberID.UserID)
	}
	var members []membership
	for _, g := range o.data.Groups {
		if slices.Contains(g.Members, u.Name) {
			members = append(members, membership{g.Name, u.Name})
		}
	}
	return o.memberPage(r, members)
}

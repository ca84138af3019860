package orgapi

import "slices"

// organizations returns the operations of AWS Organizations. Every account may call them. At AWS,
// only the management account and delegated administrators may call most of them.
func organizations() map[string]spec {
	const largest = 20
	return map[string]spec{
		"DescribeOrganization":             {run: describeOrganization},
		"DescribeAccount":                  {required: []string{"AccountId"}, run: describeAccount},
		"DescribeOrganizationalUnit":       {required: []string{"OrganizationalUnitId"}, run: describeUnit},
		"ListAccounts":                     {maxPage: largest, run: listAccounts},
		"ListAccountsForParent":            {required: []string{"ParentId"}, maxPage: largest, run: listAccountsForParent},
		"ListOrganizationalUnitsForParent": {required: []string{"ParentId"}, maxPage: largest, run: listUnitsForParent},
		"ListParents":                      {required: []string{"ChildId"}, maxPage: largest, run: listParents},
		"ListRoots":                        {maxPage: largest, run: listRoots},
	}
}

// arn returns an ARN of AWS Organizations.
func (o *Organization) arn(kind, end string) string {
	arn := "arn:" + o.data.Partition + ":organizations::" + o.data.Management + ":" + kind + "/" + o.id
	if end != "" {
		arn += "/" + end
	}
	return arn
}

func (o *Organization) accountFields(a Account) any {
	out := fields{
		"Id": a.ID, "Arn": o.arn("account", a.ID), "Name": a.Name, "Status": "ACTIVE", "State": "ACTIVE",
		"JoinedMethod": "CREATED", "JoinedTimestamp": created(),
	}
	if a.Email != "" {
		out["Email"] = a.Email
	}
	return out
}

func (o *Organization) unitFields(u unit) any {
	return fields{"Id": u.id, "Arn": o.arn("ou", u.id), "Name": u.name}
}

func describeOrganization(o *Organization, _ *request) (any, error) {
	if o.data.Management == "" {
		return nil, &Error{"AWSOrganizationsNotInUseException", "Your account is not a member of an organization."}
	}
	out := fields{
		"Id": o.id, "Arn": o.arn("organization", ""), "FeatureSet": "ALL", "AvailablePolicyTypes": []any{},
		"MasterAccountId": o.data.Management, "MasterAccountArn": o.arn("account", o.data.Management),
	}
	if email := o.accounts[o.data.Management].Email; email != "" {
		out["MasterAccountEmail"] = email
	}
	return fields{"Organization": out}, nil
}

func describeAccount(o *Organization, r *request) (any, error) {
	a, ok := o.accounts[r.AccountID]
	if !ok {
		return nil, &Error{"AccountNotFoundException", "You specified an account that doesn't exist."}
	}
	return fields{"Account": o.accountFields(a)}, nil
}

func describeUnit(o *Organization, r *request) (any, error) {
	u, ok := o.units[r.OrganizationalUnitID]
	if !ok {
		return nil, &Error{"OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist."}
	}
	return fields{"OrganizationalUnit": o.unitFields(u)}, nil
}

func (o *Organization) accountPage(r *request, accounts []Account) (any, error) {
	return page(r, "Accounts", accounts, func(a Account) string { return a.ID }, o.accountFields)
}

func listAccounts(o *Organization, r *request) (any, error) { return o.accountPage(r, o.data.Accounts) }

// checkParent returns an error if the ParentId of the request is not the root and not a unit.
func (o *Organization) checkParent(r *request) error {
	if _, ok := o.units[r.ParentID]; !ok && r.ParentID != o.root {
		return &Error{"ParentNotFoundException", "You specified a parent that doesn't exist."}
	}
	return nil
}

func listAccountsForParent(o *Organization, r *request) (any, error) {
	if err := o.checkParent(r); err != nil {
		return nil, err
	}
	var accounts []Account
	for _, a := range o.data.Accounts {
		if o.parent(a) == r.ParentID {
			accounts = append(accounts, a)
		}
	}
	return o.accountPage(r, accounts)
}

func listUnitsForParent(o *Organization, r *request) (any, error) {
	if err := o.checkParent(r); err != nil {
		return nil, err
	}
	units := slices.DeleteFunc(slices.Clone(o.tree), func(u unit) bool { return u.parent != r.ParentID })
	return page(r, "OrganizationalUnits", units, func(u unit) string { return u.id }, o.unitFields)
}

func listParents(o *Organization, r *request) (any, error) {
	parent := ""
	if a, ok := o.accounts[r.ChildID]; ok {
		parent = o.parent(a)
	} else if u, ok := o.units[r.ChildID]; ok {
		parent = u.parent
	} else {
		return nil, &Error{"ChildNotFoundException", "You specified a child that doesn't exist."}
	}
	kind := "ORGANIZATIONAL_UNIT"
	if parent == o.root {
		kind = "ROOT"
	}
	return page(r, "Parents", []string{parent}, same, func(id string) any { return fields{"Id": id, "Type": kind} })
}

func listRoots(o *Organization, r *request) (any, error) {
	return page(r, "Roots", []string{o.root}, same, func(id string) any {
		return fields{"Id": id, "Arn": o.arn("root", id), "Name": "Root", "PolicyTypes": []any{}}
	})
}

package orgapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ssoAdmin returns the operations of sso-admin.
func ssoAdmin() map[string]spec {
	const largest = 100
	return map[string]spec{
		"ListInstances":         {maxPage: largest, run: listInstances},
		"ListPermissionSets":    {required: []string{"InstanceArn"}, maxPage: largest, run: inInstance(listPermissionSets)},
		"DescribePermissionSet": {required: []string{"InstanceArn", "PermissionSetArn"}, run: inInstance(describePermissionSet)},
		"ListAccountAssignments": {
			required: []string{"InstanceArn", "AccountId", "PermissionSetArn"}, maxPage: largest, run: inInstance(listAccountAssignments),
		},
		"ListPermissionSetsProvisionedToAccount": {
			required: []string{"InstanceArn", "AccountId"}, maxPage: largest, run: inInstance(listPermissionSetsOfAccount),
		},
		"ListAccountsForProvisionedPermissionSet": {
			required: []string{"InstanceArn", "PermissionSetArn"}, maxPage: largest, run: inInstance(listAccountsOfPermissionSet),
		},
	}
}

// missing returns the error for an object that does not exist.
func missing(kind, id string) error {
	return &Error{"ResourceNotFoundException", fmt.Sprintf("%s %s not found", kind, id)}
}

func (o *Organization) instanceARN() string {
	return "arn:" + o.data.Partition + ":sso:::instance/" + o.instance
}

// setARN returns the ARN of the permission set with this name.
func (o *Organization) setARN(name string) string {
	return "arn:" + o.data.Partition + ":sso:::permissionSet/" + o.instance + "/ps-" + digits("permission set", name)[:16]
}

// set returns the permission set that the request names.
func (o *Organization) set(r *request) (Set, error) {
	i := slices.IndexFunc(o.data.Sets, func(s Set) bool { return o.setARN(s.Name) == r.PermissionSetARN })
	if i < 0 {
		return Set{}, missing("PermissionSet", r.PermissionSetARN)
	}
	return o.data.Sets[i], nil
}

// inInstance returns an operation that first checks the InstanceArn of the request. An instance
// exists only in its own region.
func inInstance(run func(*Organization, *request) (any, error)) func(*Organization, *request) (any, error) {
	return func(o *Organization, r *request) (any, error) {
		if r.InstanceARN != o.instanceARN() || r.call.Region != o.data.Region {
			return nil, missing("Instance", r.InstanceARN)
		}
		return run(o, r)
	}
}

// listInstances returns the instance. In other regions than that of the instance, it returns none.
func listInstances(o *Organization, r *request) (any, error) {
	var instances []string
	if r.call.Region == o.data.Region {
		instances = []string{o.instanceARN()}
	}
	return page(r, "Instances", instances, same, func(arn string) any {
		out := fields{"InstanceArn": arn, "IdentityStoreId": o.store, "Status": "ACTIVE", "CreatedDate": created()}
		if o.data.Management != "" {
			out["OwnerAccountId"] = o.data.Management
		}
		return out
	})
}

// setPage returns a page of the ARNs of permission sets.
func (o *Organization) setPage(r *request, names []string) (any, error) {
	arns := make([]string, 0, len(names))
	for _, n := range names {
		arns = append(arns, o.setARN(n))
	}
	slices.Sort(arns)
	return page(r, "PermissionSets", slices.Compact(arns), same, shown)
}

func listPermissionSets(o *Organization, r *request) (any, error) {
	return o.setPage(r, o.setNames([]string{"*"}))
}

// setNames returns the names with "*" replaced by the names of all permission sets.
func (o *Organization) setNames(names []string) []string {
	if !slices.Contains(names, "*") {
		return names
	}
	all := make([]string, 0, len(o.data.Sets))
	for _, s := range o.data.Sets {
		all = append(all, s.Name)
	}
	return all
}

func describePermissionSet(o *Organization, r *request) (any, error) {
	s, err := o.set(r)
	if err != nil {
		return nil, err
	}
	return fields{"PermissionSet": fields{
		"Name": s.Name, "PermissionSetArn": r.PermissionSetARN, "SessionDuration": isoDuration(s.Duration), "CreatedDate": created(),
	}}, nil
}

// isoDuration returns a duration in whole minutes in the format of ISO 8601, such as PT1H30M.
func isoDuration(d time.Duration) string {
	text := "PT" + strconv.Itoa(int(d/time.Hour)) + "H"
	if minutes := int(d % time.Hour / time.Minute); minutes > 0 {
		text += strconv.Itoa(minutes) + "M"
	}
	return text
}

// covers reports whether a list of names has the name or "*".
func covers(names []string, name string) bool {
	return slices.Contains(names, name) || slices.Contains(names, "*")
}

func listAccountAssignments(o *Organization, r *request) (any, error) {
	s, err := o.set(r)
	if err != nil {
		return nil, err
	}
	if _, ok := o.accounts[r.AccountID]; !ok {
		return nil, missing("Account", r.AccountID)
	}
	var principals []string // type and id
	for _, a := range o.data.Assignments {
		switch {
		case !covers(a.Accounts, r.AccountID), !covers(a.Sets, s.Name):
		case a.Group != "":
			principals = append(principals, "GROUP "+groupID(a.Group))
		default:
			principals = append(principals, "USER "+userID(a.User))
		}
	}
	slices.Sort(principals)
	return page(r, "AccountAssignments", slices.Compact(principals), same, func(principal string) any {
		kind, id, _ := strings.Cut(principal, " ")
		return fields{"AccountId": r.AccountID, "PermissionSetArn": r.PermissionSetARN, "PrincipalType": kind, "PrincipalId": id}
	})
}

// outdated reports whether the request asks for permission sets whose latest version is not yet
// provisioned. The emulator has none.
func (r *request) outdated() bool {
	return r.ProvisioningStatus == "LATEST_PERMISSION_SET_NOT_PROVISIONED"
}

func listPermissionSetsOfAccount(o *Organization, r *request) (any, error) {
	if _, ok := o.accounts[r.AccountID]; !ok {
		return nil, missing("Account", r.AccountID)
	}
	var names []string
	for _, a := range o.data.Assignments {
		if covers(a.Accounts, r.AccountID) && !r.outdated() {
			names = append(names, o.setNames(a.Sets)...)
		}
	}
	return o.setPage(r, names)
}

func listAccountsOfPermissionSet(o *Organization, r *request) (any, error) {
	s, err := o.set(r)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, a := range o.data.Assignments {
		switch {
		case !covers(a.Sets, s.Name), r.outdated():
		case slices.Contains(a.Accounts, "*"):
			for _, account := range o.data.Accounts {
				ids = append(ids, account.ID)
			}
		default:
			ids = append(ids, a.Accounts...)
		}
	}
	slices.Sort(ids)
	return page(r, "AccountIds", slices.Compact(ids), same, shown)
}

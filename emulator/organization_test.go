package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cli/lanyard/emulator"
)

// services returns the signing names by the prefix of X-Amz-Target.
func services() map[string]string {
	return map[string]string{"AWSOrganizationsV20161128": "organizations", "SWBExternalService": "sso", "AWSIdentityStore": "identitystore"}
}

func TestUsersAreInTheOrderOfTheConfig(t *testing.T) {
	c := emulator.BuiltIn()
	c.Users = nil
	for i := range 20 {
		c.Users = append(c.Users, emulator.User{Name: fmt.Sprintf("user%d", 20-i)})
	}
	c.Assignments, c.Groups = nil, nil
	e, err := emulator.New(c)
	if err != nil {
		t.Fatal(err)
	}
	for i, u := range e.Users() {
		if u.Name != c.Users[i].Name {
			t.Errorf("user %d is %s, want %s", i, u.Name, c.Users[i].Name)
		}
	}
}

// json11 sends a request of the JSON protocol in the region of the instance.
func (x *tester) json11(key aws.Credentials, target string, in map[string]any) (int, map[string]any) {
	x.Helper()
	return x.json11In("us-east-1", key, target, in)
}

func (x *tester) json11In(region string, key aws.Credentials, target string, in map[string]any) (int, map[string]any) {
	x.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		x.Fatal(err)
	}
	prefix, _, _ := strings.Cut(target, ".")
	status, text := signedRequest{
		method: "POST", url: x.srv.URL + "/", body: string(b), service: services()[prefix], region: region, key: key, at: x.srv.Now(),
		header: map[string]string{"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"},
	}.do(x.T)
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		x.Fatalf("%s: %v in %s", target, err, text)
	}
	return status, out
}

// all sends requests until the last page. It returns the values of the member of each item; if
// member is "", the items themselves.
func (x *tester) all(key aws.Credentials, target, list, member string, in map[string]any) []string {
	x.Helper()
	var got []string
	for pages := 0; ; pages++ {
		status, out := x.json11(key, target, in)
		if status != 200 || pages > 50 {
			x.Fatalf("%s: status %d, body %v after %d pages", target, status, out, pages)
		}
		for _, item := range out[list].([]any) {
			if member != "" {
				item = item.(map[string]any)[member]
			}
			got = append(got, fmt.Sprint(item))
		}
		if out["NextToken"] == nil {
			return got
		}
		in["NextToken"] = out["NextToken"]
	}
}

func TestOrganizations(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	const orgs = "AWSOrganizationsV20161128."
	_, out := x.json11(key, orgs+"DescribeOrganization", map[string]any{})
	if o := out["Organization"].(map[string]any); o["MasterAccountId"] != "111122223333" || o["Arn"] != "arn:aws:organizations::111122223333:organization/"+o["Id"].(string) {
		t.Errorf("DescribeOrganization: %v", out)
	}
	for _, size := range []int{1, 4, 20} {
		if got := x.all(key, orgs+"ListAccounts", "Accounts", "Name", map[string]any{"MaxResults": size}); fmt.Sprint(got) != "[account1 payments-prod payments-test account2 log-archive sandbox]" {
			t.Errorf("ListAccounts with pages of %d: %q", size, got)
		}
	}
	// The units of the accounts make a tree.
	root := x.all(key, orgs+"ListRoots", "Roots", "Id", map[string]any{})[0]
	units := func(parent string) map[string]string {
		ids := x.all(key, orgs+"ListOrganizationalUnitsForParent", "OrganizationalUnits", "Id", map[string]any{"ParentId": parent, "MaxResults": 1})
		names := x.all(key, orgs+"ListOrganizationalUnitsForParent", "OrganizationalUnits", "Name", map[string]any{"ParentId": parent})
		out := map[string]string{}
		for i, n := range names {
			out[n] = ids[i]
		}
		return out
	}
	top := units(root)
	below := units(top["Workloads"])
	if len(top) != 2 || top["Security"] == "" || len(below) != 2 || below["Prod"] == "" {
		t.Fatalf("units of the root: %v; units of Workloads: %v", top, below)
	}
	for parent, want := range map[string]string{root: "[account1 account2 sandbox]", top["Workloads"]: "[]", below["Prod"]: "[payments-prod]"} {
		if got := x.all(key, orgs+"ListAccountsForParent", "Accounts", "Name", map[string]any{"ParentId": parent, "MaxResults": 2}); fmt.Sprint(got) != want {
			t.Errorf("accounts of %s: %q, want %s", parent, got, want)
		}
	}
	for child, want := range map[string]string{"123456789012": below["Prod"], below["Prod"]: top["Workloads"], top["Workloads"]: root, "111122223333": root} {
		if got := x.all(key, orgs+"ListParents", "Parents", "Id", map[string]any{"ChildId": child}); fmt.Sprint(got) != "["+want+"]" {
			t.Errorf("parents of %s: %q, want %s", child, got, want)
		}
	}
	if _, out := x.json11(key, orgs+"DescribeOrganizationalUnit", map[string]any{"OrganizationalUnitId": below["Test"]}); out["OrganizationalUnit"].(map[string]any)["Name"] != "Test" {
		t.Errorf("DescribeOrganizationalUnit: %v", out)
	}
	if _, out := x.json11(key, orgs+"DescribeAccount", map[string]any{"AccountId": "888899990000"}); out["Account"].(map[string]any)["Email"] != "sandbox@example.com" {
		t.Errorf("DescribeAccount: %v", out)
	}
	if got := x.srv.Count("organizations:DescribeAccount"); got != 1 {
		t.Errorf("Count = %d, want 1", got)
	}
	if got := x.srv.Count("ListAccounts"); got != 0 {
		t.Errorf("Count of the portal's ListAccounts = %d, want 0", got)
	}
}

func TestSSOAdminAndIdentityStore(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	const admin, store = "SWBExternalService.", "AWSIdentityStore."
	_, out := x.json11(key, admin+"ListInstances", map[string]any{})
	instance := out["Instances"].([]any)[0].(map[string]any)
	arn, storeID := instance["InstanceArn"], instance["IdentityStoreId"]
	if storeID != "d-1234567890" || instance["OwnerAccountId"] != "111122223333" {
		t.Errorf("ListInstances: %v", out)
	}
	if _, out := x.json11In("eu-west-1", key, admin+"ListInstances", map[string]any{}); len(out["Instances"].([]any)) != 0 {
		t.Errorf("ListInstances in another region: %v, want none", out)
	}
	// The names of the permission sets, by ARN.
	sets, arns := map[string]string{}, map[string]string{}
	for _, set := range x.all(key, admin+"ListPermissionSets", "PermissionSets", "", map[string]any{"InstanceArn": arn, "MaxResults": 3}) {
		_, out := x.json11(key, admin+"DescribePermissionSet", map[string]any{"InstanceArn": arn, "PermissionSetArn": set})
		s := out["PermissionSet"].(map[string]any)
		sets[set], arns[s["Name"].(string)] = s["Name"].(string), set
		if s["Name"] == "DeveloperAccess" && s["SessionDuration"] != "PT4H" {
			t.Errorf("DescribePermissionSet: %v", s)
		}
	}
	if len(arns) != 4 {
		t.Fatalf("permission sets: %v", arns)
	}
	var names []string
	for _, set := range x.all(key, admin+"ListPermissionSetsProvisionedToAccount", "PermissionSets", "", map[string]any{"InstanceArn": arn, "AccountId": "555566667777", "MaxResults": 1}) {
		names = append(names, sets[set])
	}
	if len(names) != 3 || strings.Contains(fmt.Sprint(names), "Developer") {
		t.Errorf("permission sets of log-archive: %q", names)
	}
	if got := x.all(key, admin+"ListAccountsForProvisionedPermissionSet", "AccountIds", "", map[string]any{"InstanceArn": arn, "PermissionSetArn": arns["DeveloperAccess"], "MaxResults": 2}); fmt.Sprint(got) != "[210987654321 444455556666 888899990000]" {
		t.Errorf("accounts of DeveloperAccess: %q", got)
	}

	_, out = x.json11(key, store+"GetUserId", map[string]any{"IdentityStoreId": storeID, "AlternateIdentifier": map[string]any{
		"UniqueAttribute": map[string]any{"AttributePath": "userName", "AttributeValue": "jane"},
	}})
	jane := out["UserId"]
	in := map[string]any{"InstanceArn": arn, "AccountId": "888899990000", "PermissionSetArn": arns["AdministratorAccess"]}
	if got := x.all(key, admin+"ListAccountAssignments", "AccountAssignments", "PrincipalType", in); fmt.Sprint(got) != "[GROUP USER]" {
		t.Errorf("assignments of AdministratorAccess in sandbox: %q", got)
	}
	if got := x.all(key, admin+"ListAccountAssignments", "AccountAssignments", "PrincipalId", in); got[1] != jane {
		t.Errorf("the assigned user is %q, want %q", got[1], jane)
	}
	if got := x.all(key, store+"ListUsers", "Users", "UserName", map[string]any{"IdentityStoreId": storeID, "MaxResults": 1}); fmt.Sprint(got) != "[alice guest jane sam]" {
		t.Errorf("users: %q", got)
	}
	if got := x.all(key, store+"ListUsers", "Users", "UserId", map[string]any{"IdentityStoreId": storeID, "Filters": []any{map[string]any{"AttributePath": "UserName", "AttributeValue": "Jane"}}}); fmt.Sprint(got) != fmt.Sprint([]any{jane}) {
		t.Errorf("filtered users: %q", got)
	}
	if _, out := x.json11(key, store+"DescribeUser", map[string]any{"IdentityStoreId": storeID, "UserId": jane}); out["UserName"] != "jane" {
		t.Errorf("DescribeUser: %v", out)
	}
	// The two lists of memberships contain the same pairs.
	ofGroups, ofUsers := map[string]bool{}, map[string]bool{}
	for _, g := range x.all(key, store+"ListGroups", "Groups", "GroupId", map[string]any{"IdentityStoreId": storeID, "MaxResults": 2}) {
		if _, out := x.json11(key, store+"DescribeGroup", map[string]any{"IdentityStoreId": storeID, "GroupId": g}); out["DisplayName"] == nil {
			t.Errorf("DescribeGroup: %v", out)
		}
		for _, m := range x.all(key, store+"ListGroupMemberships", "GroupMemberships", "MembershipId", map[string]any{"IdentityStoreId": storeID, "GroupId": g, "MaxResults": 1}) {
			ofGroups[m] = true
		}
	}
	for _, u := range x.all(key, store+"ListUsers", "Users", "UserId", map[string]any{"IdentityStoreId": storeID}) {
		for _, m := range x.all(key, store+"ListGroupMembershipsForMember", "GroupMemberships", "MembershipId", map[string]any{"IdentityStoreId": storeID, "MemberId": map[string]any{"UserId": u}}) {
			ofUsers[m] = true
		}
	}
	if len(ofGroups) == 0 || fmt.Sprint(ofGroups) != fmt.Sprint(ofUsers) {
		t.Errorf("memberships by group %v, by user %v", ofGroups, ofUsers)
	}
}

func TestJSONErrors(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	good := x.keys("111122223333", "AdministratorAccess")
	forged := good
	forged.SecretAccessKey = "x"
	unknown := aws.Credentials{AccessKeyID: "AKIAIOSFODNN7NOBODY0", SecretAccessKey: "x"}
	const orgs, admin, store = "AWSOrganizationsV20161128.", "SWBExternalService.", "AWSIdentityStore."
	_, out := x.json11(good, admin+"ListInstances", map[string]any{})
	arn := out["Instances"].([]any)[0].(map[string]any)["InstanceArn"]
	_, out = x.json11(good, orgs+"ListAccounts", map[string]any{"MaxResults": 1})
	page := out["NextToken"]
	for _, tt := range []struct {
		name   string
		key    aws.Credentials
		target string
		in     map[string]any
		status int
		code   string
	}{
		{"forged signature", forged, orgs + "ListAccounts", nil, 400, "InvalidSignatureException"},
		{"unknown key", unknown, orgs + "ListAccounts", nil, 400, "UnrecognizedClientException"},
		{"missing member", good, orgs + "DescribeAccount", nil, 400, "InvalidInputException"},
		{"missing member of sso-admin", good, admin + "ListPermissionSets", nil, 400, "ValidationException"},
		{"page too large", good, orgs + "ListAccounts", map[string]any{"MaxResults": 21}, 400, "InvalidInputException"},
		{"empty page", good, admin + "ListInstances", map[string]any{"MaxResults": 0}, 400, "ValidationException"},
		{"invented page", good, orgs + "ListAccounts", map[string]any{"NextToken": "x"}, 400, "InvalidInputException"},
		{"page of another operation", good, orgs + "ListRoots", map[string]any{"NextToken": page}, 400, "InvalidInputException"},
		{"wrong type", good, orgs + "ListAccounts", map[string]any{"NextToken": 7}, 400, "SerializationException"},
		{"no such account", good, orgs + "DescribeAccount", map[string]any{"AccountId": "999999999999"}, 400, "AccountNotFoundException"},
		{"no such parent", good, orgs + "ListAccountsForParent", map[string]any{"ParentId": "r-none"}, 400, "ParentNotFoundException"},
		{"no such child", good, orgs + "ListParents", map[string]any{"ChildId": "999999999999"}, 400, "ChildNotFoundException"},
		{"no such unit", good, orgs + "DescribeOrganizationalUnit", map[string]any{"OrganizationalUnitId": "ou-none-00000000"}, 400, "OrganizationalUnitNotFoundException"},
		{"no such instance", good, admin + "ListPermissionSets", map[string]any{"InstanceArn": "arn:aws:sso:::instance/ssoins-0000000000000000"}, 400, "ResourceNotFoundException"},
		{"no such permission set", good, admin + "DescribePermissionSet", map[string]any{"InstanceArn": arn, "PermissionSetArn": "arn:aws:sso:::permissionSet/x"}, 400, "ResourceNotFoundException"},
		{"no such store", good, store + "ListUsers", map[string]any{"IdentityStoreId": "d-0000000000"}, 400, "ResourceNotFoundException"},
		{"no such user", good, store + "DescribeUser", map[string]any{"IdentityStoreId": "d-1234567890", "UserId": "x"}, 400, "ResourceNotFoundException"},
		{"unknown filter", good, store + "ListUsers", map[string]any{"IdentityStoreId": "d-1234567890", "Filters": []any{map[string]any{"AttributePath": "Shoe", "AttributeValue": "42"}}}, 400, "ValidationException"},
		{"operation that writes", good, orgs + "CreateAccount", map[string]any{}, 501, "NotImplemented"},
	} {
		if status, out := x.json11(tt.key, tt.target, tt.in); status != tt.status || out["__type"] != tt.code {
			t.Errorf("%s: status %d, body %v, want %d %s", tt.name, status, out, tt.status, tt.code)
		}
	}
}

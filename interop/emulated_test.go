package interop_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// An operation is a call of an operation of the emulator.
type operation struct {
	Profile, Service, Name string // Name as in boto3
	Input                  string // JSON; words such as $root stand for the ids below
	want                   string // a part of the answer
	cli                    bool   // the AWS CLI calls it too
}

// emulated lists the operations that the emulator has besides sign-in and portal. See the table
// in docs/emulator.md.
var emulated = []operation{
	{"robin", "sts", "get_session_token", `{"DurationSeconds":900}`, `"ASIA`, true},
	{"robin", "sts", "get_federation_token", `{"Name":"visitor"}`, ":federated-user/visitor", false},
	{"dev", "sts", "get_caller_identity", `{}`, "/jane", false},
	{"robin", "sts", "assume_role", `{"RoleArn":"arn:aws:iam::210987654321:role/Operate","RoleSessionName":"ci"}`, ":assumed-role/Operate/ci", false},
	{"dev", "s3", "list_buckets", `{}`, "account1-website", false},
	{"dev", "s3", "head_bucket", `{"Bucket":"account1-website"}`, "", true},
	{"dev", "s3", "list_objects_v2", `{"Bucket":"account1-website","Prefix":"img/"}`, "img/logo a+b.svg", false},
	{"dev", "s3", "head_object", `{"Bucket":"account1-website","Key":"index.html"}`, "512", false},
	{"dev", "s3", "get_object", `{"Bucket":"account1-website","Key":"index.html","Range":"bytes=0-9"}`, "bytes 0-9/512", true},
	{"dev", "ec2", "describe_regions", `{"RegionNames":["eu-west-1"]}`, "ec2.eu-west-1.amazonaws.com", true},
	{"dev", "ec2", "describe_instances", `{}`, "i-0123456789abcdef0", false},
	{"dev", "organizations", "describe_organization", `{}`, `"MasterAccountId": "111122223333"`, true},
	{"dev", "organizations", "list_roots", `{}`, "$root", false},
	{"dev", "organizations", "list_accounts", `{}`, "payments-prod", false},
	{"dev", "organizations", "list_accounts_for_parent", `{"ParentId":"$root"}`, "account1", false},
	{"dev", "organizations", "list_organizational_units_for_parent", `{"ParentId":"$root"}`, "Workloads", false},
	{"dev", "organizations", "describe_account", `{"AccountId":"444455556666"}`, "account2@example.com", false},
	{"dev", "organizations", "list_parents", `{"ChildId":"444455556666"}`, "$root", false},
	{"dev", "organizations", "describe_organizational_unit", `{"OrganizationalUnitId":"$unit"}`, "Security", false},
	{"dev", "sso-admin", "list_instances", `{}`, "$instance", true},
	{"dev", "sso-admin", "list_permission_sets", `{"InstanceArn":"$instance"}`, "$set", false},
	{"dev", "sso-admin", "describe_permission_set", `{"InstanceArn":"$instance","PermissionSetArn":"$set"}`, "PT", false},
	{"dev", "sso-admin", "list_account_assignments", `{"InstanceArn":"$instance","PermissionSetArn":"$set","AccountId":"111122223333"}`, "PrincipalId", false},
	{"dev", "sso-admin", "list_permission_sets_provisioned_to_account", `{"InstanceArn":"$instance","AccountId":"111122223333"}`, "$set", false},
	{"dev", "sso-admin", "list_accounts_for_provisioned_permission_set", `{"InstanceArn":"$instance","PermissionSetArn":"$set"}`, "111122223333", false},
	{"dev", "identitystore", "list_users", `{"IdentityStoreId":"$store"}`, "jane@example.com", true},
	{"dev", "identitystore", "describe_user", `{"IdentityStoreId":"$store","UserId":"$user"}`, "alice", false},
	{"dev", "identitystore", "get_user_id", `{"IdentityStoreId":"$store","AlternateIdentifier":{"UniqueAttribute":{"AttributePath":"userName","AttributeValue":"alice"}}}`, "$user", false},
	{"dev", "identitystore", "list_groups", `{"IdentityStoreId":"$store"}`, "developers", false},
	{"dev", "identitystore", "describe_group", `{"IdentityStoreId":"$store","GroupId":"$group"}`, "auditors", false},
	{"dev", "identitystore", "list_group_memberships", `{"IdentityStoreId":"$store","GroupId":"$group"}`, "MembershipId", false},
	{"dev", "identitystore", "list_group_memberships_for_member", `{"IdentityStoreId":"$store","MemberId":{"UserId":"$user"}}`, "MembershipId", false},
}

// robinConfig adds the IAM user of the built-in organization.
const robinConfig = sessionConfig + `
[profile robin]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
region = us-east-1
`

// boto3 calls each operation once, and the AWS CLI calls one operation of each service that has
// more than it needs for credentials.
func TestEachOperationOfTheEmulator(t *testing.T) {
	t.Parallel()
	h := newHome(t, setup{"robin", robinConfig, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	ids := h.ids(t)
	each(t, which(func(c client) bool { return strings.HasPrefix(c.name, "boto3") }), func(t *testing.T, c client) {
		calls := make([]operation, len(emulated))
		for i, o := range emulated {
			o.Input = ids.Replace(o.Input)
			calls[i] = o
		}
		data, err := json.Marshal(calls)
		if err != nil {
			t.Fatal(err)
		}
		var answers []json.RawMessage
		h.run(t, c.with([]string{"calls"}, string(data))).decode(t, &answers)
		if len(answers) != len(calls) {
			t.Fatalf("%d answers, want %d", len(answers), len(calls))
		}
		for i, o := range emulated {
			if want := ids.Replace(o.want); !strings.Contains(string(answers[i]), want) {
				t.Errorf("%s %s: %s, want %s", o.Service, o.Name, answers[i], want)
			}
		}
	})
	each(t, []client{clientNamed("AWS CLI v2")}, func(t *testing.T, c client) {
		for _, o := range emulated {
			if !o.cli {
				continue
			}
			service := o.Service
			if service == "s3" {
				service = "s3api"
			}
			args := []string{service, strings.ReplaceAll(o.Name, "_", "-"), "--cli-input-json", ids.Replace(o.Input), "--output", "json", "--profile", o.Profile}
			if o.Name == "get_object" { // it also writes a file, and so needs its parameters as flags
				args = []string{
					service, "get-object", "--bucket", "account1-website", "--key", "index.html", "--range", "bytes=0-9",
					h.path("object"), "--output", "json", "--profile", o.Profile,
				}
			}
			if r, want := h.run(t, c.with(args)), ids.Replace(o.want); r.code != 0 || !strings.Contains(r.stdout, want) {
				t.Errorf("%s %s: exit code %d, %s%s, want %s", o.Service, o.Name, r.code, r.stdout, r.stderr, want)
			}
		}
		if content, err := os.ReadFile(h.path("object")); err != nil || len(content) != 10 {
			t.Errorf("the object has %d bytes, error %v, want 10", len(content), err)
		}
	})
}

// ids returns the ids of the organization, for the words in emulated.
func (h *home) ids(t *testing.T) *strings.Replacer {
	t.Helper()
	one := func(query string, args ...string) string {
		t.Helper()
		args = append(args, "--query", query, "--output", "text", "--profile", "dev")
		id := strings.TrimSpace(h.run(t, clientNamed("lanyard").with(args)).must(t).stdout)
		if id == "" || id == "None" || strings.ContainsAny(id, "\t\n") {
			t.Fatalf("%v: %q, want one id", args, id)
		}
		return id
	}
	root := one("Roots[0].Id", "organizations", "list-roots")
	instance, store := one("Instances[0].InstanceArn", "sso-admin", "list-instances"), one("Instances[0].IdentityStoreId", "sso-admin", "list-instances")
	return strings.NewReplacer(
		"$root", root, "$instance", instance, "$store", store,
		"$unit", one("OrganizationalUnits[?Name=='Security'].Id | [0]", "organizations", "list-organizational-units-for-parent", "--parent-id", root),
		"$set", one("PermissionSets[0]", "sso-admin", "list-permission-sets-provisioned-to-account", "--instance-arn", instance, "--account-id", "111122223333"),
		"$user", one("Users[?UserName=='alice'].UserId | [0]", "identitystore", "list-users", "--identity-store-id", store),
		"$group", one("Groups[?DisplayName=='auditors'].GroupId | [0]", "identitystore", "list-groups", "--identity-store-id", store),
	)
}

// boto3 exchanges the token of a trusted issuer for tokens of Identity Center.
func TestTrustedIssuer(t *testing.T) {
	t.Parallel()
	const app = "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef"
	key, token := trustedToken(t, map[string]any{"iss": "https://idp.example.com", "aud": "reports", "email": "alice@example.com", "exp": time.Now().Add(time.Hour).Unix(), "jti": "1"})
	c := emulator.BuiltIn()
	c.TrustedIssuers = []emulator.TrustedIssuer{{URL: "https://idp.example.com", Keys: key}}
	c.Applications = []emulator.Application{{ARN: app, Audiences: []string{"reports"}}}
	h := newHome(t, setups[0], c)
	h.loginWith(t, clientNamed("lanyard"))
	boto3 := slices.DeleteFunc(oneOfEach(), func(c client) bool { return !strings.HasPrefix(c.name, "boto3") })
	each(t, boto3, func(t *testing.T, c client) {
		input, err := json.Marshal(map[string]string{"clientId": app, "grantType": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": token})
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ First, Refreshed, Again string }
		h.run(t, c.with([]string{"exchange"}, string(input))).decode(t, &got)
		if got.First == "" || got.Refreshed == "" || got.Again != "InvalidGrantException" {
			t.Errorf("got %+v, want two identity contexts, and InvalidGrantException for the second use of the token", got)
		}
	})
}

// trustedToken returns a new public key in PEM, and a token with these claims that the key verifies.
func trustedToken(t *testing.T, claims map[string]any) (key, token string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	body, err2 := json.Marshal(claims)
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	signature, err3 := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:])
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

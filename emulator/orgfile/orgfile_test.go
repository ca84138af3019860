package orgfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestExampleUsesEveryField(t *testing.T) {
	c, err := Parse("example.yaml", []byte(Example()))
	if err != nil {
		t.Fatal(err)
	}
	u, a, b, i, r := c.Users[2], c.Assignments[0], c.Buckets[0], c.Instances[0], c.Roles[0]
	if len(c.Users) != 3 || u.TOTP == "" || c.Users[1].Password != "correct horse" || c.Accounts[0] != (emulator.Account{ID: "111122223333", Name: "account1", Email: "account1@example.com"}) ||
		len(a.Accounts) != 1 || a.Accounts[0] != "111122223333" || c.PermissionSets[1].SessionDuration != 4*time.Hour || c.PortalSession != 8*time.Hour ||
		b.Objects[0].Size != 52428800 || b.Objects[0].Modified.IsZero() || b.Created.IsZero() || b.Objects[1].Content == "" || i.Tags["Name"] != "web-1" || i.Launched.IsZero() || r.ExternalID == "" || len(r.Trusts) != 1 ||
		!c.Roles[1].MFA || len(c.Roles[2].WebIdentity) != 1 || c.MFADevices[0].TOTP == "" ||
		len(c.Roles[1].SourceIdentity) != 2 || c.Roles[2].WebAudience == "" || c.IAMUsers[0].TOTP == "" || c.IAMUsers[0].Account == "" || c.IAMUsers[0].SecretAccessKey == "" || c.Accounts[1].Unit != "Workloads/Prod" ||
		len(c.Denials[0].Actions) != 2 || len(c.Denials[0].Principals) != 1 || len(c.Denials[0].Accounts) != 1 {
		t.Errorf("%+v", c)
	}
	if _, err := emulator.New(c); err != nil {
		t.Error(err)
	}
}

func TestBadFilesNameFileLineAndField(t *testing.T) {
	const (
		user = "accounts: [{id: 111122223333}]\niam_users:\n- name: robin\n  account: 111122223333\n"
		key  = "  access_key_id: AKIAIOSFODNN7EXAMPLE\n  secret_access_key: x\n"
	)
	tests := []struct{ name, text, want string }{
		{"empty", "", "org.yaml:1: organization: the file is empty"},
		{"not YAML", "users:\n  - name: [jane\n", "org.yaml:"},
		{"not a mapping", "- users", "org.yaml:1: must be a mapping"},
		{"unknown field", "users:\n  - name: jane\n    nmae: x\n", `org.yaml:3: users[0].nmae: unknown field`},
		{"unknown section", "users: []\nuser: []\n", "org.yaml:2: user: unknown field"},
		{"field twice", "region: a\nregion: b\n", "org.yaml:2: region: "},
		{"not a list", "users: jane\n", "org.yaml:1: users: must be a list"},
		{"not a string", "users:\n  - name: [a]\n", "org.yaml:2: users[0].name: must be a string"},
		{"short account", "accounts:\n  - id: 123\n", `org.yaml:2: accounts[0].id: "123" is not 12 digits`},
		{"account without an id", "accounts:\n  - name: x\n", `org.yaml:2: accounts[0].id: "" is not 12 digits`},
		{"account twice", "accounts:\n  - id: 111122223333\n  - id: 111122223333\n", `org.yaml:3: accounts[1].id: duplicate "111122223333"`},
		{"unit without a name", "accounts:\n  - id: 111122223333\n    unit: Workloads//Prod\n", `org.yaml:3: accounts[0].unit: "Workloads//Prod" is not a path of names`},
		{"bad duration", "portal_session: 8\n", `org.yaml:1: portal_session: "8" is not a duration`},
		{"long session", "permission_sets:\n- name: A\n  session_duration: 13h\n", "org.yaml:3: permission_sets[0].session_duration: 13h0m0s is not between 1h and 12h"},
		{"unknown member", "users:\n- name: jane\ngroups:\n- name: g\n  members:\n  - jane\n  - joe\n", `org.yaml:7: groups[0].members[1]: no user "joe"`},
		{"unknown account", "users:\n- name: jane\nassignments:\n- user: jane\n  accounts: 111122223333\n  permission_sets: A\n", `org.yaml:5: assignments[0].accounts[0]: no account "111122223333"`},
		{"no user or group", "assignments:\n- accounts: '*'\n", "org.yaml:2: assignments[0]: must have either a user or a group"},
		{"bad TOTP", "users:\n- name: jane\n  totp: '1'\n", "org.yaml:3: users[0].totp: "},
		{"bad date", "accounts: [{id: 111122223333}]\nbuckets:\n- account: 111122223333\n  name: abc\n  created: soon\n", "org.yaml:5: buckets[0].created: "},
		{"negative size", "buckets:\n- objects:\n  - size: -1\n", "org.yaml:3: buckets[0].objects[0].size: "},
		{"size and content", "accounts: [{id: 111122223333}]\nbuckets:\n- account: 111122223333\n  name: abc\n  objects:\n  - key: a\n    content: text\n    size: 5\n", "org.yaml:8: buckets[0].objects[0].size: 5 is not the size of the content, 4"},
		{"denial of nothing", "denials:\n- principals: '*'\n", "org.yaml:2: denials[0].actions: names no action"},
		{"denial of an unknown action", "denials:\n- actions: [s3:GetObject, s3:Get]\n", `org.yaml:2: denials[0].actions[1]: no action "s3:Get"`},
		{"denial to an unknown role", "denials:\n- actions: '*'\n  principals: Nobody\n", `org.yaml:3: denials[0].principals[0]: no permission set, role or IAM user "Nobody"`},
		{"denial in an unknown account", "denials:\n- actions: '*'\n  accounts: '123'\n", `org.yaml:3: denials[0].accounts[0]: no account "123"`},
		{"bad state", "accounts: [{id: 111122223333}]\ninstances:\n- account: 111122223333\n  id: i-00000000\n  state: happy\n", `org.yaml:5: instances[0].state: no state "happy"`},
		{"MFA without a device", "accounts: [{id: 111122223333}]\nroles:\n- account: 111122223333\n  name: r\n  mfa: true\n", "org.yaml:5: roles[0].mfa: there are no mfa_devices"},
		{"IAM user without a name", "iam_users:\n- account: 111122223333\n", `org.yaml:2: iam_users[0].name: "" is not 1 to 64`},
		{"IAM user of no account", "accounts: [{id: 444455556666}]\niam_users:\n- name: robin\n  account: 111122223333\n", `org.yaml:4: iam_users[0].account: no account "111122223333"`},
		{"short key", user + "  access_key_id: AKIA\n", `org.yaml:5: iam_users[0].access_key_id: "AKIA" is not 16 to 128`},
		{"no secret key", user + "  access_key_id: AKIAIOSFODNN7EXAMPLE\n", "org.yaml:3: iam_users[0].secret_access_key: is missing"},
		{"bad secret of a device", user + key + "  totp: '1'\n", "org.yaml:7: iam_users[0].totp: "},
		{"IAM user twice", user + key + "- name: robin\n  account: 111122223333\n", `org.yaml:7: iam_users[1].name: duplicate "robin"`},
		{"key twice", user + key + "- name: joe\n  account: 111122223333\n" + key, `org.yaml:9: iam_users[1].access_key_id: duplicate "AKIAIOSFODNN7EXAMPLE"`},
		{"device twice", user + key + "  totp: AAAA\nmfa_devices: [{serial: 'arn:aws:iam::111122223333:mfa/robin', totp: AAAA}]\n", `org.yaml:7: iam_users[0].totp: the device of "robin" is one of the mfa_devices`},
		{"MFA maybe", "roles:\n- mfa: maybe\n", "org.yaml:2: roles[0].mfa: must be true or false"},
		{"short serial", "mfa_devices:\n- serial: x\n", `org.yaml:2: mfa_devices[0].serial: "x" is not 9 to 256`},
		{"bad secret", "mfa_devices:\n- serial: GAHT12345678\n  totp: '1'\n", "org.yaml:3: mfa_devices[0].totp: "},
		{"issuer without keys", "trusted_issuers:\n- url: https://idp.example.com\n", "org.yaml:2: trusted_issuers[0].keys: has no public key"},
		{"issuer with a text as keys", "trusted_issuers:\n- url: https://idp.example.com\n  keys: '{}'\n", "org.yaml:3: trusted_issuers[0].keys: has no public key"},
		{"issuer with a list of keys", "trusted_issuers:\n- url: https://idp.example.com\n  keys: [{}]\n", "org.yaml:3: trusted_issuers[0].keys: must be a JSON Web Key Set"},
		{"issuer without the file of its key", "trusted_issuers:\n- url: https://idp.example.com\n  public_key_file: missing.pem\n", "org.yaml:3: trusted_issuers[0].public_key_file: "},
		{"bad application", "applications:\n- arn: x\n", `org.yaml:2: applications[0].arn: "x" is not like arn:aws:sso::`},
		{"bad start URL", "region: us-east-1\nstart_url: nowhere\n", "org.yaml:2: start_url: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("org.yaml", []byte(tt.text))
			var e *Error
			if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "org.yaml")
	if _, err := Load(path); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("accounts:\n- id: 012345678901\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil || c.Accounts[0].ID != "012345678901" {
		t.Errorf("%+v %v", c, err)
	}
}

// The path of a key is relative to the folder of the organization file.
func TestPublicKeyFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const key = "-----BEGIN PUBLIC KEY-----\n" +
		"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXA+TT8ytPPra9FC4+6O96JJ+nAiq\n" +
		"b7NyrzKtQzFscwz2YN+kcCMZ+7vg3PxoPAt8UyAyjqIrpFaohjhsY9BCqg==\n-----END PUBLIC KEY-----\n"
	write("idp.pem", key)
	const issuer = "trusted_issuers:\n- url: https://idp.example.com\n  public_key_file: idp.pem\n"
	write("org.yaml", issuer)
	write("both.yaml", issuer+"  keys: {keys: []}\n")
	if c, err := Load(filepath.Join(dir, "org.yaml")); err != nil || c.TrustedIssuers[0].Keys != key {
		t.Errorf("issuers %+v, error %v, want the key of the file", c.TrustedIssuers, err)
	}
	if _, err := Load(filepath.Join(dir, "both.yaml")); err == nil || !strings.Contains(err.Error(), "both.yaml:4: trusted_issuers[0].keys: must not be set together with public_key_file") {
		t.Errorf("both fields: error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Example())
	f.Add("users: &u [{name: jane}]\ngroups: *u\n")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("f", []byte(text))
		if err == nil {
			if err := c.Validate(); err != nil {
				t.Errorf("Parse accepts the file, but Validate fails: %v", err)
			}
			return
		}
		if e := (*Error)(nil); !errors.As(err, &e) || e.Line < 1 {
			t.Errorf("the error has no line: %v", err)
		}
	})
}

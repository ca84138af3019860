// The built-in organization, and generated organizations.

package emulator

import (
	"fmt"
	"time"
)

// BuiltIn returns a Config with the default organization, a small company with six
// accounts. The users jane and guest need no password. alice's password is "correct
// horse". sam's password is "battery staple", and sam also needs a code of an authenticator
// app. guest has no accounts. The IAM user robin has an access key and an MFA device.
func BuiltIn() Config {
	return Config{
		Users: []User{
			{Name: "jane", Email: "jane@example.com"},
			{Name: "alice", Email: "alice@example.com", Password: "correct horse"},
			{Name: "sam", Email: "sam@example.com", Password: "battery staple", TOTP: "JBSWY3DPEHPK3PXP"},
			{Name: "guest", Email: "guest@example.com"},
		},
		Groups: []Group{
			{Name: "developers", Members: []string{"jane", "alice"}},
			{Name: "auditors", Members: []string{"jane", "sam"}},
			{Name: "platform", Members: []string{"sam"}},
		},
		Accounts: []Account{
			{ID: "111122223333", Name: "account1", Email: "account1@example.com"},
			{ID: "444455556666", Name: "account2", Email: "account2@example.com"},
			{ID: "123456789012", Name: "payments-prod", Email: "payments-prod@example.com", Unit: "Workloads/Prod"},
			{ID: "210987654321", Name: "payments-test", Email: "payments-test@example.com", Unit: "Workloads/Test"},
			{ID: "555566667777", Name: "log-archive", Email: "log-archive@example.com", Unit: "Security"},
			{ID: "888899990000", Name: "sandbox", Email: "sandbox@example.com"},
		},
		PermissionSets: []PermissionSet{
			{Name: "AdministratorAccess"},
			{Name: "DeveloperAccess", SessionDuration: 4 * time.Hour},
			{Name: "ReadOnlyAccess", SessionDuration: 12 * time.Hour},
			{Name: "Billing"},
		},
		Assignments: []Assignment{
			{User: "jane", Accounts: []string{"111122223333", "888899990000"}, PermissionSets: []string{"AdministratorAccess"}},
			{Group: "developers", Accounts: []string{"444455556666", "210987654321", "888899990000"}, PermissionSets: []string{"DeveloperAccess"}},
			{Group: "auditors", Accounts: []string{"*"}, PermissionSets: []string{"ReadOnlyAccess"}},
			{Group: "platform", Accounts: []string{"*"}, PermissionSets: []string{"AdministratorAccess", "Billing"}},
		},
		Buckets: []Bucket{
			{Account: "111122223333", Name: "account1-backups", Created: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Objects: []Object{
				{Key: "daily/2026-11-20.tar.gz", Size: 52_428_800},
				{Key: "daily/2026-11-21.tar.gz", Size: 52_690_944},
				{Key: "README.md", Size: 1_234},
			}},
			{Account: "111122223333", Name: "account1-website", Objects: []Object{
				{Key: "index.html", Size: 512}, {Key: "img/logo a+b.svg", Size: 2_048},
			}},
			{Account: "444455556666", Name: "account2-builds", Region: "us-west-2"},
		},
		Instances: []Instance{
			{Account: "444455556666", Region: "us-west-2", ID: "i-0a1b2c3d4e5f60718", PrivateIP: "10.0.0.11", Tags: map[string]string{"Name": "web-1", "env": "dev"}},
			{Account: "444455556666", Region: "us-west-2", ID: "i-0a1b2c3d4e5f60719", PrivateIP: "10.0.0.12", State: "stopped", Type: "m7i.large", Tags: map[string]string{"Name": "build"}},
			{Account: "111122223333", ID: "i-0123456789abcdef0", PrivateIP: "10.1.0.5", PublicIP: "203.0.113.7", Tags: map[string]string{"Name": "bastion"}},
		},
		Roles: []Role{
			{Account: "123456789012", Name: "Deploy", Trusts: []string{"arn:aws:iam::444455556666:role/AWSReservedSSO_DeveloperAccess_*"}},
			{Account: "210987654321", Name: "Audit", Trusts: []string{"111122223333"}, ExternalID: "audit-2026"},
			{Account: "210987654321", Name: "Secure", Trusts: []string{"444455556666"}, MFA: true},
			{Account: "123456789012", Name: "Pipeline", WebIdentity: []string{"repo:example/*"}, MaxSession: 2 * time.Hour},
			{Account: "210987654321", Name: "Operate", Trusts: []string{"444455556666", "123456789012", "210987654321"}, MaxSession: 12 * time.Hour},
			{Account: "210987654321", Name: "Traced", Trusts: []string{"444455556666", "210987654321"}, SourceIdentity: []string{"jane", "robin"}},
		},
		// This is the access key of AWS's documentation.
		IAMUsers: []IAMUser{{
			Account: "444455556666", Name: "robin", TOTP: "KRSXG5CTMVRXEZLU",
			AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		}},
		MFADevices: []MFADevice{{Serial: "arn:aws:iam::444455556666:mfa/jane", TOTP: "GEZDGNBVGY3TQOJQ"}},
	}
}

// Generate returns a Config with a large organization of 1 to 100,000 accounts and 1 to 3,500
// permission sets. All users have all permission sets in all accounts. There are ten users
// without passwords. The first user is jane. The first accounts and permission sets are the same
// as in [BuiltIn].
func Generate(accounts, sets int) (Config, error) {
	switch {
	case accounts < 1 || accounts > 100_000:
		return Config{}, fmt.Errorf("%d accounts: must be 1 to 100000", accounts)
	case sets < 1 || sets > 3_500:
		return Config{}, fmt.Errorf("%d permission sets: must be 1 to 3500", sets)
	}
	b := BuiltIn()
	var c Config
	everyone := Group{Name: "everyone"}
	for i, name := range []string{"jane", "alice", "sam", "li", "olga", "kofi", "maria", "yuki", "ahmed", "noah"} {
		c.Users = append(c.Users, User{Name: name, Email: name + "@example.com"})
		everyone.Members = append(everyone.Members, c.Users[i].Name)
	}
	c.Groups = []Group{everyone}
	c.Accounts = append(c.Accounts, b.Accounts[:min(accounts, len(b.Accounts))]...)
	teams := []string{"payments", "search", "billing", "mobile", "data", "platform", "security", "research", "support", "web"}
	stages := []string{"dev", "test", "prod"}
	for i := len(c.Accounts); i < accounts; i++ {
		name := fmt.Sprintf("%s-%s-%05d", teams[i%len(teams)], stages[i%len(stages)], i+1)
		c.Accounts = append(c.Accounts, Account{
			ID:   fmt.Sprintf("%012d", 300_000_000_000+int64(i)*1_000_003), // ids with gaps, different from the built-in ids
			Name: name, Email: name + "@example.com",
		})
	}
	c.PermissionSets = append(c.PermissionSets, b.PermissionSets[:min(sets, len(b.PermissionSets))]...)
	for i := len(c.PermissionSets); i < sets; i++ {
		c.PermissionSets = append(c.PermissionSets, PermissionSet{Name: fmt.Sprintf("Team%04dAccess", i+1), SessionDuration: time.Duration(i%12+1) * time.Hour})
	}
	c.Assignments = []Assignment{{Group: everyone.Name, Accounts: []string{"*"}, PermissionSets: []string{"*"}}}
	return c, nil
}

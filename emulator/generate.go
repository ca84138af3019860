package emulator

import (
	"fmt"
	"time"
)

// Generate returns a Config with a large organization: so many accounts, and so
// many permission sets that every user has in every account. There are ten users
// without passwords, jane the first of them. The first accounts and permission
// sets are those of [BuiltIn].
//
// There may be 1 to 100,000 accounts and 1 to 3,500 permission sets.
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
			ID:   fmt.Sprintf("%012d", 300_000_000_000+int64(i)*1_000_003), // spread, and none of the built-in ones
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

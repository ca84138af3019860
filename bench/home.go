package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const session = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
`

const profile = `
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1
`

// bigConfig returns a config of n profiles and the profile dev. Each of the n profiles also has
// the lines in further.
func bigConfig(n int, further string) string {
	var b strings.Builder
	b.WriteString(session)
	for i := range n {
		fmt.Fprintf(&b, "\n[profile account-%05d-ReadOnlyAccess]\nsso_session = corp\nsso_account_id = %012d\n"+
			"sso_role_name = ReadOnlyAccess\nregion = us-east-1\n%s", i, 100_000_000_000+i, further)
	}
	b.WriteString(profile)
	return b.String()
}

// newHome creates a home folder with a config.
func newHome(dir, name, config string) (string, error) {
	home := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		return "", err
	}
	return home, os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600)
}

// forgetRole removes the cached role credentials of the profile dev.
func forgetRole(home string) error {
	path := filepath.Join(ssocache.Dir{Home: home}.Roles(), ssocache.RoleName("111122223333", "AdministratorAccess", "corp", ""))
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// rewrite changes the content of a JSON file.
func rewrite(path string, change func(map[string]any)) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	change(v)
	if data, err = json.Marshal(v); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

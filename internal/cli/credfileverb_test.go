package cli_test

import (
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// ageEntry implements the command "age-entry LEFT ENTRY...". The command sets the remaining
// lifetime of entries of the credentials file to LEFT.
func ageEntry(ts *testscript.TestScript, _ bool, args []string) {
	left, err := time.ParseDuration(args[0])
	ts.Check(err)
	path := filepath.Join(ts.Getenv("HOME"), ".aws", "credentials")
	for _, name := range args[1:] {
		content := []byte(ts.ReadFile(path))
		s, _, err := awsconfig.NewDoc(path, true, string(content)).Find(awsconfig.Profile, name)
		ts.Check(err)
		entries, err := credfile.Entries(path, content)
		ts.Check(err)
		get := func(key string) string { v, _ := s.Get(key); return v.Value }
		for _, e := range entries {
			if e.Name != name {
				continue
			}
			content, err = credfile.Put(path, content, e, ssocache.Credentials{
				AccessKeyID: get("aws_access_key_id"), SecretAccessKey: secret.New(get("aws_secret_access_key")),
				SessionToken: secret.New(get("aws_session_token")), AccountID: e.AccountID, Expiration: time.Now().Add(left),
			})
			ts.Check(err)
		}
		ts.Check(os.WriteFile(path, content, 0o600))
	}
}

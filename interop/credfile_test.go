package interop_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/proctest"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Every client uses an entry that "lanyard credentials write" has written. When the credentials
// expire, the agent writes new ones, and the clients use these.
func TestWrittenEntry(t *testing.T) {
	t.Parallel()
	h := newHome(t, setup{"entry", sessionConfig, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	h.run(t, clientNamed("lanyard").with([]string{"credentials", "write", "dev"})).must(t)
	useEntry := func(t *testing.T, c client) {
		if c.process != nil {
			c.identity = c.process
		}
		checkAdmin(t, h.run(t, c.whoami("lanyard-dev")))
	}
	each(t, everyClient(), useEntry)

	key := entryKey(t, h, time.Minute)
	h.expire(t)
	h.run(t, clientNamed("lanyard").with([]string{"agent", "start"})).must(t)
	defer h.run(t, clientNamed("lanyard").with([]string{"agent", "stop"}))
	proctest.Eventually(t, "the agent to renew the entry", func() bool { return entryKey(t, h, 0) != key })
	t.Run("renewed", func(t *testing.T) { each(t, everyClient(), useEntry) })
}

// entryKey returns the access key id of the entry. If left is not zero, it first sets the remaining
// lifetime of the entry.
func entryKey(t *testing.T, h *home, left time.Duration) string {
	t.Helper()
	path := h.path(".aws", "credentials")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := awsconfig.NewDoc(path, true, string(content)).Find(awsconfig.Profile, "lanyard-dev")
	if err != nil || s == nil {
		t.Fatalf("%s has no entry: %v", path, err)
	}
	get := func(key string) string { v, _ := s.Get(key); return v.Value }
	if left == 0 {
		return get("aws_access_key_id")
	}
	entries, err := credfile.Entries(path, content)
	if err == nil {
		content, err = credfile.Put(path, content, entries[0], ssocache.Credentials{
			AccessKeyID: get("aws_access_key_id"), SecretAccessKey: secret.New(get("aws_secret_access_key")),
			SessionToken: secret.New(get("aws_session_token")), AccountID: entries[0].AccountID, Expiration: time.Now().Add(left),
		})
	}
	if err == nil {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return get("aws_access_key_id")
}

// An entry with the name of a profile would hide the profile's own settings from some clients.
// That is why "lanyard credentials write" refuses such a name.
func TestKeysHideProfiles(t *testing.T) {
	t.Parallel()
	config := sessionConfig + "\n[profile tool]\ncredential_process = " + lanyardPath + " sso get-credentials --profile dev\nregion = us-east-1\n"
	h := newHome(t, setup{"hidden", config, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	const keys = "aws_access_key_id = ASIAUNKNOWN\naws_secret_access_key = s\naws_session_token = t\n"
	if err := os.WriteFile(h.path(".aws", "credentials"), []byte("[dev]\n"+keys+"[tool]\n"+keys), 0o600); err != nil {
		t.Fatal(err)
	}
	each(t, oneOfEach(), func(t *testing.T, c client) {
		prefersSSO := !strings.Contains(c.name, "Go") // the provider chain for JavaScript also asks SSO first
		if r := h.run(t, c.whoami("dev")); (r.code == 0) != prefersSSO {
			t.Errorf("dev: exit code %d, stderr %s; want success %v", r.code, r.stderr, prefersSSO)
		}
		if c.process != nil {
			c.identity = c.process
		}
		if r := h.run(t, c.whoami("tool")); r.code == 0 {
			t.Errorf("tool: the client used the credential_process: %s", r.stdout)
		}
	})
}

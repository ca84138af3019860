//go:build unix

package interop_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Every client uses the profiles that profiles sync writes. No client minds the key lanyard_sync.
func TestSyncedProfiles(t *testing.T) {
	t.Parallel()
	const session = "[sso-session corp]\nsso_start_url = " + startURL + "\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
	const name = "account1-administratoraccess"
	h := newHome(t, setup{"sync", session + "\n[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = ReadOnlyAccess\n", "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	sync := invocation{[]string{lanyardPath, "profiles", "sync", "--yes"}, false, ""}
	if r := h.run(t, sync); r.code != 0 {
		t.Fatalf("profiles sync: exit code %d: %s", r.code, r.stderr)
	}
	each(t, oneOfEach(), func(t *testing.T, c client) {
		checkAdmin(t, h.run(t, c.whoami(name)))
	})
	if err := os.MkdirAll(h.path(".config", "lanyard"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path(".config", "lanyard", "config.yaml"), []byte("profiles:\n  process: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := h.run(t, sync); r.code != 0 {
		t.Fatalf("profiles sync: exit code %d: %s", r.code, r.stderr)
	}
	if config, err := os.ReadFile(h.path(".aws", "config")); err != nil || !strings.Contains(string(config), "credential_process = ") {
		t.Fatalf("the profiles have no credential_process: %v\n%s", err, config)
	}
	each(t, others(oneOfEach()), func(t *testing.T, c client) {
		if c.process != nil {
			c.identity = c.process
		}
		checkAdmin(t, h.run(t, c.whoami(name)))
	})
}

package interop_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A tool without support for SSO gets the credentials by credential_process. The profile
// legacy-tool has the line of the guide (internal/cli/testdata/guide.md). This line runs a
// program named aws.
func TestCredentialProcess(t *testing.T) {
	t.Parallel()
	const line = " sso get-credentials --profile dev\nregion = us-east-1\n"
	config := sessionConfig + "\n[profile tool]\ncredential_process = " + lanyardPath + line +
		"\n[profile legacy-tool]\ncredential_process = aws" + line
	h := newHome(t, setup{"process", config, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	bin := t.TempDir()
	if err := os.Symlink(lanyardPath, filepath.Join(bin, "aws")); err != nil {
		t.Skipf("the test needs symbolic links: %v", err)
	}
	path := "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")
	each(t, others(oneOfEach()), func(t *testing.T, c client) {
		if c.process != nil {
			c.identity = c.process
		}
		checkAdmin(t, h.run(t, c.whoami("tool")))
		h.expire(t) // the process then refreshes the token
		checkAdmin(t, h.run(t, c.whoami("legacy-tool"), path))
	})
	if got, want := h.srv.Count("GetRoleCredentials"), 1+h.srv.Count("CreateToken:refresh_token"); got != want {
		t.Errorf("%d requests for role credentials, want %d, because the process uses the cache", got, want)
	}
}

// If a credential_process fails, it prints the reason. The client prints the reason too.
func TestCredentialProcessFails(t *testing.T) {
	t.Parallel()
	config := sessionConfig + "\n[profile tool]\ncredential_process = " + lanyardPath + " sso get-credentials --profile dev\nregion = us-east-1\n"
	h := newHome(t, setup{"process", config, "corp"}, emulator.Config{})
	each(t, others(oneOfEach()), func(t *testing.T, c client) {
		if c.process != nil {
			c.identity = c.process
		}
		if r := h.run(t, c.whoami("tool")); r.code == 0 {
			t.Errorf("the client succeeded without a login: %s", r.stdout)
		} else if c.python && !hasAll(r.stderr, "The SSO session associated with this profile has expired", "sso login --profile dev") {
			t.Errorf("stderr = %s, want the AWS CLI's message and the login command", r.stderr)
		}
	})
}

package interop_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

const (
	startURL = "https://d-1234567890.awsapps.com/start"
	adminARN = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_"
)

// sessionConfig and legacyConfig describe the same access in the two forms of a config. The
// profile dev is jane's administrator role.
const sessionConfig = `[sso-session corp]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
` + adminRole

const legacyConfig = `[profile dev]
sso_start_url = ` + startURL + `
sso_region = us-east-1
` + adminRole

const adminRole = `sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1
`

// A setup is a config and the name of its session.
type setup struct {
	name, config, session string // session is "" for legacy profiles
}

var setups = []setup{
	{"session", sessionConfig, "corp"},
	{"legacy", legacyConfig, ""},
}

// A home is a home folder with only this config, and an emulator for its clients.
type home struct {
	setup
	dir   string
	srv   *emulatortest.Server
	proxy []string // variables for clients that do not know endpoint variables
}

func newHome(t *testing.T, s setup, c emulator.Config) *home {
	t.Helper()
	h := &home{setup: s, dir: t.TempDir(), srv: emulatortest.Start(t, c)}
	h.proxy = startProxy(t, h.srv)
	h.writeConfig(t, s.config)
	return h
}

func (h *home) writeConfig(t *testing.T, text string) {
	t.Helper()
	if err := os.MkdirAll(h.path(".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path(".aws", "config"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (h *home) path(elem ...string) string {
	return filepath.Join(append([]string{h.dir}, elem...)...)
}

// env returns the complete environment of a client. The only variable from the test process is
// PATH.
func (h *home) env(in invocation) []string {
	env := append([]string{
		"HOME=" + h.dir, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LANG=C.UTF-8", "AWS_PAGER=",
	}, h.srv.Env()...)
	if in.variable != "" {
		env = append(env, in.variable)
	}
	if in.python {
		env = append(env, h.proxy...)
	}
	return env
}

// listing returns the names in a cache folder that end in suffix.
func (h *home) listing(t *testing.T, folder, suffix string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(h.path(".aws", folder, "cache"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			names = append(names, e.Name())
		}
	}
	return names
}

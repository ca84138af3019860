package stormtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

const (
	startURL = "https://d-1234567890.awsapps.com/start"
	user     = "jane" // of the emulator's own organization
)

// config has four roles of one sso-session.
const config = `[sso-session corp]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess

[profile dev-2]
sso_session = corp
sso_account_id = 888899990000
sso_role_name = AdministratorAccess

[profile dev-3]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = DeveloperAccess

[profile dev-4]
sso_session = corp
sso_account_id = 210987654321
sso_role_name = DeveloperAccess
`

// bothConfig adds the same roles in the guide's older form, on the same sign-in.
const bothConfig = config + `
[profile old]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = AdministratorAccess

[profile old-2]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_account_id = 888899990000
sso_role_name = AdministratorAccess

[profile old-3]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_account_id = 444455556666
sso_role_name = DeveloperAccess

[profile old-4]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_account_id = 210987654321
sso_role_name = DeveloperAccess
`

// A home is a person's home folder, and the Identity Center that they sign in to.
type home struct {
	srv  *emulatortest.Server
	dir  string
	env  []string
	attr *syscall.SysProcAttr // how processes are started; nil means as ours
}

// newHome makes a home with a config, in which nobody has signed in.
func newHome(t *testing.T, c emulator.Config, config string) *home {
	t.Helper()
	h := &home{srv: emulatortest.Start(t, c), dir: t.TempDir()}
	h.env = append([]string{"HOME=" + h.dir, "USERPROFILE=" + h.dir, "PATH=" + os.Getenv("PATH")}, h.srv.Env()...)
	if err := os.Mkdir(h.path(".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path(".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *home) path(elem ...string) string {
	return filepath.Join(append([]string{h.dir}, elem...)...)
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/authorize\S+\n`)

// signIn signs the person in through the program, and forgets that the service
// was called for it.
func (h *home) signIn(t *testing.T) {
	t.Helper()
	p := h.start(t, "sso", "login", "--no-browser", "--sso-session", "corp")
	var url string
	eventually(t, "the sign-in address", func() bool {
		url = h.authorizeURL(p)
		return url != ""
	})
	if err := h.srv.SignIn(t.Context(), url, user); err != nil {
		t.Error(err)
	}
	if r := p.wait(t); r.code != 0 {
		t.Fatalf("sign in: exit %d, %s", r.code, r.stderr)
	}
	h.srv.ResetCounts()
}

// authorizeURL returns the address that a sign-in has printed, at the server itself:
// its pages refuse a form that comes through anything in front of it. "" means that
// nothing was printed yet.
func (h *home) authorizeURL(p *process) string {
	_, rest, ok := strings.Cut(strings.TrimSpace(address.FindString(p.stdout.String())), "/authorize")
	if !ok {
		return ""
	}
	return h.srv.URL + "/authorize" + rest
}

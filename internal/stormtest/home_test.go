package stormtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

const (
	startURL = "https://d-1234567890.awsapps.com/start"
	user     = "jane" // of the emulator's default organization
)

// config has four roles of one [sso-session].
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

// bothConfig adds legacy profiles for the same roles, which share the sign-in, and profiles
// that assume roles: a chain of two roles, and a role with a code of an MFA device. The file
// codes gets a line for each code.
const bothConfig = config + `
[profile chain]
role_arn = arn:aws:iam::210987654321:role/Operate
source_profile = link

[profile link]
role_arn = arn:aws:iam::210987654321:role/Operate
source_profile = dev-3
role_session_name = link

[profile mfa]
role_arn = arn:aws:iam::210987654321:role/Secure
source_profile = dev-3
mfa_serial = arn:aws:iam::444455556666:mfa/jane
mfa_process = echo code >>codes; cat code
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

// A home is a user's home folder, and the Identity Center that the user signs in to.
type home struct {
	srv  *emulatortest.Server
	dir  string
	env  []string
	attr *syscall.SysProcAttr // of the processes; nil means the defaults
}

// newHome makes a home with a config and without a session.
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

// signIn signs the user in through the program, and resets the count of calls.
func (h *home) signIn(t *testing.T) {
	t.Helper()
	p := h.start(t, "sso", "login", "--no-browser", "--sso-session", "corp")
	var url string
	proctest.Eventually(t, "the sign-in address", func() bool {
		url = h.authorizeURL(p)
		return url != ""
	})
	if err := h.srv.SignIn(t.Context(), url, user); err != nil {
		t.Error(err)
	}
	if r := p.Wait(t); r.Code != 0 {
		t.Fatalf("sign in: exit %d, %s", r.Code, r.Stderr)
	}
	h.srv.ResetCounts()
}

// authorizeURL returns the URL that a sign-in has printed. The URL has the server's own host,
// because the server's pages refuse a form that comes through a proxy. It returns "" if the
// sign-in has not printed the URL.
func (h *home) authorizeURL(p *proctest.Process) string {
	_, rest, ok := strings.Cut(strings.TrimSpace(address.FindString(p.Stdout.String())), "/authorize")
	if !ok {
		return ""
	}
	return h.srv.URL + "/authorize" + rest
}

// start runs the program with the home's environment.
func (h *home) start(t *testing.T, args ...string) *proctest.Process {
	t.Helper()
	return h.startProgram(t, nil, append([]string{program}, args...)...)
}

// startProgram runs any program with the home's environment. The program starts when gate is
// closed. If gate is nil, the program starts at once.
func (h *home) startProgram(t *testing.T, gate *os.File, line ...string) *proctest.Process {
	t.Helper()
	return proctest.Command{Line: line, Dir: h.dir, Env: h.env, Attr: h.attr, Gate: gate}.Start(t)
}

// run starts the program and waits for it.
func (h *home) run(t *testing.T, args ...string) proctest.Result {
	t.Helper()
	return h.start(t, args...).Wait(t)
}

// mustRun runs the program, which must succeed.
func (h *home) mustRun(t *testing.T, args ...string) {
	t.Helper()
	if r := h.run(t, args...); r.Code != 0 {
		t.Errorf("%v: exit %d: %s", args, r.Code, r.Stderr)
	}
}

// credentials runs "sso get-credentials" for a profile.
func (h *home) credentials(t *testing.T, profile string) proctest.Result {
	t.Helper()
	return h.run(t, "sso", "get-credentials", "--profile", profile)
}

// crowd is the number of processes of a storm.
const crowd = 200

// A storm is a group of processes that start together.
type storm struct {
	processes []*proctest.Process
	release   func() time.Time // starts the processes and returns the start time
}

// gather prepares the n processes of a storm. name returns the profile of the i-th process.
func (h *home) gather(t *testing.T, n int, name func(i int) string) *storm {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("this test needs a shell to start processes at the same time: ", err)
	}
	gate, open, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gate.Close() })
	s := &storm{release: func() time.Time { _ = open.Close(); return time.Now() }}
	for i := range n {
		s.processes = append(s.processes, h.startProgram(t, gate, program, "sso", "get-credentials", "--profile", name(i)))
	}
	return s
}

// run starts the processes, and returns how each process ended. It also returns the time from
// the start until the last process ended.
func (s *storm) run(t *testing.T) ([]proctest.Result, time.Duration) {
	t.Helper()
	return s.results(t, s.release())
}

func (s *storm) results(t *testing.T, began time.Time) ([]proctest.Result, time.Duration) {
	t.Helper()
	results := make([]proctest.Result, len(s.processes))
	for i, p := range s.processes {
		results[i] = p.Wait(t)
	}
	first, last := results[0].At, results[0].At
	for _, r := range results {
		if r.At.Before(first) {
			first = r.At
		}
		if r.At.After(last) {
			last = r.At
		}
	}
	t.Logf("%d processes: the first ended after %v, the last after %v",
		len(results), first.Sub(began).Round(time.Millisecond), last.Sub(began).Round(time.Millisecond))
	return results, last.Sub(began)
}

func dev(int) string { return "dev" }

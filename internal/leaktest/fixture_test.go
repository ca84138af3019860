//go:build unix

package leaktest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// program is the path of the program under test.
var program string

// TestMain builds the program.
func TestMain(m *testing.M) { os.Exit(proctest.Main(m, &program, 16)) }

// config has one role for each group of commands.
const config = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1

[profile deployer]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-east-1

[profile spare]
sso_session = corp
sso_account_id = 888899990000
sso_role_name = AdministratorAccess
region = us-east-1

[profile no-role]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = NoSuchRole
region = us-east-1
`

// fakeAWS replaces the AWS CLI. It prints its arguments and environment.
const fakeAWS = `#!/bin/sh
echo "arguments: $*"
env
test -z "$AWS_CONFIG_FILE" || cat "$AWS_CONFIG_FILE"
`

// browser writes the URL to a file in the folder of its argument.
const browser = `#!/bin/sh
printf %s "$2" > "$1/new" && mv "$1/new" "$1/visited"
`

// A fixture is a user's home, an Identity Center, and the program's output so far.
type fixture struct {
	srv     *emulatortest.Server // the server that the program and the browser use
	wire    *wire
	secrets *secrets
	root    string
	env     []string
	debug   bool
	store   store
	inFiles kind // the kinds that the AWS CLI's caches may hold now
	outputs []output
	seen    *processes
}

// An output is a text that the program has written, with the kinds of secrets that it may
// hold.
type output struct {
	name, text string
	may        kind
}

// newFixture makes a fixture without a session.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	root, err := os.MkdirTemp("", "leak-") //nolint:usetesting // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	w := &fixture{root: root, secrets: newSecrets(), inFiles: token | registration | key}
	t.Cleanup(func() {
		if t.Failed() { // an agent may still be running
			stop := exec.Command(program, "agent", "stop", "--yes")
			stop.Env = w.env
			_ = stop.Run()
		}
	})
	allowCores(t)
	// Some faults lose a refresh token.
	inner := emulatortest.Start(t, emulator.Config{RefreshGrace: time.Hour})
	w.wire = newWire(t, inner.URL, w.secrets)
	w.srv = &emulatortest.Server{Emulator: inner.Emulator, URL: w.wire.url}
	w.seen = new(processes)
	w.wire.passing = w.seen.look
	for _, dir := range []string{"home/.aws", "run", "tmp", "work", "bin", "aside"} {
		if err := os.MkdirAll(w.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.write(t, "home/.aws/config", config, 0o600)
	w.write(t, "bin/aws", fakeAWS, 0o700)
	w.write(t, "bin/visit", browser, 0o700)
	w.env = append([]string{
		"HOME=" + w.path("home"), "PATH=" + w.path("bin") + ":" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + w.path("run"),
		"TMPDIR=" + w.path("tmp"), "BROWSER=" + w.path("bin/visit") + " " + w.path("aside") + " %s", "AWS_MAX_ATTEMPTS=2",
	}, w.srv.Env()...)
	return w
}

func (w *fixture) path(name string) string { return filepath.Join(w.root, filepath.FromSlash(name)) }

func (w *fixture) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(w.path(name), []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// anyCode accepts every exit code, but not an end by a signal.
const anyCode = -2

// start runs the program, with --debug if the fixture says so.
func (w *fixture) start(t *testing.T, args ...string) *proctest.Process {
	t.Helper()
	if w.debug {
		args = append(args, "--debug")
	}
	p := proctest.Command{Line: append([]string{program}, args...), Dir: w.path("work"), Env: w.env}.Start(t)
	w.seen.watch(p.Pid())
	return p
}

// agent matches the output of "agent start".
var agent = regexp.MustCompile(`^The agent is running \(pid (\d+)\)`)

// wait waits for a process to end and records its output. Stdout may hold secrets of the allowed
// kinds. If allowed is not 0, stdout must hold such a secret, because the command's purpose is to
// print it.
func (w *fixture) wait(t *testing.T, p *proctest.Process, allowed kind, code int) string {
	t.Helper()
	<-p.Ended
	r := p.Result // Wait would print the output
	if r.Code != code && (code != anyCode || r.Code < 0) {
		t.Errorf("%s: exit %d, want %d, hung: %t\n%s%s", p, r.Code, code, r.Hung, w.hide(r.Stdout), w.hide(r.Stderr))
	}
	w.outputs = append(w.outputs, output{"stdout of " + p.String(), r.Stdout, allowed}, output{"stderr of " + p.String(), r.Stderr, 0})
	if m := agent.FindStringSubmatch(r.Stdout); m != nil {
		pid, _ := strconv.Atoi(m[1]) // digits
		w.seen.watch(pid)
	}
	holds, _ := w.secrets.kindsIn(r.Stdout, allowed)
	if allowed != 0 && code == 0 && holds&allowed == 0 {
		t.Errorf("%s: stdout holds no %s, want such a secret", p, allowed)
	}
	w.checkOutputs(t)
	w.checkFiles(t, "after "+p.String())
	return r.Stdout
}

// hide replaces a text that holds a secret, because the log of a test is a leak too.
func (w *fixture) hide(text string) string {
	if holds, _ := w.secrets.kindsIn(text, 0); holds != 0 {
		return "(a text with a " + holds.String() + ")\n"
	}
	return text
}

// run starts the program and waits for it.
func (w *fixture) run(t *testing.T, allowed kind, code int, args ...string) string {
	t.Helper()
	return w.wait(t, w.start(t, args...), allowed, code)
}

// allowCores lets the program write core files, so that the search covers them.
func allowCores(t *testing.T) {
	t.Helper()
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = limit.Max
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		t.Fatal(err)
	}
}

package stormtest_test

// In these tests, system calls fail, the process has few file descriptors, or the file system
// has no locks.

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A spendingCommand is a command that gets a new token, which is not in a store yet.
type spendingCommand struct {
	name    string
	prepare func(t *testing.T, h *home)
	args    []string
}

func spendings() []spendingCommand {
	get := []string{"sso", "get-credentials", "--profile", "dev"}
	return []spendingCommand{
		{"refresh", expired, get},
		{"forced refresh", func(_ *testing.T, h *home) { h.srv.ExpireAccessTokens() }, get},
		{"refresh in the encrypted store", encryptedExpired, get},
		{"login", expired, []string{"sso", "login", "--no-browser", "--sso-session", "corp"}},
	}
}

// faults lists system calls that fail from some moment on, and their errors.
func faults() []string {
	const rename, write = "renameat,renameat2,rename", "write"
	calls := []string{"fsync", "close", "ftruncate", "pwrite64", rename, "unlinkat", "fchmod,fchown", rename + ",ftruncate", rename + ",pwrite64"}
	if !full() {
		return []string{"fsync:error=EINVAL", calls[1] + ":error=EIO", calls[2] + ":error=EIO", calls[3] + ":error=ENOSPC", rename + ":error=EBUSY", "openat:error=EMFILE"}
	}
	list := []string{"openat:error=EMFILE", "openat:error=ENFILE", "openat:error=EIO", "openat:error=EACCES", rename + ":error=EBUSY", write + ":error=EIO"}
	for _, call := range calls {
		for _, err := range []string{"EIO", "ENOSPC", "EINVAL", "EOPNOTSUPP", "ENOSYS", "EPERM"} {
			list = append(list, call+":error="+err)
		}
	}
	return list
}

func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace, which makes system calls fail, is not installed: run scripts/setup")
	}
}

// If a system call fails between the service's answer and the end of the command, no token is
// lost. The next command works without a new sign-in, and no token is revoked.
func TestFaultsAfterTheSpend(t *testing.T) {
	t.Parallel()
	needStrace(t)
	for _, s := range spendings() {
		for _, fault := range faults() {
			t.Run(s.name+"/"+fault, func(t *testing.T) {
				t.Parallel()
				h := newHome(t, emulator.Config{}, config)
				running, tracers := make(chan *proctest.Process, 1), make(chan *exec.Cmd, 1)
				url := front(t, h.srv.URL, func(asked *http.Request) {
					if asked.URL.Path != "/token" {
						return
					}
					select {
					case p := <-running: // the process under test
						tracers <- attach(t, p, fault)
					default: // the sign-in before it, or the commands after it
					}
				})
				h.useFor(url, "SSO_OIDC", "SSO")
				h.signIn(t)
				s.prepare(t, h)

				p := h.start(t, s.args...)
				running <- p
				h.approve(t, p)
				r := p.Wait(t)
				select {
				case tracer := <-tracers:
					_ = tracer.Wait() // it has the same exit code as the program
				default:
					t.Fatalf("the command did not ask for a token: exit %d, %s", r.Code, r.Stderr)
				}
				h.checkNothingLost(t, r)
			})
		}
	}
}

// If calls fail from the start, the command fails before it spends the token, or the failure
// is harmless.
func TestFaultsFromTheStart(t *testing.T) {
	t.Parallel()
	needStrace(t)
	for _, s := range spendings() {
		for _, fault := range faults() {
			if strings.HasPrefix(fault, "openat:") || strings.HasPrefix(fault, "write:") {
				continue // without this call the program does not start
			}
			t.Run(s.name+"/"+fault, func(t *testing.T) {
				t.Parallel()
				h := newHome(t, emulator.Config{}, config)
				h.signIn(t)
				s.prepare(t, h)
				p := h.startProgram(t, nil, append([]string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=" + fault, program}, s.args...)...)
				h.approve(t, p)
				h.checkNothingLost(t, p.Wait(t))
			})
		}
	}
}

// approve signs in as the user, if the program asks for a sign-in.
func (h *home) approve(t *testing.T, p *proctest.Process) {
	t.Helper()
	if p.Line[len(p.Line)-1] != "corp" {
		return
	}
	proctest.Eventually(t, "the sign-in address, or the end", func() bool { return p.Over() || address.MatchString(p.Stdout.String()) })
	if url := h.authorizeURL(p); url != "" {
		go func() { _ = h.srv.SignIn(t.Context(), url, user) }() // SignIn waits for the page
	}
}

// attach makes a system call of a running program fail.
func attach(t *testing.T, p *proctest.Process, fault string) *exec.Cmd {
	t.Helper()
	var said proctest.Output
	cmd := exec.CommandContext(t.Context(), "strace", "-f", "-o", "/dev/null", "-e", "inject="+fault, "-p", strconv.Itoa(p.Pid()))
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	proctest.Eventually(t, "strace", func() bool {
		return strings.Contains(said.String(), "attached") || strings.Contains(said.String(), "not permitted")
	})
	if !strings.Contains(said.String(), "attached") {
		t.Errorf("this system forbids tracing: %s", said.String())
	}
	return cmd
}

// checkNothingLost checks that the session still works, with the newest refresh token.
func (h *home) checkNothingLost(t *testing.T, r proctest.Result) {
	t.Helper()
	t.Logf("exit %d: %s", r.Code, r.Stderr)
	h.checkCount(t, "Logout", 0)
	for range 2 {
		h.forgetRoles(t)
		if next := h.credentials(t, "dev"); next.Code != 0 {
			t.Fatalf("the next command: exit %d: %s; want 0", next.Code, next.Stderr)
		}
		h.srv.ExpireAccessTokens() // the next command refreshes again
	}
	for _, path := range append(h.files(t, h.path(".aws"), ".kept"), h.files(t, h.path(".aws"), ".json")...) {
		if strings.HasSuffix(path, ".kept") {
			t.Errorf("%s was not moved to its place", path)
			continue
		}
		readJSON(t, path)
	}
	if signIns := h.srv.Count("CreateToken:authorization_code"); signIns > 1 {
		t.Errorf("%d sign-ins, want at most 1", signIns)
	}
}

// On a file system without locks, processes still take turns.
func TestStormWithoutLocks(t *testing.T) {
	t.Parallel()
	needStrace(t)
	for _, fault := range []string{"ENOLCK", "EOPNOTSUPP", "ENOSYS", "EINVAL"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			expired(t, h)
			h.slow(latency)
			gate, release, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			const n = 20
			processes := make([]*proctest.Process, n)
			for i := range processes {
				processes[i] = h.startProgram(t, gate, "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error="+fault,
					program, "sso", "get-credentials", "--profile", "dev")
			}
			_ = errors.Join(gate.Close(), release.Close()) // starts the processes
			results := make([]proctest.Result, n)
			for i, p := range processes {
				results[i] = p.Wait(t)
			}
			checkAnswers(t, results...)
			h.checkCount(t, "CreateToken", 1)
			h.checkCount(t, "GetRoleCredentials", 1)
		})
	}
}

// An agent with a low limit of open files reserves enough file descriptors for its own work.
// No process fails, and one refresh is enough.
func TestAgentWithFewDescriptors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		n    int
		args []string
	}{
		{"files", crowd, []string{"agent", "start"}},
		{"in memory", crowd / 4, []string{"agent", "start", "--in-memory"}},
	} {
		t.Run(tt.name, func(t *testing.T) { // not in parallel, because each case starts many processes
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			h.env = append(h.env, agent.SocketVariable+"="+h.path("agent.sock"))
			line := append([]string{"sh", "-c", `ulimit -n 64 && exec "$0" "$@"`, program}, tt.args...)
			if r := h.startProgram(t, nil, line...).Wait(t); r.Code != 0 {
				t.Fatalf("agent start: exit %d, %s; want 0", r.Code, r.Stderr)
			}
			defer func() { h.run(t, "agent", "stop", "--yes") }()
			h.srv.ExpireAccessTokens()
			results, _ := h.gather(t, tt.n, dev).run(t)
			checkAnswers(t, results...)
			h.checkCount(t, "CreateToken", 1)
			h.checkCount(t, "GetRoleCredentials", 2) // the first call used the expired token
			h.checkCount(t, "Logout", 0)
		})
	}
}

// Each file and folder is unreadable once. If a logout reports success, it has removed the
// token and the credentials.
func TestLogoutReportsUnreadableFiles(t *testing.T) {
	t.Parallel()
	needStrace(t)
	places := map[string]func(h *home) string{
		"the token":     func(h *home) string { return h.cache().TokenPath("corp") },
		"the folder":    func(h *home) string { return h.cache().SSO() },
		"the roles":     func(h *home) string { return h.cache().Roles() },
		"a role's file": func(h *home) string { return h.files(t, h.cache().Roles(), ".json")[0] },
	}
	for name, place := range places {
		for when := 1; when <= 5; when++ {
			t.Run(name+"/"+strconv.Itoa(when), func(t *testing.T) {
				t.Parallel()
				h := newHome(t, emulator.Config{}, config)
				h.signIn(t)
				if r := h.credentials(t, "dev"); r.Code != 0 {
					t.Fatalf("exit %d: %s", r.Code, r.Stderr)
				}
				fault := "inject=openat:error=EIO:when=" + strconv.Itoa(when)
				r := h.startProgram(t, nil, "strace", "-f", "-qq", "-o", "/dev/null", "-P", place(h), "-e", fault, program, "sso", "logout").Wait(t)
				left := append(h.files(t, h.cache().SSO(), ".json"), h.files(t, h.cache().Roles(), ".json")...)
				for _, path := range left {
					if readJSON(t, path)["clientSecret"] != nil && readJSON(t, path)["accessToken"] == nil {
						continue // a registration stays
					}
					if r.Code == 0 {
						t.Errorf("exit 0 and %s is not removed; want the file removed or an error: %s", path, r.Stderr)
					}
				}
			})
		}
	}
}

//go:build amd64 || arm64

package stormtest_test

// These tests kill each command at each system call that writes a file.

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

func TestKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	var left []string
	for _, w := range writers() {
		if !w.short && !full() {
			left = append(left, w.name)
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			whole := w.run(t, 0)
			if len(whole.calls) < 3 {
				t.Fatalf("the tracer saw only the calls %q", whole.calls)
			}
			for n := 1; n <= len(whole.calls); n++ {
				t.Run("before call "+strconv.Itoa(n), func(t *testing.T) { w.killed(t, n, whole) })
			}
			t.Logf("killed at %d calls: %s", len(whole.calls), strings.Join(whole.calls, ", "))
		})
	}
	if len(left) > 0 {
		t.Logf("left to make storm: %s", strings.Join(left, "; "))
	}
}

// A writer is a command that changes files, with a preparation of the files. The test kills
// the command before the first call that changes a file. It repeats this with the second
// call, and so on, until the command completes.
type writer struct {
	name    string
	short   bool // make test also runs it; make storm runs all writers
	grace   time.Duration
	config  string
	prepare func(t *testing.T, h *home)
	args    []string
	approve bool                        // the command waits for a sign-in
	ended   bool                        // the kill may end the session
	finish  func(t *testing.T, h *home) // after the kill and the next request
}

// A tracedRun holds the result of one run of a writer, which completed or was killed.
type tracedRun struct {
	home   *home
	code   int
	calls  []string
	before map[string][]byte // JSON files and the config, by path below the home
	config []byte            // after the command
}

// run prepares a home and runs the writer in it. It kills the writer at the n-th call.
func (w writer) run(t *testing.T, n int) tracedRun {
	t.Helper()
	h := newHome(t, emulator.Config{RefreshGrace: w.grace}, w.config)
	h.signIn(t)
	w.prepare(t, h)
	run := tracedRun{home: h, before: map[string][]byte{}}
	for _, path := range append(h.files(t, h.path(".aws"), ".json"), h.path(".aws", "config")) {
		run.before[path] = read(t, path)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "calls")
	under := *h
	under.env = append(slices.Clone(h.env), killVariable+"="+strconv.Itoa(n), logVariable+"="+log)
	p := under.startProgram(t, nil, append([]string{self, program}, w.args...)...)
	if w.approve {
		proctest.Eventually(t, "the sign-in address, or the end", func() bool { return p.Over() || address.MatchString(p.Stdout.String()) })
		if url := strings.TrimSpace(address.FindString(p.Stdout.String())); url != "" {
			_ = h.srv.SignIn(t.Context(), url, user) // the program may have been killed
		}
	}
	r := p.Wait(t)
	if strings.Contains(r.Stderr, cannotTrace) {
		t.Skip(r.Stderr)
	}
	if want := map[bool]int{true: 0, false: 137}[n == 0]; r.Code != want {
		t.Fatalf("exit %d, want %d: %s", r.Code, want, r.Stderr)
	}
	run.code, run.config = r.Code, read(t, h.path(".aws", "config"))
	run.calls = strings.Split(strings.TrimSpace(string(read(t, log))), "\n")
	return run
}

// portal matches the hash of the portal in a profile of profiles sync. Each home has its own portal.
var portal = regexp.MustCompile(`(?m)^(lanyard_sync = 1 \S+ \S+ \S+) [0-9a-f]{8} `)

// sameForAllPortals returns the content of a config without the hashes of the portal.
func sameForAllPortals(config []byte) string { return portal.ReplaceAllString(string(config), "$1 ") }

// killed kills the writer at its n-th call and checks the result.
func (w writer) killed(t *testing.T, n int, whole tracedRun) {
	run := w.run(t, n)
	h := run.home
	defer func() {
		if t.Failed() {
			t.Logf("killed at the last of %q", run.calls)
		}
	}()
	if string(run.config) != string(run.before[h.path(".aws", "config")]) && sameForAllPortals(run.config) != sameForAllPortals(whole.config) {
		t.Errorf("the config is neither the old one nor the new one:\n%s", run.config)
	}
	if h.corrupt(t) == 0 {
		h.checkFiles(t)
	}
	h.checkSuccessors(t, run.before)
	if r := h.run(t, "status"); r.Code != 0 {
		t.Errorf("status: exit %d: %s; want 0", r.Code, r.Stderr)
	}
	next := h.credentials(t, "dev")
	if next.Code != 0 && w.ended {
		checkEnded(t, next)
		h.signIn(t)
		next = h.credentials(t, "dev")
	}
	checkAnswers(t, next)
	if w.finish != nil {
		w.finish(t, h)
	}
	h.checkFiles(t)
}

// writers lists the commands that change the caches or the config.
func writers() []writer {
	get := []string{"sso", "get-credentials", "--profile", "dev"}
	login := []string{"sso", "login", "--no-browser", "--sso-session", "corp"}
	return []writer{
		{name: "refresh, grace", short: true, grace: grace, config: config, prepare: expired, args: get},
		{name: "refresh, single use", config: config, prepare: expired, args: get, ended: true},
		{name: "refresh with a copy for legacy profiles, grace", grace: grace, config: bothConfig, prepare: expired, args: get},
		{name: "early refresh", grace: grace, config: config, prepare: heldInItsWindow, args: get},
		{name: "role credentials", config: config, prepare: cold, args: get},
		{name: "login over an expired session", config: bothConfig, prepare: expired, args: login, approve: true},
		{name: "logout", config: config, prepare: held, args: []string{"sso", "logout"}, ended: true, finish: signsOut},
		{name: "configure set", config: config, prepare: held, args: []string{"configure", "set", "region", "eu-west-1", "--profile", "dev"}},
		{name: "profiles sync", config: config, prepare: held, args: []string{"profiles", "sync", "--yes"}},
		{name: "migration", config: config, prepare: hasKey, args: migration(encryptedStore), finish: migrates(encryptedStore)},
		{name: "migration back", config: config, prepare: encrypted, args: migration(fileStore), finish: migrates(fileStore)},
		{name: "refresh in the encrypted store, grace", grace: grace, config: config, prepare: encryptedExpired, args: get},
		{name: "refresh in the encrypted store, single use", config: config, prepare: encryptedExpired, args: get, ended: true},
	}
}

// migrates returns a check: a killed migration can be repeated, and the old store is then
// empty.
func migrates(to string) func(t *testing.T, h *home) {
	return func(t *testing.T, h *home) {
		h.mustRun(t, migration(to)...)
		checkAnswers(t, h.credentials(t, "dev"))
		plain, sealed := len(h.files(t, h.path(".aws"), ".json")), len(h.files(t, h.path(".aws"), ".age"))
		if to == encryptedStore && plain > 0 || to == fileStore && sealed > 0 {
			t.Errorf("after the migration to %s there are %d plaintext files and %d encrypted files", to, plain, sealed)
		}
		for _, path := range h.files(t, h.path(".aws"), "") {
			if to == encryptedStore && strings.Contains(string(read(t, path)), `"accessToken"`) {
				t.Errorf("%s has a plaintext token", path)
			}
		}
	}
}

// signsOut checks that a killed logout can be repeated. The store is then empty.
func signsOut(t *testing.T, h *home) {
	h.mustRun(t, "sso", "logout")
	checkEnded(t, h.credentials(t, "dev"))
	h.signIn(t)
	checkAnswers(t, h.credentials(t, "dev"))
}

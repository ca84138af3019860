//go:build unix

package leaktest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// TestFullRun runs every command with each store, with and without --debug, and searches for
// secrets after each command. The commands mostly wait, so the parts run in parallel.
// Failures run only with the file store and without --debug, because --debug only adds
// output. The test leaves out the store with a passphrase. Each process would derive the key
// again, and only the source of the key differs.
func TestFullRun(t *testing.T) {
	t.Parallel()
	for _, s := range append(stores(), keychain()) {
		for _, debug := range []bool{false, true} {
			for part, do := range map[string]func(*fixture, *testing.T){"use": (*fixture).use, "failures": (*fixture).failures, "refreshes that fail": (*fixture).failToRefresh} {
				if (part != "use" || s.brief) && !debug && s.move != nil || part != "use" && s.brief {
					continue
				}
				t.Run(fmt.Sprintf("%s/debug=%t/%s", s.name, debug, part), func(t *testing.T) {
					t.Parallel()
					w := newFixture(t)
					w.store, w.debug = s, debug
					s.prepare(t, w)
					w.moveIn(t)
					s.before(t, w)
					do(w, t)
					w.run(t, 0, 0, "sso", "logout")
					w.checkSignedOut(t)
					s.after(t, w)
					w.checkTexts(t, w.outputs)
					w.checkLearnt(t)
				})
			}
		}
	}
}

// moveIn leaves secrets in files, moves them into the store, and signs out. The next
// sign-in uses the store.
func (w *fixture) moveIn(t *testing.T) {
	t.Helper()
	w.signIn(t)
	w.run(t, key, 0, "sso", "get-credentials", "--profile", "dev")
	if w.store.move == nil {
		return
	}
	w.store.move(t, w)
	w.inFiles = 0
	w.checkFiles(t, "after the move to the store")
	w.run(t, key, 0, "sso", "get-credentials", "--profile", "dev")
	w.run(t, 0, 0, "sso", "logout")
	w.checkSignedOut(t)
	w.store.after(t, w)
}

func (w *fixture) signIns(t *testing.T) {
	t.Helper()
	w.signIn(t, "--use-device-code", "--no-browser")
	w.signIn(t, "--no-browser")
	w.signIn(t)
}

// use signs in with each kind of sign-in, and runs every command that makes requests.
func (w *fixture) use(t *testing.T) {
	t.Helper()
	w.signIns(t)
	w.ask(t)
	w.handOff(t)
	w.refreshes(t)
}

// failures makes requests, processes and files fail.
func (w *fixture) failures(t *testing.T) {
	t.Helper()
	w.signInWrongly(t)
	w.fail(t)
	w.unwritable(t)
	if !w.store.inMemory { // the agent refreshes that store
		w.quit(t)
	}
	w.signIn(t)
	w.srv.RevokeSessions(user)
	w.wait(t, w.start(t, spare...), 0, 255)
	for _, args := range asks[:2] {
		w.runAnyhow(t, args...)
	}
	w.signIn(t)
	w.run(t, key, 0, asks[0]...)
}

func (w *fixture) ask(t *testing.T) {
	t.Helper()
	formats := []string{"json", "yaml", "yaml-stream", "text", "table", "off"}
	if w.store.brief {
		formats = formats[:1]
	}
	for _, format := range formats {
		w.run(t, 0, 0, "status", "--output", format)
		w.run(t, 0, 0, "sts", "get-caller-identity", "--profile", "dev", "--output", format)
	}
	for _, args := range []string{
		"status", "status --check", "store", "configure list --profile dev", "version", "which", "s3 ls --profile dev",
		"ec2 describe-instances --profile dev", "s3api list-buckets --profile dev", "sso list-accounts --profile dev",
		"sso list-account-roles --account-id 111122223333 --profile dev", "agent unit systemd",
		"credentials write dev", "configure set aws_access_key_id AKIAOWN --profile mine", "credentials list", "credentials clean",
	} {
		w.run(t, 0, 0, strings.Fields(args)...)
	}
	// The keys of the entry were only in the credentials file, and are in no file after clean.
	if text, err := os.ReadFile(w.path("home/.aws/credentials")); err != nil || !strings.Contains(string(text), "AKIAOWN") {
		t.Errorf("the credentials file is %q, %v", w.hide(string(text)), err)
	} else if _, found := w.secrets.kindsIn(string(text), 0); len(found) > 0 {
		t.Errorf("after credentials clean, the credentials file holds %v", found)
	}
	// These commands print role keys.
	w.run(t, key, 0, "sso", "get-credentials", "--profile", "dev")
	for _, format := range []string{"process", "env", "env-no-export", "powershell", "windows-cmd", "fish"} {
		w.run(t, key, 0, "configure", "export-credentials", "--profile", "dev", "--format", format)
	}
	for _, format := range []string{"json", "text", "table", "yaml"} {
		w.run(t, key, 0, append(asks[0], "--output", format)...)
	}
	w.run(t, key, 0, "sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/Deploy", "--role-session-name", "leak", "--profile", "deployer")
}

// handOff runs a command that lanyard hands off to the AWS CLI. The AWS CLI prints its
// arguments and environment.
func (w *fixture) handOff(t *testing.T) {
	t.Helper()
	got := w.run(t, 0, 0, "codecatalyst", "list-spaces", "--profile", "dev")
	if !strings.Contains(got, "arguments: codecatalyst list-spaces") || !strings.Contains(got, "HOME="+w.path("home")) {
		t.Errorf("the command was not handed off: %s", w.hide(got))
	}
}

// refreshes runs commands with expired tokens, with an agent and without.
func (w *fixture) refreshes(t *testing.T) {
	t.Helper()
	w.wire.set(true, nil)
	w.signIn(t)
	if !w.store.inMemory {
		w.run(t, 0, 0, "agent", "start", "--stay")
	}
	w.run(t, key, 0, "sso", "get-credentials", "--profile", "deployer")
	w.refreshed(t)
	w.run(t, 0, 0, "agent", "status")
	w.run(t, 0, 0, "agent", "status", "--output", "json")
	if !w.store.inMemory {
		w.run(t, 0, 0, "agent", "stop", "--yes")
	}
	w.refreshed(t)
	w.wire.set(false, nil)
}

// refreshed uses the token until it is due and the program has refreshed it.
func (w *fixture) refreshed(t *testing.T) {
	t.Helper()
	w.srv.ResetCounts()
	proctest.Eventually(t, "a refresh", func() bool {
		w.run(t, 0, 0, "sso", "list-accounts", "--profile", "dev")
		return w.srv.Count("CreateToken") > 0
	})
}

// checkLearnt checks that the run has produced secrets, and outputs for the search.
func (w *fixture) checkLearnt(t *testing.T) {
	t.Helper()
	n := w.secrets.count()
	for k, least := range map[kind]int{token: 8, registration: 1, key: 2, code: 8, visit: 6} {
		if n[k] < least {
			t.Errorf("only %d of %s were recorded, want %d", n[k], k, least)
		}
	}
	checkPattern(t, w.secrets.fromTheEmulator())
	processes, agents := w.seen.count()
	if canLook && (processes < 2 || agents == 0 && w.store.inMemory) {
		t.Errorf("only %d processes and %d agents were seen", processes, agents)
	}
	t.Logf("%d secrets %v searched for in %d outputs and in files; %d processes seen, an agent %d times", len(w.secrets.values), n, len(w.outputs), processes, agents)
}

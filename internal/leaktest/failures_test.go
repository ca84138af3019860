//go:build unix

package leaktest_test

import (
	"net/http"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// asks are commands that ask each of the services for something, whatever lies in
// the cache.
var asks = [][]string{
	{"sso", "get-role-credentials", "--account-id", "111122223333", "--role-name", "AdministratorAccess", "--profile", "dev"},
	{"sso", "list-accounts", "--profile", "dev", "--cli-error-format", "json"},
	{"sts", "get-caller-identity", "--profile", "dev"},
	{"s3", "ls", "--profile", "dev"},
	{"s3api", "list-buckets", "--profile", "dev", "--cli-error-format", "yaml"},
	{"ec2", "describe-instances", "--profile", "dev"},
}

// fail has the services answer as they should not.
func (w *world) fail(t *testing.T) {
	t.Helper()
	w.signIn(t)
	some := asks
	if w.store.move != nil { // the rest has nothing to do with stores
		some = asks[:3]
	}
	for _, twist := range twists {
		w.wire.set(false, twist)
		for _, args := range some {
			w.runAnyhow(t, args...)
		}
	}
	w.wire.set(false, nil)
	for _, f := range faults {
		f.Operation = "GetRoleCredentials"
		w.srv.AddFault(f)
		w.runAnyhow(t, asks[0]...)
		w.srv.ClearFaults()
	}
	w.run(t, 0, 254, "sso", "get-credentials", "--profile", "no-role")
}

var twists = []twist{inMessage, inCode, noJSON, wrongTypes}

var faults = []emulator.Fault{{Status: 403}, {Status: 429}, {Status: 500}, {Drop: true}, {Truncate: true}, {ContentType: "text/html"}}

// failToRenew does the same to renewals. Some of them end the session.
func (w *world) failToRenew(t *testing.T) {
	t.Helper()
	for _, twist := range twists {
		w.mustRenew(t)
		w.wire.set(false, func(rw http.ResponseWriter, r *http.Request, body []byte) bool {
			return r.URL.Path == "/token" && twist(rw, r, body)
		})
		w.wait(t, w.start(t, spare...), 0, anyCode)
		w.wire.set(false, nil)
	}
	for _, f := range faults[:len(faults)-1] { // the type of an answer is not looked at
		w.mustRenew(t)
		f.Operation = "CreateToken"
		w.srv.AddFault(f)
		w.wait(t, w.start(t, spare...), 0, anyCode)
		w.srv.ClearFaults()
	}
}

// spare asks for the keys of a role that are never got, so that they are in no cache.
var spare = []string{"sso", "get-credentials", "--profile", "spare"}

// mustRenew has somebody signed in with a token that the service does not take any
// more.
func (w *world) mustRenew(t *testing.T) {
	t.Helper()
	w.signIn(t)
	w.srv.ExpireAccessTokens()
}

// runAnyhow runs a command that may fail or not.
func (w *world) runAnyhow(t *testing.T, args ...string) {
	t.Helper()
	may := kind(0)
	if slices.Contains(args, "get-role-credentials") {
		may = key
	}
	w.wait(t, w.start(t, args...), may, anyCode)
}

// quit ends a process in the middle of a renewal by the signal at which Go shows
// what all goroutines do, and another by Ctrl-C.
func (w *world) quit(t *testing.T) {
	t.Helper()
	for _, tt := range []struct {
		signal syscall.Signal
		delay  time.Duration
		code   int
	}{{syscall.SIGQUIT, tooLong, 2}, {syscall.SIGINT, 200 * time.Millisecond, 130}} {
		w.mustRenew(t)
		w.srv.ResetCounts()
		w.srv.AddFault(emulator.Fault{Operation: "CreateToken", Delay: tt.delay})
		p := w.start(t, spare...)
		eventually(t, "the renewal", func() bool { return w.srv.Count("CreateToken") > 0 })
		p.signal(t, tt.signal)
		w.wait(t, p, 0, tt.code)
		w.srv.ClearFaults()
	}
}

// unwritable puts a file in the place of each cache folder.
func (w *world) unwritable(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"home/.aws/cli/cache", "home/.aws/sso/cache"} {
		if err := os.Rename(w.path(dir), w.path("aside/cache")); err != nil {
			t.Fatal(err)
		}
		w.write(t, dir, "", 0o600)
		w.runAnyhow(t, asks[0]...)
		w.runAnyhow(t, "sts", "get-caller-identity", "--profile", "dev")
		w.runAnyhow(t, "status")
		if err := os.Remove(w.path(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(w.path("aside/cache"), w.path(dir)); err != nil {
			t.Fatal(err)
		}
	}
}

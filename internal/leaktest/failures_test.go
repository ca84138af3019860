//go:build unix

package leaktest_test

// In these tests, services send wrong replies, processes are stopped, folders are read-only,
// and files are corrupt.

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// asks lists commands that make a request to each service, even if the cache has an answer.
var asks = [][]string{
	{"sso", "get-role-credentials", "--account-id", "111122223333", "--role-name", "AdministratorAccess", "--profile", "dev"},
	{"sso", "list-accounts", "--profile", "dev", "--cli-error-format", "json"},
	{"sts", "get-caller-identity", "--profile", "dev"},
	{"s3", "ls", "--profile", "dev"},
	{"s3api", "list-buckets", "--profile", "dev", "--cli-error-format", "yaml"},
	{"ec2", "describe-instances", "--profile", "dev"},
}

// fail runs commands while the services send wrong replies.
func (w *fixture) fail(t *testing.T) {
	t.Helper()
	w.signIn(t)
	some := asks
	if w.store.move != nil { // the other failures do not depend on the store
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

// failToRefresh runs commands while the services send wrong replies to refreshes. Some of
// these replies end the session.
func (w *fixture) failToRefresh(t *testing.T) {
	t.Helper()
	for _, twist := range twists {
		w.mustRefresh(t)
		w.wire.set(false, func(rw http.ResponseWriter, r *http.Request, body []byte) bool {
			return r.URL.Path == "/token" && twist(rw, r, body)
		})
		w.wait(t, w.start(t, spare...), 0, anyCode)
		w.wire.set(false, nil)
	}
	for _, f := range faults[:len(faults)-1] { // the program does not check the content type
		w.mustRefresh(t)
		f.Operation = "CreateToken"
		w.srv.AddFault(f)
		w.wait(t, w.start(t, spare...), 0, anyCode)
		w.srv.ClearFaults()
	}
}

// spare asks for the keys of a role. The service never issues these keys, so they are never
// in a cache.
var spare = []string{"sso", "get-credentials", "--profile", "spare"}

// mustRefresh signs in and makes the service refuse the token, so that the next command
// has to refresh it.
func (w *fixture) mustRefresh(t *testing.T) {
	t.Helper()
	w.signIn(t)
	w.srv.ExpireAccessTokens()
}

// runAnyhow runs a command that can succeed or fail.
func (w *fixture) runAnyhow(t *testing.T, args ...string) {
	t.Helper()
	may := kind(0)
	if slices.Contains(args, "get-role-credentials") {
		may = key
	}
	w.wait(t, w.start(t, args...), may, anyCode)
}

// quit ends one process during a refresh with SIGQUIT, and another process with Ctrl-C. At
// SIGQUIT, Go prints the stacks of all goroutines.
func (w *fixture) quit(t *testing.T) {
	t.Helper()
	for _, tt := range []struct {
		signal syscall.Signal
		delay  time.Duration
		code   int
	}{{syscall.SIGQUIT, proctest.TooLong, 2}, {syscall.SIGINT, 200 * time.Millisecond, 130}} {
		w.mustRefresh(t)
		w.srv.ResetCounts()
		w.srv.AddFault(emulator.Fault{Operation: "CreateToken", Delay: tt.delay})
		p := w.start(t, spare...)
		proctest.Eventually(t, "the refresh", func() bool { return w.srv.Count("CreateToken") > 0 })
		p.Signal(t, tt.signal)
		w.wait(t, p, 0, tt.code)
		w.srv.ClearFaults()
	}
}

// unwritable replaces each cache folder by a file.
func (w *fixture) unwritable(t *testing.T) {
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

// TestCorruptFiles damages files of the AWS CLI's caches, but keeps the secrets in them. Each
// command waits a while, because another program may be writing the file. So the subtests run
// in parallel.
func TestCorruptFiles(t *testing.T) {
	t.Parallel()
	for _, file := range []struct{ name, pattern, secret, date string }{
		{"token", "home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", "accessToken", "expiresAt"},
		{"end of the registration", "home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", "refreshToken", "registrationExpiresAt"},
		{"role", "home/.aws/cli/cache/*.json", "SessionToken", "Expiration"},
	} {
		t.Run(file.name, func(t *testing.T) {
			t.Parallel()
			for name, spoil := range map[string]func(data []byte, secret string, o, inner map[string]any) []byte{
				"half": func(data []byte, _ string, _, _ map[string]any) []byte { return data[:len(data)-3] },
				"more": func(data []byte, _ string, _, _ map[string]any) []byte { return append(data, "\"x"...) },
				"bare": func(_ []byte, secret string, _, _ map[string]any) []byte { return []byte(secret) },
				"for a date": func(_ []byte, secret string, o, inner map[string]any) []byte {
					inner[file.date] = secret
					return encode(o)
				},
				"for a name": func(_ []byte, secret string, o, inner map[string]any) []byte {
					o[secret] = 1
					inner[file.date] = 1
					return encode(o)
				},
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w := newFixture(t)
					w.debug = true
					w.signIn(t)
					w.run(t, key, 0, "sso", "get-credentials", "--profile", "dev")
					paths, err := filepath.Glob(w.path(file.pattern))
					if err != nil || len(paths) != 1 {
						t.Fatalf("%q, %v; want one file", paths, err)
					}
					data, err := os.ReadFile(paths[0])
					if err != nil {
						t.Fatal(err)
					}
					var o map[string]any
					if err := json.Unmarshal(data, &o); err != nil {
						t.Fatal(err)
					}
					inner := o
					if c, ok := o["Credentials"].(map[string]any); ok {
						inner = c
					}
					secret, ok := inner[file.secret].(string)
					if !ok {
						t.Fatalf("%s not found", file.secret)
					}
					if err := os.WriteFile(paths[0], spoil(bytes.TrimSpace(data), secret, o, inner), 0o600); err != nil {
						t.Fatal(err)
					}
					for _, args := range [][]string{asks[0], {"status"}, {"sts", "get-caller-identity", "--profile", "dev"}, {"store"}, {"sso", "logout"}} {
						w.runAnyhow(t, args...)
					}
				})
			}
		})
	}
}

func encode(o map[string]any) []byte {
	data, err := json.Marshal(o)
	if err != nil { // it was decoded from JSON
		panic(err)
	}
	return data
}

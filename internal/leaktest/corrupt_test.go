//go:build unix

package leaktest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestCorruptFiles spoils the files of the AWS CLI's caches in ways that leave the
// secrets in them. Each command waits a while for a writer who might be at it, so
// all of them wait side by side.
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
					w := newWorld(t)
					w.debug = true
					w.signIn(t)
					w.run(t, key, 0, "sso", "get-credentials", "--profile", "dev")
					paths, err := filepath.Glob(w.path(file.pattern))
					if err != nil || len(paths) != 1 {
						t.Fatalf("%q, %v", paths, err)
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
						t.Fatalf("there is no %s", file.secret)
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
	if err != nil { // it came out of JSON
		panic(err)
	}
	return data
}

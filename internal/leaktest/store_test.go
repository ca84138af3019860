//go:build unix

package leaktest_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
)

// A store is the place of a run's secrets.
type store struct {
	name string
	// prepare sets up the store, before the sign-in.
	prepare func(*testing.T, *fixture)
	// move moves the secrets from files into the store, and leaves no secrets in the files. It
	// is nil for the file store.
	move func(*testing.T, *fixture)
	// before and after run around each sign-in that uses the store.
	before, after func(*testing.T, *fixture)
	// opened returns the contents of the store by name, for the search.
	opened   func(*testing.T, *fixture) map[string]string
	inMemory bool
	brief    bool // run only a part, because this store is slow
}

func nothing(*testing.T, *fixture) {}

func closed(*testing.T, *fixture) map[string]string { return nil }

// stores lists every store except the keychain. Some systems have no keychain.
func stores() []store {
	return []store{
		{name: "file", prepare: nothing, before: nothing, after: nothing, opened: closed},
		{
			name: "encrypted by a key", before: nothing, after: nothing,
			prepare: func(t *testing.T, w *fixture) {
				id, err := age.GenerateX25519Identity()
				if err != nil {
					t.Fatal(err)
				}
				w.secrets.learn(own, "age key", id.String(), false)
				w.write(t, "aside/key.txt", id.String()+"\n", 0o600)
			},
			move: func(t *testing.T, w *fixture) {
				w.run(t, 0, 0, "store", "migrate", "--to", "encrypted", "--age-identity", w.path("aside/key.txt"), "--yes")
			},
			opened: decrypted,
		},
		{
			name: "encrypted by a passphrase", brief: true, before: nothing, after: nothing, opened: closed,
			prepare: func(t *testing.T, w *fixture) {
				passphrase := rand.Text()
				w.secrets.learn(own, "passphrase", passphrase, false)
				w.write(t, "aside/passphrase", passphrase+"\n", 0o600)
				w.env = append(w.env, "LANYARD_PASSPHRASE_COMMAND=cat "+w.path("aside/passphrase"))
			},
			move: func(t *testing.T, w *fixture) { w.run(t, 0, 0, "store", "migrate", "--to", "encrypted", "--yes") },
		},
		{
			name: "memory of the agent", prepare: nothing, opened: closed, inMemory: true,
			move: func(t *testing.T, w *fixture) {
				w.run(t, 0, 0, "agent", "start", "--in-memory", "--stay")
				w.run(t, 0, 0, "store", "migrate", "--to", "agent", "--yes")
			},
			before: func(t *testing.T, w *fixture) {
				w.run(t, 0, 0, "agent", "start", "--in-memory", "--stay")
				w.inFiles = 0
				w.checkFiles(t, "after the agent has begun")
			},
			after: func(t *testing.T, w *fixture) {
				w.inFiles = registration // the registration returns to the files when the agent ends
				w.run(t, 0, 0, "agent", "stop", "--yes")
			},
		},
	}
}

// decrypted returns the plaintext of every file of the encrypted store.
func decrypted(t *testing.T, w *fixture) map[string]string {
	t.Helper()
	text, err := os.ReadFile(w.path("aside/key.txt"))
	if err != nil {
		t.Fatal(err)
	}
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(w.path("home/.aws/lanyard/*.age"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := age.Decrypt(bytes.NewReader(data), ids...)
		if err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
		plain, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = string(plain)
	}
	if len(all) == 0 {
		t.Error("the store is empty; the registration should be in it")
	}
	return all
}

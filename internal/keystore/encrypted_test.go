package keystore_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// keyFile writes an SSH private key. The passphrase may be empty.
func keyFile(t *testing.T, key any, passphrase string) string {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return textFile(t, string(pem.EncodeToMemory(block)))
}

func textFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEncryptedWithEachKindOfKey(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	const passphrase = "correct horse"
	tests := []struct {
		name, key string // key "" means that the store has only a passphrase
		asked     int
	}{
		{"age", textFile(t, "# mine\n"+x.String()+"\n"), 0},
		{"age, post-quantum", textFile(t, hybrid.String()+"\n"), 0},
		{"SSH ed25519", keyFile(t, ed, ""), 0},
		{"SSH rsa", keyFile(t, rsaKey, ""), 0},
		{"SSH ed25519 with a passphrase", keyFile(t, ed, passphrase), 1},
		{"a passphrase", "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, asked := files(t), 0
			f.Backends = &keystore.Backends{}
			f.Backends.Open = func(string) (keystore.Backend, error) {
				return keystore.OpenEncrypted(f, func(what, command string) (secret.String, error) {
					asked++
					return secret.New(passphrase), nil
				})
			}
			if err := f.Try(keystore.Encrypted); !errors.Is(err, keystore.ErrNoKeys) {
				t.Fatalf("before the store is set up: %v, want ErrNoKeys", err)
			}
			var keys keystore.Keys
			var err error
			if tt.key == "" {
				keys, err = keystore.NewPassphraseKeys(f, secret.New(passphrase), "")
			} else {
				keys, err = keystore.KeysFor(tt.key)
			}
			if err == nil {
				err = keys.Save(f)
			}
			if err != nil {
				t.Fatal(err)
			}
			f.Backends = &keystore.Backends{Open: f.Backends.Open}
			if err := f.SaveToken("corp", token); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Move("corp", keystore.Encrypted, []string{f.TokenPath("corp")}); err != nil {
				t.Fatal(err)
			}
			got, err := f.LoadToken("corp")
			if err != nil || !got.AccessToken.Equal(token.AccessToken) || asked != tt.asked {
				t.Errorf("%v, %v; asked for the passphrase %d times", got, err, asked)
			}
			if _, err := os.Stat(f.TokenPath("corp")); err == nil {
				t.Error("the plaintext token still exists")
			}
		})
	}
}

func TestInvalidKeys(t *testing.T) {
	tests := []struct{ name, text string }{
		{"nothing", ""},
		{"no key", "not a key\n"},
		{"a truncated age key", "AGE-SECRET-KEY-1QQQQ\n"},
		{"a public key", "ssh-ed25519 AAAA me\n"},
		{"a broken private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := keystore.KeysFor(textFile(t, tt.text))
			if err == nil || strings.Contains(err.Error(), "QQQQ") || strings.Contains(err.Error(), "not a key") {
				t.Errorf("error %v, want an error that does not quote the file", err)
			}
		})
	}
}

// A move dies before it removes the encrypted value. The next move removes that value.
func TestNextMoveRemovesOldValue(t *testing.T) {
	f := files(t)
	f.Backends = &keystore.Backends{Open: func(string) (keystore.Backend, error) { return keystore.OpenEncrypted(f, nil) }}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keystore.KeysFor(textFile(t, id.String()+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(keys.Save(f), f.SaveToken("corp", token)); err != nil {
		t.Fatal(err)
	}
	move := func(to string) {
		t.Helper()
		if _, err := f.Move("corp", to, []string{f.TokenPath("corp")}); err != nil {
			t.Fatal(err)
		}
	}
	move(keystore.Encrypted)
	sealed, err := filepath.Glob(filepath.Join(keystore.EncryptedFolder(f.Home), "*.age"))
	if err != nil || len(sealed) != 1 {
		t.Fatalf("%q, %v; want one file", sealed, err)
	}
	content, err := os.ReadFile(sealed[0])
	if err != nil {
		t.Fatal(err)
	}
	move(keystore.File)
	if err := os.WriteFile(sealed[0], content, 0o600); err != nil {
		t.Fatal(err)
	}
	move(keystore.File)
	if _, err := os.Stat(sealed[0]); err == nil {
		t.Error("the encrypted value still exists")
	}
	if got, err := f.LoadToken("corp"); err != nil || !got.AccessToken.Equal(token.AccessToken) {
		t.Errorf("token %v, error %v; want the stored token", got, err)
	}
}

// Role credentials go to the store of their session. A sign-out keeps the session's marker.
func TestCredentialsFollowTheSessionMarker(t *testing.T) {
	f := files(t)
	v := backend{}
	f.Backends = &keystore.Backends{Open: func(string) (keystore.Backend, error) { return v, nil }}
	if _, err := f.Move("corp", keystore.Keychain, []string{f.TokenPath("corp")}); err != nil {
		t.Fatal(err)
	}
	creds := ssocache.Credentials{
		AccessKeyID: "A", SecretAccessKey: secret.New("s"), SessionToken: secret.New("t"),
		Expiration: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Session: "corp",
	}
	if err := errors.Join(f.SaveToken("corp", token), f.SaveCredentials("r.json", creds)); err != nil {
		t.Fatal(err)
	}
	if len(v) != 2 || len(f.Tokens()) != 1 || len(f.Credentials()) != 1 {
		t.Errorf("%d values, %d tokens, %d roles; want 2, 1, 1", len(v), len(f.Tokens()), len(f.Credentials()))
	}
	for _, path := range []string{f.TokenPath("corp"), filepath.Join(f.Roles(), "r.json")} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is plaintext, want no file", path)
		}
		if err := f.Remove(path); err != nil {
			t.Error(err)
		}
	}
	if _, err := f.LoadToken("corp"); !errors.Is(err, ssocache.ErrNotFound) {
		t.Errorf("after the removal of the token: %v, want ErrNotFound", err)
	}
	if store, err := f.Store("corp"); store != keystore.Keychain || err != nil || len(v) != 0 {
		t.Errorf("store %s, %v; %d values left; want the keychain, and none", store, err, len(v))
	}
	other := creds
	other.Session = "other"
	if err := f.SaveCredentials("o.json", other); err != nil || len(v) != 0 {
		t.Errorf("the credentials of a session in the file store went to the keychain: %v", err)
	}
}

// A backend is a backend in memory.
type backend map[string][]byte

func (v backend) Load(name string) ([]byte, error) {
	if data, ok := v[name]; ok {
		return data, nil
	}
	return nil, ssocache.ErrNotFound
}
func (v backend) Remove(name string) error { delete(v, name); return nil }
func (v backend) Prepare(name string) (keystore.Pending, error) {
	return place{v, name}, nil
}

type place struct {
	backend backend
	name    string
}

func (p place) Commit(data []byte) error { p.backend[p.name] = data; return nil }
func (p place) Abort()                   {}

package keystore_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

var token = ssocache.Token{AccessToken: secret.New("a"), ExpiresAt: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}

func files(t *testing.T) keystore.Files {
	return keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}}
}

func TestSavedFilesArePrivate(t *testing.T) {
	f := files(t)
	if err := f.SaveToken("corp", token); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]os.FileMode{f.TokenPath("corp"): 0o600, f.SSO(): 0o700} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
}

func TestRootCreatesNothingInAnotherHome(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	f := files(t)
	if err := os.Chown(f.Home, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	if err := f.SaveToken("corp", token); !errors.Is(err, keystore.ErrForeignHome) {
		t.Errorf("error %v, want ErrForeignHome", err)
	}
	if entries, _ := os.ReadDir(f.Home); len(entries) != 0 {
		t.Errorf("created %v, want nothing", entries)
	}
}

func TestRootKeepsTheOwnerOfAMountedFolder(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	f := files(t)
	if err := f.MakeFolder(f.SSO()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(f.SSO(), 1000, 1000); err != nil {
		t.Fatal(err)
	}
	if err := f.SaveToken("corp", token); err != nil {
		t.Fatal(err)
	}
	if uid := owner(t, f.TokenPath("corp")); uid != 1000 {
		t.Errorf("the token belongs to user %d, want the folder's owner 1000", uid)
	}
}

func TestSweepRemovesOldTemporaryFilesOnly(t *testing.T) {
	d := files(t)
	if err := d.SaveToken("corp", token); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(d.SSO(), "."+ssocache.TokenName("corp")+atomicfile.TempInfix+"123")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d.Sweep(time.Now())
	if _, err := os.Stat(left); err != nil {
		t.Errorf("a new temporary file was removed: %v", err)
	}
	d.Sweep(time.Now().Add(2 * time.Hour))
	if _, err := os.Stat(left); err == nil {
		t.Error("an old temporary file was not removed")
	}
	if got := d.Tokens(); len(got) != 1 {
		t.Errorf("%d tokens listed, want 1", len(got))
	}
}

// DropRegistration removes the client's registrations under all file names. It keeps other
// clients, and tokens that name the client.
func TestDropRegistration(t *testing.T) {
	f := files(t)
	tok := token
	tok.ClientID, tok.ClientSecret = "dead", secret.New("s")
	if err := f.SaveToken("corp", tok); err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{
		ssocache.RegistrationName("https://x.awsapps.com/start", "us-east-1", "corp", []string{"sso:account:access"}): "dead",
		ssocache.RegistrationName("https://x.awsapps.com/start", "us-east-1", "", nil):                                "dead",
		"botocore-client-id-us-east-1.json":             "dead",
		"0000000000000000000000000000000000000000.json": "alive",
	} {
		reg := ssocache.Registration{ClientID: id, ClientSecret: secret.New("s"), ExpiresAt: token.ExpiresAt}
		if err := f.SaveRegistration("corp", name, reg); err != nil {
			t.Fatal(err)
		}
	}
	broken := filepath.Join(f.SSO(), "broken.json")
	if err := os.WriteFile(broken, []byte(`{"clientId": "dead", "clientSe`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.DropRegistration("dead"); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(f.SSO(), "*.json"))
	want := []string{filepath.Join(f.SSO(), "0000000000000000000000000000000000000000.json"), broken, f.TokenPath("corp")}
	slices.Sort(want)
	if !slices.Equal(left, want) {
		t.Errorf("files left: %q, want %q", left, want)
	}
}

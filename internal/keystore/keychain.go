package keystore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"
)

// Service is the name under which the keychain keeps our entries.
const Service = "lanyard"

// keychainDeadline is how long one call may take. A keychain that waits for a
// person waits without end; whoever started us may have a limit of its own (the
// AWS SDKs give a credential_process a minute).
const keychainDeadline = 10 * time.Second

// A KeychainOptions says how to reach the keychain. The zero value works.
type KeychainOptions struct {
	Deadline  time.Duration               // of one call; 0 means 10 s
	LookupEnv func(string) (string, bool) // for the address of the session bus; nil means unknown
}

// A keychain is a [Vault] in the operating system's keychain: macOS Keychain, a
// Secret Service, or the Windows Credential Manager.
type keychain struct{ entries }

// OpenKeychain returns the keychain. Nothing is asked of it yet; only that there is
// none at all is found out.
func OpenKeychain(o KeychainOptions) (Vault, error) {
	if o.Deadline <= 0 {
		o.Deadline = keychainDeadline
	}
	if err := haveBus(o.LookupEnv); err != nil {
		return nil, err
	}
	return &keychain{entries{ring: &patientRing{ring: systemRing{}, deadline: o.Deadline}, limit: entryLimit(runtime.GOOS)}}, nil
}

// entryLimit is how many bytes one entry takes. macOS takes a command line of 4,096
// bytes with the value in base64, Windows 2,560 bytes.
func entryLimit(goos string) int {
	switch goos {
	case "darwin", "windows":
		return 2000
	}
	return 64 << 10
}

// haveBus refuses where there is no session bus: the library would start one, in
// which no keychain lives.
func haveBus(lookup func(string) (string, bool)) error {
	if lookup == nil || runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return nil
	}
	if address, _ := lookup("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return nil
	}
	folder, _ := lookup("XDG_RUNTIME_DIR")
	if folder == "" {
		folder = fmt.Sprintf("/run/user/%d", os.Getuid())
	}
	if _, err := os.Stat(filepath.Join(folder, "bus")); err == nil {
		return nil
	}
	return &StoreError{
		Keychain, ErrNoKeychain,
		"there is no session bus (DBUS_SESSION_BUS_ADDRESS): run it in the desktop session, or use: lanyard store migrate --to encrypted",
	}
}

// systemRing is the library.
type systemRing struct{}

func (systemRing) Get(user string) (string, error) {
	v, err := keyring.Get(Service, user)
	return v, explainRing(err)
}

func (systemRing) Set(user, value string) error {
	return explainRing(keyring.Set(Service, user, value))
}

func (systemRing) Delete(user string) error { return explainRing(keyring.Delete(Service, user)) }

func explainRing(err error) error {
	if errors.Is(err, keyring.ErrNotFound) {
		return errNoEntry
	}
	return explainSystem(err)
}

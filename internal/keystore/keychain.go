package keystore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// Service is the service name of lanyard's entries in the keychain.
const Service = "lanyard"

// KeychainOptions holds the options of [OpenKeychain]. The zero value works.
type KeychainOptions struct {
	Deadline  time.Duration               // of one call; 0 means 10 s
	LookupEnv func(string) (string, bool) // to find a session bus; nil means that the keychain needs no bus
}

// keychainDeadline is how long one call may take. A keychain that asks the user for a
// password waits forever. The caller of lanyard may have a timeout: the AWS SDKs give a
// credential_process one minute.
const keychainDeadline = 10 * time.Second

// Reasons why a keychain cannot be used.
var (
	ErrNoKeychain     = errors.New("there is no keychain")
	ErrKeychainLocked = errors.New("the keychain is locked")
	ErrKeychainSilent = errors.New("the keychain does not answer")
)

// A keychain is a [Backend] in the operating system's keychain: macOS Keychain, a
// Secret Service, or the Windows Credential Manager.
type keychain struct{ entries }

// OpenKeychain returns the keychain. It fails if the system has no keychain, but does not
// call the keychain yet.
func OpenKeychain(o KeychainOptions) (Backend, error) {
	if o.Deadline <= 0 {
		o.Deadline = keychainDeadline
	}
	if err := haveBus(o.LookupEnv); err != nil {
		return nil, err
	}
	return &keychain{entries{ring: &timeoutRing{ring: systemRing{}, deadline: o.Deadline}, limit: entryLimit(runtime.GOOS)}}, nil
}

// entryLimit returns the maximum size of an entry in bytes. On macOS the value is passed in
// base64 on a command line of 4,096 bytes; Windows allows 2,560 bytes.
func entryLimit(goos string) int {
	switch goos {
	case "darwin", "windows":
		return 2000
	}
	return 64 << 10
}

// haveBus returns an error if no session bus exists. Without this check, the library would
// start a new bus, which has no keychain.
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
		"run lanyard in the desktop session, which has a session bus (DBUS_SESSION_BUS_ADDRESS), or use another store: lanyard store migrate --to encrypted",
	}
}

// errNoEntry means that the keychain has no such entry.
var errNoEntry = errors.New("no such entry")

// A ring is a keyring with one value for each user name.
type ring interface {
	Get(user string) (string, error) // returns errNoEntry if the entry does not exist
	Set(user, value string) error
	Delete(user string) error // returns errNoEntry if the entry does not exist
}

// systemRing is the system's keychain, through the library.
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

// A timeoutRing is a ring whose calls have a timeout. A call that takes too long continues in
// the background, because Go cannot stop it. After one timeout, every call fails at once.
type timeoutRing struct {
	ring     ring
	deadline time.Duration

	mu     sync.Mutex
	failed error
}

func (p *timeoutRing) Get(user string) (string, error) {
	var value string
	err := p.call(func() (err error) { value, err = p.ring.Get(user); return err })
	if err != nil {
		return "", err // the abandoned call may still write to value
	}
	return value, nil
}

func (p *timeoutRing) Set(user, value string) error {
	return p.call(func() error { return p.ring.Set(user, value) })
}

func (p *timeoutRing) Delete(user string) error {
	return p.call(func() error { return p.ring.Delete(user) })
}

func (p *timeoutRing) call(f func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed != nil {
		return p.failed
	}
	done := make(chan error, 1)
	go func() { done <- f() }()
	timer := time.NewTimer(p.deadline)
	defer timer.Stop()
	select {
	case err := <-done:
		if errors.Is(err, ErrKeychainLocked) || errors.Is(err, ErrNoKeychain) {
			p.failed = err // do not ask the user for the password again
		}
		return err
	case <-timer.C:
		p.failed = &StoreError{
			Keychain, fmt.Errorf("%w within %s", ErrKeychainSilent, p.deadline),
			"unlock the keychain (it may be waiting for its password in a window) and try again, " +
				"or allow more time: LANYARD_KEYCHAIN_TIMEOUT=60",
		}
		return p.failed
	}
}

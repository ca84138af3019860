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

// Service is the name under which the keychain keeps our entries.
const Service = "lanyard"

// KeychainOptions say how to reach the keychain. The zero value works.
type KeychainOptions struct {
	Deadline  time.Duration               // of one call; 0 means 10 s
	LookupEnv func(string) (string, bool) // for the address of the session bus; nil means unknown
}

// keychainDeadline is how long one call may take. A keychain that asks the user waits
// without end, and the program that started us may have a limit of its own (the AWS SDKs
// give a credential_process a minute).
const keychainDeadline = 10 * time.Second

// Why a keychain cannot be used.
var (
	ErrNoKeychain     = errors.New("there is no keychain")
	ErrKeychainLocked = errors.New("the keychain is locked")
	ErrKeychainSilent = errors.New("the keychain does not answer")
)

// A keychain is a [Backend] in the operating system's keychain: macOS Keychain, a
// Secret Service, or the Windows Credential Manager.
type keychain struct{ entries }

// OpenKeychain returns the keychain. It does not call the keychain yet, and fails if there
// is none.
func OpenKeychain(o KeychainOptions) (Backend, error) {
	if o.Deadline <= 0 {
		o.Deadline = keychainDeadline
	}
	if err := haveBus(o.LookupEnv); err != nil {
		return nil, err
	}
	return &keychain{entries{ring: &timeoutRing{ring: systemRing{}, deadline: o.Deadline}, limit: entryLimit(runtime.GOOS)}}, nil
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

// haveBus returns an error if there is no session bus. The library would start one, on
// which there is no keychain.
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

// errNoEntry says that the keychain has no such entry.
var errNoEntry = errors.New("no such entry")

// A ring is a keychain: one value for each user name.
type ring interface {
	Get(user string) (string, error) // errNoEntry if there is none
	Set(user, value string) error
	Delete(user string) error // errNoEntry if there is none
}

// systemRing is the keychain of the system, through the library.
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

// A timeoutRing abandons a call that takes too long. The call itself cannot be
// stopped, so once abandoned, the ring is not asked again by this process.
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
		return "", err // value may still be written to
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
			p.failed = err // nobody wants to be asked for the password again and again
		}
		return err
	case <-timer.C:
		p.failed = &StoreError{
			Keychain, fmt.Errorf("%w within %s", ErrKeychainSilent, p.deadline),
			"it may be waiting for its password in a window; unlock it and run this again, " +
				"or give it more time: LANYARD_KEYCHAIN_TIMEOUT=60",
		}
		return p.failed
	}
}

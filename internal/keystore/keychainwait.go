package keystore

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Why a keychain cannot be used.
var (
	ErrNoKeychain     = errors.New("there is no keychain")
	ErrKeychainLocked = errors.New("the keychain is locked")
	ErrKeychainSilent = errors.New("the keychain does not answer")
)

// errNoEntry says that the keychain has no such entry.
var errNoEntry = errors.New("no such entry")

// A ring is a keychain: one value for each user name.
type ring interface {
	Get(user string) (string, error) // errNoEntry if there is none
	Set(user, value string) error
	Delete(user string) error // errNoEntry if there is none
}

// A patientRing abandons a call that takes too long. The call itself cannot be
// stopped, so once abandoned, the ring is not asked again by this process.
type patientRing struct {
	ring     ring
	deadline time.Duration

	mu     sync.Mutex
	failed error
}

func (p *patientRing) Get(user string) (string, error) {
	var value string
	err := p.call(func() (err error) { value, err = p.ring.Get(user); return err })
	if err != nil {
		return "", err // value may still be written to
	}
	return value, nil
}

func (p *patientRing) Set(user, value string) error {
	return p.call(func() error { return p.ring.Set(user, value) })
}

func (p *patientRing) Delete(user string) error {
	return p.call(func() error { return p.ring.Delete(user) })
}

func (p *patientRing) call(f func() error) error {
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

package keystore

import (
	"errors"
	"os/exec"
)

// interactionNotAllowed is the exit code of security(1) where the keychain is
// locked and nobody can be asked: the low byte of errSecInteractionNotAllowed.
const interactionNotAllowed = 36

// explainSystem tells a keychain that is locked from one that failed.
func explainSystem(err error) error {
	if err == nil {
		return nil
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == interactionNotAllowed {
		return &StoreError{Keychain, ErrKeychainLocked, "run: security unlock-keychain"}
	}
	return &StoreError{Keychain, err, ""}
}

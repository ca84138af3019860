package keystore

import (
	"errors"
	"os/exec"
)

// interactionNotAllowed is the exit code of security(1) for a locked keychain if it cannot
// ask the user. It is the low byte of errSecInteractionNotAllowed.
const interactionNotAllowed = 36

// explainSystem returns the [StoreError] for an error of the keychain. It recognizes a
// locked keychain.
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

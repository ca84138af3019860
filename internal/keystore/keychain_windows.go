package keystore

import (
	"errors"
	"syscall"
)

// noLogonSession is ERROR_NO_SUCH_LOGON_SESSION: a service, or SSH with a key, has
// no credentials of its own.
const noLogonSession = syscall.Errno(1312)

// explainSystem tells a keychain that is missing from one that failed.
func explainSystem(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, noLogonSession) {
		return &StoreError{
			Keychain, ErrNoKeychain,
			"this logon has no credential manager: sign in at the desktop, or use: lanyard store migrate --to encrypted",
		}
	}
	return &StoreError{Keychain, err, ""}
}

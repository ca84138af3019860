package keystore

import (
	"errors"
	"syscall"
)

// noLogonSession is ERROR_NO_SUCH_LOGON_SESSION. A service, or an SSH login with a key, has
// no Credential Manager.
const noLogonSession = syscall.Errno(1312)

// explainSystem returns the [StoreError] for an error of the keychain. It recognizes a
// missing keychain.
func explainSystem(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, noLogonSession) {
		return &StoreError{
			Keychain, ErrNoKeychain,
			"sign in at the desktop, or use another store: lanyard store migrate --to encrypted",
		}
	}
	return &StoreError{Keychain, err, ""}
}

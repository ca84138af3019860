//go:build unix && !darwin

package keystore

import (
	"errors"
	"strings"

	"github.com/godbus/dbus/v5"
)

// explainSystem returns the [StoreError] for an error of the keychain. It recognizes a
// locked and a missing keychain.
func explainSystem(err error) error {
	if err == nil {
		return nil
	}
	var remote dbus.Error
	if errors.As(err, &remote) {
		switch remote.Name {
		case "org.freedesktop.Secret.Error.IsLocked":
			return locked()
		case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
			"org.freedesktop.DBus.Error.Spawn.ServiceNotFound":
			return &StoreError{
				Keychain, ErrNoKeychain,
				"start a Secret Service (gnome-keyring or KWallet), or use another store: lanyard store migrate --to encrypted",
			}
		}
	}
	// The library asks to unlock the keychain before every call. If the user closes the window,
	// or the system has no windows, the library returns an error without a type.
	if strings.HasPrefix(err.Error(), "failed to unlock") {
		return locked()
	}
	if strings.Contains(err.Error(), "dial unix") {
		return &StoreError{Keychain, ErrNoKeychain, "check DBUS_SESSION_BUS_ADDRESS: the session bus cannot be reached"}
	}
	return &StoreError{Keychain, err, ""}
}

func locked() error {
	return &StoreError{Keychain, ErrKeychainLocked, "unlock the keychain (sign in to the desktop, or use the keychain's own program) and try again"}
}

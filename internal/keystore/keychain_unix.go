//go:build unix && !darwin

package keystore

import (
	"errors"
	"strings"

	"github.com/godbus/dbus/v5"
)

// explainSystem tells a keychain that is locked or missing from one that failed.
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
				"no Secret Service answers on the session bus: start gnome-keyring or KWallet, or use: lanyard store migrate --to encrypted",
			}
		}
	}
	// The library asks to unlock before every call and has no error of its own
	// for a person who closed the window, or for there being no window.
	if strings.HasPrefix(err.Error(), "failed to unlock") {
		return locked()
	}
	if strings.Contains(err.Error(), "dial unix") {
		return &StoreError{Keychain, ErrNoKeychain, "the session bus cannot be reached: check DBUS_SESSION_BUS_ADDRESS"}
	}
	return &StoreError{Keychain, err, ""}
}

func locked() error {
	return &StoreError{Keychain, ErrKeychainLocked, "unlock it, by signing in to the desktop or with its own program, and run this again"}
}

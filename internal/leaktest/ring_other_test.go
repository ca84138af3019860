//go:build unix && !linux

package leaktest_test

import "testing"

// keychain is that of the system, which is the person's own.
func keychain() store {
	return store{name: "keychain", prepare: func(t *testing.T, _ *world) {
		t.Skip("the keychain of this system is somebody's own")
	}}
}

//go:build unix && !linux

package leaktest_test

import "testing"

// Stand-ins for what only Linux offers the tests: /proc, and a keyring of their own.

// processes sees nothing: the system has no /proc.
type processes struct{}

const canLook = false

func (p *processes) watch(int) {}

func (p *processes) look() {}

func (p *processes) taken() []output { return nil }

func (p *processes) count() (all, agents int) { return 0, 0 }

// keychain is the keychain of the person who runs the tests, so no test uses it.
func keychain() store {
	return store{name: "keychain", prepare: func(t *testing.T, _ *world) {
		t.Skip("the keychain of this system is somebody's own")
	}}
}

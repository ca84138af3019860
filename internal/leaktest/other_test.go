//go:build unix && !linux

package leaktest_test

import "testing"

// Replacements for what only Linux offers to the tests: /proc, and a separate keyring.

// processes observes nothing, because this system has no /proc.
type processes struct{}

const canLook = false

func (p *processes) watch(int) {}

func (p *processes) look() {}

func (p *processes) taken() []output { return nil }

func (p *processes) count() (all, agents int) { return 0, 0 }

// keychain would be the real keychain of the user who runs the tests, so no test uses
// it.
func keychain() store {
	return store{name: "keychain", prepare: func(t *testing.T, _ *fixture) {
		t.Skip("this system's keychain belongs to the user")
	}}
}

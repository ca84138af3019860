//go:build unix && !linux

package leaktest_test

import "testing"

// This file replaces the parts of the tests that need Linux: /proc, and a separate keyring.

// processes observes nothing, because this system has no /proc.
type processes struct{}

const canLook = false

func (p *processes) watch(int) {}

func (p *processes) look() {}

func (p *processes) taken() []output { return nil }

func (p *processes) count() (all, agents int) { return 0, 0 }

// keychain skips the test, because it would use the user's real keychain.
func keychain() store {
	return store{name: "keychain", prepare: func(t *testing.T, _ *fixture) {
		t.Skip("this system's keychain belongs to the user")
	}}
}

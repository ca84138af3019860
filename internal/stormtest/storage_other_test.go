//go:build unix && !linux

package stormtest_test

import "testing"

func mountSmall(t *testing.T, _ *home) {
	t.Helper()
	t.Skip("a small file system is made only on Linux")
}

func fill(*testing.T, *home) (mend func()) { return func() {} }

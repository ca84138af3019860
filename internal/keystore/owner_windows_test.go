package keystore_test

import "testing"

func owner(t *testing.T, _ string) int {
	t.Skip("files have no numeric owner here")
	return 0
}

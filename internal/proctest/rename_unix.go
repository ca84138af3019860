//go:build unix

package proctest

import "testing"

// NeedPOSIXRename skips the test if the system cannot replace a file that is open. Unix can.
func NeedPOSIXRename(*testing.T) {}

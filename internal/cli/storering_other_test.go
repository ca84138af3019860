//go:build !linux

package cli_test

import "github.com/rogpeppe/go-internal/testscript"

// ringVerb implements the command "ring" of the scripts for a Secret Service. These scripts run only on
// Linux.
func ringVerb(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("the command ring works only on Linux")
}

//go:build !linux

package cli_test

import "github.com/rogpeppe/go-internal/testscript"

// ringVerb is of the scripts for a Secret Service, which run on Linux only.
func ringVerb(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("there is no ring here") }

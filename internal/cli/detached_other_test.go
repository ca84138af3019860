//go:build !unix

package cli_test

// detached needs a Unix session.
func detached() { panic("detached is for Unix") }

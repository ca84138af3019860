//go:build !unix

package cli_test

// detached needs a Unix session.
func detached() { panic("detached is for Unix") }

// waysOut and library are for scripts about Unix.
func waysOut() { panic("waysout is for Unix") }
func library() { panic("library is for Unix") }

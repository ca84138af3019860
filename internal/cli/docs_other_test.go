//go:build !unix

package cli_test

// typed needs a Unix terminal. Only the scripts of testdata/docs use it.
func typed() { panic("typed is for Unix") }

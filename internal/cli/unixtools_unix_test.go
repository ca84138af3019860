//go:build unix

package cli_test

// addUnixTools adds nothing, because Unix has the programs.
func addUnixTools(map[string]func()) {}

//go:build unix

package cli_test

// runUnixTool does nothing, because Unix has the tools.
func runUnixTool() {}

// linkUnixTools does nothing, because Unix has the tools.
func linkUnixTools(string) error { return nil }

//go:build !windows

package emulatorcmd

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// writeBrowser writes the program that BROWSER names. It is a script without
// arguments of its own, because programs differ in how they split BROWSER; most
// take the whole value for the name of a file. The script carries the variables
// that it needs: some programs start a browser with an environment of their own.
func writeBrowser(home, self string, variables []string) (path string, err error) {
	var script strings.Builder
	script.WriteString("#!/bin/sh\n# The browser of programs under lanyard emulator run.\n")
	for _, kv := range variables {
		name, value, _ := strings.Cut(kv, "=")
		script.WriteString("export " + name + "=" + shell.POSIX.Quote(value) + "\n")
	}
	script.WriteString("exec " + shell.POSIX.Quote(self) + " emulator browse \"$@\"\n")
	path = filepath.Join(home, "emulator-browser")
	return path, os.WriteFile(path, []byte(script.String()), 0o700) //nolint:gosec // a program of its owner
}

// BrowserArguments returns the arguments as they are: the script adds to them.
func BrowserArguments(args []string) []string { return args }

// quoteBrowser quotes a program's path for BROWSER.
func quoteBrowser(path string) string { return shell.POSIX.Quote(path) }

//go:build !windows

package emulatorcmd

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// removeFor is how long removeHome retries. Unix removes files that are in use.
const removeFor = 0

// writeBrowser writes a script and returns the value of BROWSER that runs the script.
//
// Programs split BROWSER in different ways, and most programs use the whole value as a file name.
// So the script needs no arguments. The script sets its variables itself, because some programs
// start a browser with another environment.
func writeBrowser(home, self string, variables []string) (path string, err error) {
	var script strings.Builder
	script.WriteString("#!/bin/sh\n# The browser of programs under lanyard emulator run.\n")
	for _, kv := range variables {
		name, value, _ := strings.Cut(kv, "=")
		script.WriteString("export " + name + "=" + shell.POSIX.Quote(value) + "\n")
	}
	script.WriteString("exec " + shell.POSIX.Quote(self) + " emulator browse \"$@\"\n")
	path = filepath.Join(home, "emulator-browser")
	return path, os.WriteFile(path, []byte(script.String()), 0o700) //nolint:gosec // only the owner can run it
}

// BrowserArguments returns the arguments unchanged, because the script contains the command.
func BrowserArguments(args []string) []string { return args }

// quoteBrowser quotes the path of a program for BROWSER.
func quoteBrowser(path string) string { return shell.POSIX.Quote(path) }

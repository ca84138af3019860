//go:build !windows

package credentials

// terminalPath is the terminal of the process, even if stdin is another file.
const terminalPath = "/dev/tty"

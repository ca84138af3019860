//go:build !windows

package credentials

// terminalPath names the terminal of the process, even if stdin is another file.
const terminalPath = "/dev/tty"

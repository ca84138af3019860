//go:build !windows

package execcmd

import (
	"os"
	"strconv"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// userShell returns the user's shell: SHELL, else the login shell, else /bin/sh.
func userShell(env command.Env) string {
	if path := env.Get("SHELL"); path != "" {
		return path
	}
	passwd, _ := datafile.Read("/etc/passwd", datafile.ConfigLimit)
	if path := loginShell(string(passwd), strconv.Itoa(os.Getuid())); path != "" {
		return path
	}
	return "/bin/sh"
}

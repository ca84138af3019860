package workspace

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// ownPrograms returns a function that reports whether a program is this one under
// another name. It looks at each program once: many profiles may name the same.
func ownPrograms(app *command.App) func(program string) bool {
	known := map[string]bool{}
	return func(program string) bool {
		own, ok := known[program]
		if !ok {
			own = ownUnderAnotherName(app, program)
			known[program] = own
		}
		return own
	}
}

// ownUnderAnotherName reports whether a program of a credential_process is this one.
// The names lanyard and aws are known without this look at the file.
func ownUnderAnotherName(app *command.App, program string) bool {
	if filepath.Base(program) != program {
		return self.IsProgram(program) && self.Is(program)
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		for _, name := range []string{program, program + ".exe"} {
			if path := filepath.Join(dir, name); filepath.IsAbs(dir) && self.IsProgram(path) {
				return self.Is(path)
			}
		}
	}
	return false
}

// ProgramLine is the program of a credential_process line: by its name where PATH
// leads to one, so that the line survives an upgrade.
func ProgramLine(app *command.App) string {
	name := "lanyard"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		if filepath.IsAbs(dir) && self.IsProgram(filepath.Join(dir, name)) {
			return "lanyard"
		}
	}
	if self, err := os.Executable(); err == nil && strings.TrimSuffix(filepath.Base(self), ".exe") == "lanyard" {
		app.Warn("lanyard is not on PATH, so the credential_process lines name the file itself: "+self, "")
		return self
	}
	return "lanyard"
}

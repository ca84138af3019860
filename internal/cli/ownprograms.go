package cli

import (
	"path/filepath"

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

package cli

import "path/filepath"

// ownPrograms returns a function that reports whether a program is this one under
// another name. It looks at each program once: many profiles may name the same.
func (app *App) ownPrograms() func(program string) bool {
	known := map[string]bool{}
	return func(program string) bool {
		own, ok := known[program]
		if !ok {
			own = app.ownUnderAnotherName(program)
			known[program] = own
		}
		return own
	}
}

// ownUnderAnotherName reports whether a program of a credential_process is this one.
// The names lanyard and aws are known without this look at the file.
func (app *App) ownUnderAnotherName(program string) bool {
	if filepath.Base(program) != program {
		return executable(program) && isOurs(program)
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		for _, name := range []string{program, program + ".exe"} {
			if path := filepath.Join(dir, name); filepath.IsAbs(dir) && executable(path) {
				return isOurs(path)
			}
		}
	}
	return false
}

// The PATH of the user's shell.

package shimcmd

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// advisePath warns if the shell does not find the shim. The hint contains the line for the
// shell's start-up file.
func advisePath(app *command.App, dir, shim string) {
	line, file := shell.PathLine(shell.OfUser(app.Env.Lookup), dir)
	hint := fmt.Sprintf("add this line to %s and start a new shell: %s", file, line)
	found, first := onPath(app, dir)
	switch {
	case !found:
		app.Warn(dir+" is not on PATH", hint)
	case first != "":
		app.Warn(fmt.Sprintf("%s comes before %s on PATH", first, shim), hint)
	}
}

// onPath reports whether a folder is on PATH. earlier is the path of another aws in a folder that
// comes earlier on PATH, or "".
func onPath(app *command.App, dir string) (found bool, earlier string) {
	folder, err := os.Stat(dir)
	if err != nil {
		return false, ""
	}
	for _, d := range filepath.SplitList(app.Env.Get("PATH")) {
		if info, err := os.Stat(d); err == nil && d != "" && os.SameFile(info, folder) {
			return true, earlier
		}
		for _, name := range child.AWSPrograms(runtime.GOOS) {
			if path := filepath.Join(d, name); d != "" && earlier == "" && self.IsProgram(path) && !self.Is(path) {
				earlier = path
			}
		}
	}
	return false, earlier
}

package emulatorcmd

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// browserProgram is a second name of this program. It is not a .cmd file: cmd.exe
// cuts the URL at its first &, and no program quotes that.
const browserProgram = "lanyard-emulator-browser.exe"

// writeBrowser puts this program into the home under the name that BROWSER gives.
func writeBrowser(home, selfName string, _ []string) (path string, err error) {
	path = filepath.Join(home, browserProgram)
	if os.Link(selfName, path) == nil {
		return path, nil
	}
	program, err := datafile.Read(selfName, self.MaxSize) // the home is on another volume
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(path, program, 0o700)
}

// BrowserArguments makes a start under the name of the browser one of emulator
// browse.
func BrowserArguments(args []string) []string {
	if len(args) > 0 && strings.EqualFold(filepath.Base(args[0]), browserProgram) {
		return append([]string{args[0], "emulator", "browse"}, args[1:]...)
	}
	return args
}

// quoteBrowser quotes a program's path for BROWSER. Single quotes are none on
// Windows.
func quoteBrowser(path string) string { return `"` + path + `"` }

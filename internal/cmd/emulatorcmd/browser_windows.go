package emulatorcmd

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// browserProgram is a second name of this program. A .cmd file would not work, because programs
// do not quote the URL, and cmd.exe ends the URL at the first &.
const browserProgram = "lanyard-emulator-browser.exe"

// removeFor is how long removeHome retries.
const removeFor = 5 * time.Second

// writeBrowser copies this program to browserProgram in the home folder. It makes no link, because
// Windows does not remove a link to a program that runs.
func writeBrowser(home, selfName string, _ []string) (path string, err error) {
	path = filepath.Join(home, browserProgram)
	program, err := datafile.Read(selfName, self.MaxSize)
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(path, program, 0o700)
}

// BrowserArguments returns the arguments of emulator browse if the program was started
// under the name of the browser.
func BrowserArguments(args []string) []string {
	if len(args) > 0 && strings.EqualFold(filepath.Base(args[0]), browserProgram) {
		return append([]string{args[0], "emulator", "browse"}, args[1:]...)
	}
	return args
}

// quoteBrowser quotes the path of a program for BROWSER. Windows has no single quotes.
func quoteBrowser(path string) string { return `"` + path + `"` }

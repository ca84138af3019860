package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// browserProgram is a second name of this program. It is not a .cmd file: cmd.exe
// cuts the URL at its first &, and no program quotes that.
const browserProgram = "lanyard-emulator-browser.exe"

// writeBrowser puts this program into the home under the name that BROWSER gives.
func writeBrowser(home, self string, _ []string) (path string, err error) {
	path = filepath.Join(home, browserProgram)
	if os.Link(self, path) == nil {
		return path, nil
	}
	return path, copyProgram(self, path) // the home is on another volume
}

func copyProgram(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("browser of emulator run: %w", err)
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return fmt.Errorf("browser of emulator run: %w", err)
	}
	_, err = io.Copy(dst, src)
	if err := errors.Join(err, dst.Close()); err != nil {
		return fmt.Errorf("browser of emulator run: %w", err)
	}
	return nil
}

// browserArguments makes a start under the name of the browser one of emulator
// browse.
func browserArguments(args []string) []string {
	if len(args) > 0 && strings.EqualFold(filepath.Base(args[0]), browserProgram) {
		return append([]string{args[0], "emulator", "browse"}, args[1:]...)
	}
	return args
}

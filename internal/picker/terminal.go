package picker

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether a stream is a terminal, as isatty does. A character
// device such as the null device is none.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

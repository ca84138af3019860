package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// Interprets makes a terminal interpret escape sequences, and reports whether it does. The console
// of Windows has done so since Windows 10 1511, but only if a program asks for it. Interprets returns
// true for any other stream.
func Interprets(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return true
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return true
	}
	const wanted = windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING
	return mode&wanted == wanted || windows.SetConsoleMode(console, mode|wanted) == nil
}

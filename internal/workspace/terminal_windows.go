package workspace

import "os"

// openTerminal opens the console of the process: for input and for output.
func openTerminal() (in, out *os.File, err error) {
	if in, err = os.OpenFile("CONIN$", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0); err != nil {
		_ = in.Close()
	}
	return in, out, err
}

// terminalID returns "": on Windows, all consoles of the user share recent answers.
func terminalID() string { return "" }

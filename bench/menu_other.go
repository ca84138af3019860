//go:build !unix

package main

import (
	"fmt"
)

// menu measures nothing, because this system has no pseudo-terminals.
func menu(w *report, _ string, _ programs, _ int) error {
	_, err := fmt.Fprintln(w, "The menu of pick is left out: it needs a pseudo-terminal.")
	return err
}

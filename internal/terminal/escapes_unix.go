//go:build unix

package terminal

// Interprets makes a terminal interpret escape sequences, and reports whether it does. On Unix, it
// does, unless TERM calls it dumb.
func Interprets(any) bool { return true }

//go:build unix

package terminal

// Interprets makes a terminal interpret escape sequences, and reports whether it does. On Unix, all
// terminals do, except those that TERM calls dumb.
func Interprets(any) bool { return true }

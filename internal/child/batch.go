package child

import (
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// CheckBatch rejects arguments that cannot be passed to a batch file of Windows. cmd.exe runs batch
// files, and expands variables even in quotes.
func CheckBatch(path string, args []string) error {
	if !isBatch(path) {
		return nil
	}
	for _, arg := range args {
		if strings.ContainsAny(arg, "\"%!\r\n") {
			return command.Usagef("%s: a batch file cannot get the argument %q, because cmd.exe gives \", %%, ! and line breaks another meaning", path, arg)
		}
	}
	return nil
}

// isBatch reports whether a program is a batch file. Windows ignores dots and spaces at the end of
// the name.
func isBatch(path string) bool {
	ext := strings.ToLower(filepath.Ext(strings.TrimRight(path, ". ")))
	return ext == ".bat" || ext == ".cmd"
}

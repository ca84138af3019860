// Package owner reports who owns a file. On Windows it does nothing, because Windows has no
// user ids and no root.
package owner

import (
	"io/fs"
	"os"
)

// Of always returns false, because Windows has no user ids.
func Of(fs.FileInfo) (uid, gid int, ok bool) { return 0, 0, false }

// MakeFolder creates a folder and its parents.
func MakeFolder(folder string) error { return os.MkdirAll(folder, 0o700) }

// Inherit does nothing on Windows.
func Inherit(string) error { return nil }

// Package self finds out whether a file is lanyard.
package self

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// IsProgram reports whether a path is an executable file.
func IsProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// Is reports whether a file is lanyard: the running program, a link to it, a copy of it,
// or another version.
func Is(path string) bool {
	self, err := os.Executable()
	if err != nil {
		return false
	}
	mine, err := os.Stat(self)
	if err != nil {
		return false
	}
	theirs, err := os.Stat(path)
	if err != nil || !theirs.Mode().IsRegular() {
		return false
	}
	if os.SameFile(mine, theirs) {
		return true
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		other, err := buildinfo.ReadFile(path)
		return err == nil && other.Path == info.Path
	}
	return mine.Size() == theirs.Size() && SameBytes(self, path)
}

// Names returns the names of the commands that run lanyard: lanyard, and aws if the aws on PATH
// is lanyard.
func Names() []string {
	if path, err := exec.LookPath("aws"); err == nil && Is(path) {
		return []string{"lanyard", "aws"}
	}
	return []string{"lanyard"}
}

// MaxSize is the size limit in bytes for a file that may be a copy of lanyard. The program is
// always smaller.
const MaxSize = 1 << 30

// SameBytes reports whether two files of the same size have the same content.
func SameBytes(a, b string) bool {
	fa, err := datafile.Open(a, MaxSize)
	if err != nil {
		return false
	}
	defer func() { _ = fa.Close() }() // Close cannot lose data, because the file was only read
	fb, err := datafile.Open(b, MaxSize)
	if err != nil {
		return false
	}
	defer func() { _ = fb.Close() }()
	bufA, bufB := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, errA := io.ReadFull(fa, bufA)
		m, errB := io.ReadFull(fb, bufB)
		if !bytes.Equal(bufA[:n], bufB[:m]) {
			return false
		}
		if errA != nil || errB != nil {
			return ended(errA) && ended(errB)
		}
	}
}

// ended reports whether err means the end of a file.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

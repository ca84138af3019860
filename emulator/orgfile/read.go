package orgfile

import (
	"errors"
	"io/fs"
	"os"
)

// maxFile is the size in bytes of the largest organization file: several times
// that of ten thousand accounts with ten roles each.
const maxFile = 64 << 20

// read returns the content of a regular file. A pipe would be waited for, and a
// device read for ever.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("is not a regular file")}
	case info.Size() > maxFile:
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("is larger than 64 MB")}
	}
	return os.ReadFile(path)
}

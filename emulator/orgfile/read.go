package orgfile

import (
	"errors"
	"io/fs"
	"os"
)

// maxFile is the largest size of an organization file in bytes. A file with ten thousand accounts
// of ten roles each has less than half this size.
const maxFile = 64 << 20

// read returns the content of a regular file. It rejects pipes and devices, because a read from
// them could block or never end.
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

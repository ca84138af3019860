package shimcmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// A shimState is what stands in the place of a shim.
type shimState int

const (
	shimMissing shimState = iota
	shimForeign           // not ours: to be left alone
	shimOther             // ours, but an older copy, or a link to where we are no more
	shimCurrent           // this very program
)

// judgeShim looks at the file in the shim's place. A link counts for what it leads
// to; one that leads nowhere is ours if it leads to the name lanyard.
func judgeShim(path, program string) (shimState, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return shimMissing, nil
	}
	if err != nil {
		return shimForeign, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		target, err := os.Readlink(path)
		if err != nil {
			return shimForeign, err
		}
		if strings.TrimSuffix(filepath.Base(target), ".exe") == "lanyard" {
			return shimOther, nil
		}
		return shimForeign, nil
	}
	if !self.Is(path) {
		return shimForeign, nil
	}
	if target, err := os.Readlink(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if target == program {
			return shimCurrent, nil
		}
		return shimOther, nil
	}
	if same, err := sameFile(path, program); err != nil || !same {
		return shimOther, err
	}
	return shimCurrent, nil
}

// sameFile reports whether two paths are one file, or two with the same content.
func sameFile(a, b string) (bool, error) {
	ia, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	ib, err := os.Stat(b)
	if err != nil {
		return false, err
	}
	return os.SameFile(ia, ib) || ia.Size() == ib.Size() && self.SameBytes(a, b), nil
}

// placeShim makes the link, or on Windows the copy, in one step.
func placeShim(path, program string) (err error) {
	temp := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	defer func() {
		if err != nil {
			_ = os.Remove(temp) // the first error counts
		}
	}()
	if runtime.GOOS == "windows" {
		err = copyFile(temp, program)
	} else {
		err = os.Symlink(program, temp)
	}
	if err != nil {
		return err
	}
	return os.Rename(temp, path)
}

func copyFile(to, from string) error {
	in, err := datafile.Open(from, self.MaxSize)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()                                                     // it was only read
	out, err := os.OpenFile(filepath.Clean(to), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755) //nolint:gosec // a program
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close() // the first error counts
		return err
	}
	return out.Close()
}

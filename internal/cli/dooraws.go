package cli

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// errNoAWS says that there is no AWS CLI.
var errNoAWS = errors.New("there is no AWS CLI on PATH")

// findAWS returns the AWS CLI: the first program of the name on PATH that is not
// this one. As in package exec, folders that are not absolute do not count.
func (app *App) findAWS() (string, error) {
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		for _, name := range awsPrograms(runtime.GOOS) {
			path := filepath.Join(dir, name)
			if !executable(path) {
				continue
			}
			if isOurs(path) {
				app.Log.Debug("this is lanyard itself", "program", path)
				continue
			}
			return path, nil
		}
	}
	return "", errNoAWS
}

// awsPrograms are the names of the files that the AWS CLI is started by.
func awsPrograms(goos string) []string {
	if goos == "windows" {
		return []string{"aws.exe", "aws.cmd"}
	}
	return []string{"aws"}
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// ownPrograms returns a function that reports whether a program is this one under
// another name. It looks at each program once: many profiles may name the same.
func (app *App) ownPrograms() func(program string) bool {
	known := map[string]bool{}
	return func(program string) bool {
		own, ok := known[program]
		if !ok {
			own = app.ownUnderAnotherName(program)
			known[program] = own
		}
		return own
	}
}

// ownUnderAnotherName reports whether a program of a credential_process is this one.
// The names lanyard and aws are known without this look at the file.
func (app *App) ownUnderAnotherName(program string) bool {
	if filepath.Base(program) != program {
		return executable(program) && isOurs(program)
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		for _, name := range []string{program, program + ".exe"} {
			if path := filepath.Join(dir, name); filepath.IsAbs(dir) && executable(path) {
				return isOurs(path)
			}
		}
	}
	return false
}

// isOurs reports whether a file is this program: itself, through links of either
// kind, a copy, or another version of it.
func isOurs(path string) bool {
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
	return mine.Size() == theirs.Size() && sameBytes(self, path)
}

// maxProgram is a size in bytes that this program never reaches: a larger file is not a
// copy of it.
const maxProgram = 1 << 30

// sameBytes compares two files of the same size.
func sameBytes(a, b string) bool {
	fa, err := datafile.Open(a, maxProgram)
	if err != nil {
		return false
	}
	defer func() { _ = fa.Close() }() // it was only read
	fb, err := datafile.Open(b, maxProgram)
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

func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

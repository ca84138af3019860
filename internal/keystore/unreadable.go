package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// An UnreadableError says that something lies at a path and cannot be read. What it
// holds is not known, so it is neither a token nor the absence of one.
type UnreadableError struct {
	Path string
	Err  error
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("%s: cannot be read, so what it holds is not known: %v", e.Path, e.Err)
}
func (e *UnreadableError) Unwrap() error { return e.Err }

// unreadable wraps an error of reading path.
func unreadable(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &UnreadableError{path, err}
}

// Unknown reports whether an error of a Load method leaves open what is there: a store
// that cannot be used, a file that cannot be read.
func Unknown(err error) bool {
	return err != nil && !errors.Is(err, ssocache.ErrNotFound) && !errors.Is(err, ssocache.ErrCorrupt) && !errors.Is(err, ssocache.ErrNotSSO)
}

// Unreadable returns an error for each file in the folders of the cache whose content
// is not known, and for a folder that cannot be listed.
func (f Files) Unreadable(folders ...string) []error {
	var failures []error
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, unreadable(folder, err))
		}
		for _, e := range entries {
			if err := f.check(filepath.Join(folder, e.Name())); err != nil {
				failures = append(failures, err)
			}
		}
	}
	return failures
}

// check returns why the content of a file of the cache is not known.
func (f Files) check(path string) error {
	name, ok := strings.CutSuffix(filepath.Base(path), ssocache.MarkerSuffix)
	if ok && strings.HasPrefix(name, ".") {
		m, err := readMarker(filepath.Join(filepath.Dir(path), name[1:]+".json"))
		if err != nil || m.store == "" {
			return err
		}
		_, err = f.loadFrom(m, filepath.Join(filepath.Dir(path), name[1:]+".json"))
		if Unknown(err) {
			return err
		}
		return nil
	}
	if !strings.HasSuffix(path, ".json") && !strings.HasSuffix(path, ".json"+atomicfile.KeptSuffix) {
		return nil
	}
	file, err := datafile.Open(path, datafile.Limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // removed a moment ago, or a link that leads nowhere
	case err != nil:
		return unreadable(path, err)
	}
	return file.Close()
}

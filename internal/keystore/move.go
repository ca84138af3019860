package keystore

import (
	"bytes"
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

// Move brings what belongs at the paths of the cache into a store. Each value is
// written there and read back; only when it is the same does the marker change,
// which is what decides, and only then is the old value removed. Whatever dies in
// between, one of the two stores has the value and the marker leads to it.
//
// A path at which there is nothing gets its marker if it is the session's own. The
// locks of the session are the caller's business. moved counts the values.
func (f Files) Move(session, to string, paths []string) (moved int, err error) {
	for _, path := range paths {
		ok, err := f.moveOne(session, to, path)
		if err != nil {
			return moved, fmt.Errorf("move %s to the %s store: %w", f.vaultName(path), to, err)
		}
		if ok {
			moved++
		}
	}
	return moved, nil
}

func (f Files) moveOne(session, to, path string) (bool, error) {
	m, err := readMarker(path)
	if err != nil {
		return false, err
	}
	from := m.store
	if from == "" {
		from = File
	}
	if from == to {
		return false, f.removeLeft(path, to)
	}
	data, err := f.rawFrom(from, path)
	if errors.Is(err, ssocache.ErrNotFound) {
		if path != f.TokenPath(session) {
			return false, errors.Join(unmark(path), f.removeLeft(path, to))
		}
		return false, errors.Join(f.setStore(session, to, path), f.removeLeft(path, to))
	}
	if err != nil {
		return false, err
	}
	if err := f.rawTo(to, path, data); err != nil {
		return false, err
	}
	back, err := f.rawFrom(to, path)
	if err != nil {
		return false, fmt.Errorf("read it back: %w", err)
	}
	if !bytes.Equal(back, data) {
		return false, errors.New("what was read back is not what was written; the old value is kept")
	}
	if err := f.setStore(session, to, path); err != nil {
		return false, err
	}
	if err := f.removeFrom(from, path); err != nil {
		return true, err
	}
	return true, f.removeLeft(path, to)
}

// removeLeft removes what an interrupted move, or a killed writer, left in clear,
// or in the encrypted store: that takes no key. Temporary files without content
// stay: a sign-in that waits for the browser has reserved them.
func (f Files) removeLeft(path, store string) error {
	if store == File {
		return (&encrypted{files: f}).Remove(f.vaultName(path))
	}
	folder, name := filepath.Split(path)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unreadable(folder, err) // it may hold a token in clear
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "."+name+atomicfile.TempInfix) {
			continue
		}
		temporary := filepath.Join(folder, e.Name())
		if reserved(temporary) {
			continue
		}
		if err := removeFile(temporary); err != nil {
			return err
		}
	}
	return removeFile(path)
}

// reserved reports whether a temporary file holds nothing but zeros.
func reserved(path string) bool {
	data, err := datafile.Read(path, datafile.Limit)
	return err == nil && len(bytes.Trim(data, "\x00")) == 0
}

func (f Files) setStore(session, to, path string) error {
	if f.Vaults != nil {
		f.Vaults.forget(path)
	}
	if to == File {
		return unmark(path)
	}
	return f.mark(path, to, session)
}

// This file moves values from one store to another.

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

// Move moves the values at these paths of the cache to a store. For each value it writes
// the value to the new store, reads it back and compares it. Then it changes the marker,
// and then removes the old value. If the process dies in between, the marker names a store
// that has the value.
//
// If the session has no token, Move only changes the marker of the token. The caller must
// hold the locks of the session. moved is the number of values.
func (f Files) Move(session, store string, paths []string) (moved int, err error) {
	for _, path := range paths {
		ok, err := f.moveOne(session, store, path)
		if err != nil {
			return moved, fmt.Errorf("%s was not moved to the %s store: %w", f.valueName(path), store, err)
		}
		if ok {
			moved++
		}
	}
	return moved, nil
}

func (f Files) moveOne(session, store, path string) (bool, error) {
	m, err := readMarker(path)
	if err != nil {
		return false, err
	}
	from := m.store
	if from == "" {
		from = File
	}
	if from == store {
		return false, f.removeLeft(path, store)
	}
	data, err := f.rawFrom(from, path)
	if errors.Is(err, ssocache.ErrNotFound) {
		if path != f.TokenPath(session) {
			return false, errors.Join(unmark(path), f.removeLeft(path, store))
		}
		return false, errors.Join(f.setStore(session, store, path), f.removeLeft(path, store))
	}
	if err != nil {
		return false, err
	}
	if err := f.rawTo(store, path, data); err != nil {
		return false, err
	}
	back, err := f.rawFrom(store, path)
	if err != nil {
		return false, fmt.Errorf("the new value could not be read back: %w", err)
	}
	if !bytes.Equal(back, data) {
		return false, errors.New("the value read back differs from the value written; the old value is kept")
	}
	if err := f.setStore(session, store, path); err != nil {
		return false, err
	}
	if err := f.removeFrom(from, path); err != nil {
		return true, err
	}
	return true, f.removeLeft(path, store)
}

func (f Files) setStore(session, store, path string) error {
	if f.Backends != nil {
		f.Backends.forget(path)
	}
	if store == File {
		return unmark(path)
	}
	return f.mark(path, store, session)
}

// removeLeft removes old values that an interrupted move or a killed process has left. It
// looks for plaintext files and in the encrypted store, because it can remove both without a
// key. It keeps temporary files without content, because a sign-in that waits for the browser
// may have reserved them.
func (f Files) removeLeft(path, store string) error {
	if store == File {
		return removeFile(encryptedPath(f.Home, f.valueName(path)))
	}
	folder, name := filepath.Split(path)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unreadable(folder, err) // the folder may contain a plaintext token
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

// reserved reports whether a temporary file contains only zeros.
func reserved(path string) bool {
	data, err := datafile.Read(path, datafile.Limit)
	return err == nil && len(bytes.Trim(data, "\x00")) == 0
}

// Discard removes the values of a session from a store, and makes the files its store again.
// The values are lost. session is one of the session's names.
func (f Files) Discard(session, store string) error {
	paths, unknown := f.PathsOf(session)
	failures := []error{unknown}
	for _, path := range append(paths, f.TokenPath(session)) {
		m, err := readMarker(path)
		if err != nil || m.store != store {
			failures = append(failures, err)
			continue
		}
		f.Backends.forget(path)
		failures = append(failures, f.removeFrom(store, path), unmark(path))
	}
	return errors.Join(failures...)
}

// Try returns an error if a store does not work. It writes a value, reads it back and
// removes it.
func (f Files) Try(store string) error {
	if store == File {
		return f.MakeFolder(f.SSO())
	}
	backend, err := f.open(store)
	if err != nil {
		return err
	}
	const name = "sso/trial"
	p, err := backend.Prepare(name)
	if err != nil {
		return err
	}
	want := []byte(strings.Repeat("trial ", usual/6))
	if err := p.Commit(want); err != nil {
		return err
	}
	got, err := backend.Load(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return &StoreError{store, errors.New("the value read back differs from the value written"), ""}
	}
	return backend.Remove(name)
}

// rawFrom reads the value of a path from a store. It ignores the marker.
func (f Files) rawFrom(store, path string) ([]byte, error) {
	if store == File {
		data, err := datafile.Read(atomicfile.Newest(path), datafile.Limit)
		if errors.Is(err, os.ErrNotExist) {
			return nil, notFound(path)
		}
		return data, err
	}
	backend, err := f.open(store)
	if err != nil {
		return nil, err
	}
	return backend.Load(f.valueName(path))
}

// rawTo writes the value of a path to a store. It writes no marker.
func (f Files) rawTo(store, path string, data []byte) error {
	if store == File {
		if err := f.MakeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		return atomicfile.Write(path, data, 0o600)
	}
	backend, err := f.open(store)
	if err != nil {
		return err
	}
	p, err := backend.Prepare(f.valueName(path))
	if err != nil {
		return err
	}
	return p.Commit(data)
}

// removeFrom removes the value of a path from a store. It does not remove the marker.
func (f Files) removeFrom(store, path string) error {
	if store == File {
		return removeFile(path)
	}
	backend, err := f.open(store)
	if err != nil {
		return err
	}
	return backend.Remove(f.valueName(path))
}

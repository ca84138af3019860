package keystore

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// rawFrom reads what a store has for a path of the cache, whatever the marker says.
func (f Files) rawFrom(store, path string) ([]byte, error) {
	if store == File {
		data, err := datafile.Read(atomicfile.Newest(path), datafile.Limit)
		if errors.Is(err, os.ErrNotExist) {
			return nil, notFound(path)
		}
		return data, err
	}
	vault, err := f.open(store)
	if err != nil {
		return nil, err
	}
	return vault.Load(f.vaultName(path))
}

// rawTo writes it.
func (f Files) rawTo(store, path string, data []byte) error {
	if store == File {
		if err := f.MakeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		return atomicfile.Write(path, data, 0o600)
	}
	vault, err := f.open(store)
	if err != nil {
		return err
	}
	p, err := vault.Prepare(f.vaultName(path))
	if err != nil {
		return err
	}
	return p.Commit(data)
}

// removeFrom removes it.
func (f Files) removeFrom(store, path string) error {
	if store == File {
		return removeFile(path)
	}
	vault, err := f.open(store)
	if err != nil {
		return err
	}
	return vault.Remove(f.vaultName(path))
}

// Try shows that a store works: a value is written, read back and removed.
func (f Files) Try(store string) error {
	if store == File {
		return f.MakeFolder(f.SSO())
	}
	vault, err := f.open(store)
	if err != nil {
		return err
	}
	const name = "sso/trial"
	p, err := vault.Prepare(name)
	if err != nil {
		return err
	}
	want := []byte(strings.Repeat("trial ", usual/6))
	if err := p.Commit(want); err != nil {
		return err
	}
	got, err := vault.Load(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return &StoreError{store, errors.New("what was read back is not what was written"), ""}
	}
	return vault.Remove(name)
}

// Belonging lists the paths at which there is something of a session besides its
// tokens: role credentials that say so, and registrations in a vault. The error is for
// what could not be read: it may belong to the session too.
func (f Files) Belonging(session string) (paths []string, unknown error) {
	owner := strings.TrimSuffix(ssocache.TokenName(session), ".json")
	found, failures := list(f.Roles(), ssocache.ParseCredentials)
	for _, c := range found {
		if c.Value.Session == session {
			paths = append(paths, c.Path)
		}
	}
	for _, folder := range []string{f.Roles(), f.SSO()} {
		markers, more := marked(folder)
		failures = append(failures, more...)
		for path, m := range inOrder(markers) {
			if m.owner == owner && path != f.TokenPath(session) {
				paths = append(paths, path)
			}
		}
	}
	return paths, errors.Join(failures...)
}

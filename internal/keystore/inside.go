package keystore

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// load reads what belongs at a path of the cache, wherever it is. What is not where
// its marker says may have been moved a moment ago.
func load[T any](f Files, path string, parse func([]byte) (T, error)) (T, error) {
	m, err := readMarker(path)
	for range rereadings {
		if err != nil {
			break
		}
		v, err2 := loadBy(f, m, path, parse)
		if !errors.Is(err2, ssocache.ErrNotFound) {
			return v, err2
		}
		before := m
		if m, err = readMarker(path); err == nil && m.store == before.store {
			return v, err2
		}
	}
	var zero T
	if err == nil {
		err = notFound(path)
	}
	return zero, err
}

// loadBy reads from where a marker says.
func loadBy[T any](f Files, m marker, path string, parse func([]byte) (T, error)) (T, error) {
	var zero T
	if m.store == "" {
		return loadFile(path, parse)
	}
	data, err := f.loadFrom(m, path)
	if err != nil {
		return zero, err
	}
	v, err := parse(data)
	if err != nil {
		return zero, corrupt(f.vaultName(path)+" of the "+m.store+" store", err.Error())
	}
	return v, nil
}

// loadFile reads a file of the cache, or what is kept of it because it could not be
// stored there.
func loadFile[T any](path string, parse func([]byte) (T, error)) (T, error) {
	newest := atomicfile.Newest(path)
	v, err := ssocache.Load(newest, parse)
	if newest == path && errors.Is(err, ssocache.ErrCorrupt) {
		// It may be half overwritten: what is kept is whole.
		if kept, err := ssocache.Load(atomicfile.Kept(path), parse); err == nil {
			return kept, nil
		}
	}
	if Unknown(err) {
		err = unreadable(newest, err)
	}
	return v, err
}

// loadFrom reads from the vault that a marker names.
func (f Files) loadFrom(m marker, path string) ([]byte, error) {
	vault, err := f.open(m.store)
	if err != nil {
		return nil, err
	}
	if data, ok := f.Vaults.recall(path, m.id); ok {
		return data, nil
	}
	data, err := vault.Load(f.vaultName(path))
	if err != nil {
		return nil, err
	}
	f.Vaults.remember(path, m.id, data)
	return data, nil
}

// An inside is a place in a vault, with its marker.
type inside struct {
	Place
	files                Files
	path, store, session string
}

// prepareIn reserves a place in a vault. The marker of what was not there before
// comes first: a value without one would never be found again.
func (f Files) prepareIn(store, path, session string) (Place, error) {
	vault, err := f.open(store)
	if err != nil {
		return nil, err
	}
	place, err := vault.Prepare(f.vaultName(path))
	if err != nil {
		return nil, err
	}
	if m, err := readMarker(path); err != nil || m.store != store {
		if err := f.mark(path, store, session); err != nil {
			place.Abort()
			return nil, err
		}
	}
	return &inside{place, f, path, store, session}, nil
}

// Commit stores the value and then changes the marker, which tells those who have
// seen the old value. A file in clear that another program left here goes.
func (i *inside) Commit(data []byte) error {
	err := i.Place.Commit(data)
	var kept *atomicfile.KeptError
	if err != nil && !errors.As(err, &kept) {
		return err
	}
	i.files.Vaults.forget(i.path)
	_ = i.files.mark(i.path, i.store, i.session) // a sight lasts but a moment
	if !i.isToken() {
		_ = removeFile(i.path)
	}
	return err
}

// isToken tells tokens apart: a file of that name may be another program's
// sign-in, which a sign-out should revoke.
func (i *inside) isToken() bool { return i.path == i.files.TokenPath(i.session) }

// Remove deletes what belongs at a path of the cache, in clear and in its vault;
// what is not there is fine. The marker of a session stays.
func (f Files) Remove(path string) error {
	m, err := readMarker(path)
	if err != nil {
		return err
	}
	if err := removeFile(path); err != nil || m.store == "" {
		return err
	}
	vault, err := f.open(m.store)
	if err != nil {
		return err
	}
	f.Vaults.forget(path)
	if err := vault.Remove(f.vaultName(path)); err != nil {
		return err
	}
	if m.owner == strings.TrimSuffix(filepath.Base(path), ".json") {
		if err := f.touch(path, m); !atomicfile.Full(err) {
			return err
		}
		return nil // the value is gone; its marker only keeps its old id
	}
	return unmark(path)
}

// InClear returns the token file of another program under key, where the
// session's own token is in a vault. An error says that there is a file whose content
// is not known.
func (f Files) InClear(key string) (tok ssocache.Token, ok bool, err error) {
	store, err := f.Store(key)
	if err != nil || store == File {
		return tok, false, err
	}
	tok, err = loadFile(f.TokenPath(key), ssocache.ParseToken)
	if err != nil && !Unknown(err) {
		return tok, false, nil
	}
	return tok, err == nil, err
}

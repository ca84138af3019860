// Package keystore is where tokens and role credentials are kept: the AWS CLI's
// files in the home folder, so that every other tool finds them, or a [Backend].
package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/owner"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Files keeps everything in the AWS CLI's cache folders, except what a marker
// there says is in a backend.
type Files struct {
	ssocache.Dir
	Backends *Backends // nil: markers lead nowhere
}

// LoadToken reads the token under key, with the errors of [ssocache.Dir.LoadToken]
// and *[StoreError].
func (f Files) LoadToken(key string) (ssocache.Token, error) {
	return load(f, f.TokenPath(key), ssocache.ParseToken)
}

// LoadCredentials reads the role credentials called name, with the errors of
// [Files.LoadToken].
func (f Files) LoadCredentials(name string) (ssocache.Credentials, error) {
	return load(f, filepath.Join(f.Roles(), name), ssocache.ParseCredentials)
}

// LoadRegistration reads the registration called name, with the errors of
// [Files.LoadToken].
func (f Files) LoadRegistration(name string) (ssocache.Registration, error) {
	return load(f, filepath.Join(f.SSO(), name), ssocache.ParseRegistration)
}

// load reads the value of a path of the cache, from whichever store has it. A value that
// is not in the store that its marker names may have been moved a moment ago.
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

// loadBy reads a value from the store that a marker names.
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
		return zero, corrupt(f.valueName(path)+" of the "+m.store+" store", err.Error())
	}
	return v, nil
}

// loadFile reads a file of the cache, or the kept value that could not be stored there.
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

// PrepareToken reserves the place of the token under key, so that a refresh token
// is not spent where its successor could not be stored.
func (f Files) PrepareToken(key string) (Pending, error) {
	return f.prepare(f.TokenPath(key), key)
}

// SaveToken replaces the token under key.
func (f Files) SaveToken(key string, t ssocache.Token) error {
	return f.save(f.TokenPath(key), key, t.Encode())
}

// SaveCredentials replaces the role credentials called name, in the store of the
// session that they come from.
func (f Files) SaveCredentials(name string, c ssocache.Credentials) error {
	return f.save(filepath.Join(f.Roles(), name), c.Session, c.Encode())
}

// SaveRegistration replaces the registration called name of a session.
func (f Files) SaveRegistration(session, name string, r ssocache.Registration) error {
	return f.save(filepath.Join(f.SSO(), name), session, r.Encode())
}

func (f Files) save(path, session string, data []byte) error {
	p, err := f.prepare(path, session)
	if err != nil {
		return err
	}
	return p.Commit(data)
}

func (f Files) prepare(path, session string) (Pending, error) {
	if err := f.MakeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	store := File
	if session != "" {
		var err error
		if store, err = f.Store(session); err != nil {
			return nil, err
		}
	}
	if store != File {
		return f.prepareIn(store, path, session)
	}
	if path != f.TokenPath(session) { // it can be had again
		p, err := atomicfile.Prepare(path, reserve, 0o600)
		if err != nil {
			return nil, err
		}
		return p, nil
	}
	p, err := atomicfile.Reserve(path, reserve, 0o600)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// reserve is the space taken for a token or role file before it is written:
// several times what such a file has been seen to need.
const reserve = 16 << 10

// ErrForeignHome means that root runs in another user's home, where a file of root's
// would lock that user out.
var ErrForeignHome = errors.New("the home folder belongs to another user")

// MakeFolder creates one of the cache's folders, readable by the user alone. As
// root in another user's home it creates nothing and wraps [ErrForeignHome].
func (f Files) MakeFolder(folder string) error {
	if f.Home == "" {
		return errors.New("there is no home folder for the cache")
	}
	if foreign(f.Home) {
		return fmt.Errorf("%s: %w", f.Home, ErrForeignHome)
	}
	return owner.MakeFolder(folder)
}

// foreign says whether root runs in a home that is not root's, as with sudo
// that keeps HOME.
func foreign(home string) bool {
	if os.Geteuid() != 0 {
		return false
	}
	info, err := os.Stat(home)
	if err != nil {
		return false
	}
	uid, _, ok := owner.Of(info)
	return ok && uid != 0
}

// RemoveRegistration deletes the registration called name.
func (f Files) RemoveRegistration(name string) error { return f.Remove(filepath.Join(f.SSO(), name)) }

// DropRegistration deletes every registration of a client, whatever the name of its
// file: the AWS CLI names a file after the settings of the session. A registration
// that cannot be read stays.
func (f Files) DropRegistration(clientID string) error {
	var failures []error
	for _, r := range f.registrations() {
		if r.Value.ClientID == clientID {
			failures = append(failures, f.Remove(r.Path))
		}
	}
	return errors.Join(failures...)
}

// RemoveCredentials deletes the role credentials in the files with the names, and those
// for which also is true. The error names files that it cannot read, too.
func (f Files) RemoveCredentials(names []string, also func(ssocache.Credentials) bool) error {
	var failures []error
	for _, name := range names {
		failures = append(failures, f.Remove(filepath.Join(f.Roles(), name)))
	}
	found, unknown := f.KnownCredentials()
	failures = append(failures, unknown...)
	for _, c := range found {
		if also(c.Value) {
			failures = append(failures, f.Remove(c.Path))
		}
	}
	return errors.Join(failures...)
}

// Remove deletes the value of a path of the cache, in clear and in its backend. It is no
// error if there is none. The marker of a session stays.
func (f Files) Remove(path string) error {
	m, err := readMarker(path)
	if err != nil {
		return err
	}
	if err := removeFile(path); err != nil || m.store == "" {
		return err
	}
	backend, err := f.open(m.store)
	if err != nil {
		return err
	}
	f.Backends.forget(path)
	if err := backend.Remove(f.valueName(path)); err != nil {
		return err
	}
	if m.isToken(path) {
		if err := f.touch(path, m); !atomicfile.Full(err) {
			return err
		}
		return nil // the value is gone; its marker only keeps its old id
	}
	return unmark(path)
}

// removeFile deletes a file and its kept value. It is no error if there is none.
func removeFile(path string) error {
	for _, path := range []string{atomicfile.Kept(path), path} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// PlaintextToken returns the token of another program under key, if the session's own token is
// in a backend. An error means that there is a file whose content is not known.
func (f Files) PlaintextToken(key string) (tok ssocache.Token, ok bool, err error) {
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

// Sweep removes temporary files that a killed process left in the cache more
// than an hour before now. They may hold a token.
func (f Files) Sweep(now time.Time) {
	for _, folder := range []string{f.SSO(), f.Roles(), EncryptedFolder(f.Home)} {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") || !strings.Contains(e.Name(), atomicfile.TempInfix) {
				continue
			}
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > time.Hour {
				_ = removeFile(filepath.Join(folder, e.Name()))
			}
		}
	}
}

// Unsettled reports whether the token under key could not be stored in its place, so
// that it is kept beside its file, where other programs do not find it.
func (f Files) HasKeptToken(key string) bool {
	path := f.TokenPath(key)
	for _, path := range []string{path, encryptedPath(f.Home, f.valueName(path))} {
		if _, err := os.Lstat(atomicfile.Kept(path)); err == nil {
			return true
		}
	}
	return false
}

// Settle stores an unsettled token in its place. The caller holds the lock of the session.
func (f Files) StoreKeptToken(key string) error {
	tok, err := f.LoadToken(key)
	if err != nil {
		return err
	}
	return f.SaveToken(key, tok)
}

// Stamp returns a text that changes when one of the session's tokens does, under any of
// its names and in any store. It looks at the files only. "" means that there is no token.
func (f Files) Stamp(keys ...string) string {
	var b strings.Builder
	for _, key := range keys {
		path := f.TokenPath(key)
		for _, path := range []string{path, atomicfile.Kept(path), ssocache.MarkerPath(path)} {
			if info, err := os.Stat(path); err == nil {
				fmt.Fprintf(&b, "%s %d %d\n", path, info.ModTime().UnixNano(), info.Size())
			}
		}
	}
	return b.String()
}

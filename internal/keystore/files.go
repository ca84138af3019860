// Package keystore stores tokens and role credentials. The default store is the AWS CLI's
// files in the home folder, where other tools find them. Each session can use a [Backend]
// instead.
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

// Files stores values in the AWS CLI's cache folders. If a marker names a backend, Files
// stores the value in that backend.
type Files struct {
	ssocache.Dir
	Backends *Backends // nil if no backend can be used
}

// LoadToken reads the token with this key. It returns the errors of
// [ssocache.Dir.LoadToken] and *[StoreError].
func (f Files) LoadToken(key string) (ssocache.Token, error) {
	return load(f, f.TokenPath(key), ssocache.ParseToken)
}

// LoadCredentials reads the role credentials called name. It returns the same errors as
// [Files.LoadToken].
func (f Files) LoadCredentials(name string) (ssocache.Credentials, error) {
	return load(f, filepath.Join(f.Roles(), name), ssocache.ParseCredentials)
}

// LoadAssumed reads the credentials of an assumed role. It returns the same errors as
// [Files.LoadToken].
func (f Files) LoadAssumed(name string) (ssocache.Assumed, error) {
	return load(f, filepath.Join(f.Roles(), name), ssocache.ParseAssumed)
}

// LoadRegistration reads the registration called name. It returns the same errors as
// [Files.LoadToken].
func (f Files) LoadRegistration(name string) (ssocache.Registration, error) {
	return load(f, filepath.Join(f.SSO(), name), ssocache.ParseRegistration)
}

// load reads the value at a path of the cache from its store. Another process may move the
// value to another store at the same time. So if the store does not have the value, load
// reads the marker again.
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

// loadFile reads a file of the cache, or the kept file if that is newer (see
// [atomicfile.Kept]).
func loadFile[T any](path string, parse func([]byte) (T, error)) (T, error) {
	newest := atomicfile.Newest(path)
	v, err := ssocache.Load(newest, parse)
	if newest == path && errors.Is(err, ssocache.ErrCorrupt) {
		// The file may be half overwritten. The kept file is complete.
		if kept, err := ssocache.Load(atomicfile.Kept(path), parse); err == nil {
			return kept, nil
		}
	}
	if Unknown(err) {
		err = unreadable(newest, err)
	}
	return v, err
}

// PrepareToken reserves space for the token with this key. Call it before you spend a refresh
// token, because a new token that cannot be stored is lost.
func (f Files) PrepareToken(key string) (Pending, error) {
	return f.prepare(f.TokenPath(key), key)
}

// SaveToken replaces the token with this key.
func (f Files) SaveToken(key string, t ssocache.Token) error {
	return f.save(f.TokenPath(key), key, t.Encode())
}

// SaveCredentials replaces the role credentials called name, in the store of their session.
func (f Files) SaveCredentials(name string, c ssocache.Credentials) error {
	return f.save(filepath.Join(f.Roles(), name), c.Session, c.Encode())
}

// SaveAssumed replaces the credentials of an assumed role, in the store of the session at the
// start of their chain.
func (f Files) SaveAssumed(name string, a ssocache.Assumed) error {
	return f.save(filepath.Join(f.Roles(), name), a.Session, a.Encode())
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
	if path != f.TokenPath(session) { // role credentials and registrations can be requested again
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

// reserve is how many bytes are reserved for a token or role file. Such files are several
// times smaller.
const reserve = 16 << 10

// ErrForeignHome means that root runs in another user's home folder. The user could not read
// files that root creates there.
var ErrForeignHome = errors.New("the home folder belongs to another user")

// MakeFolder creates one of the cache's folders with mode 0700. If root runs in another
// user's home folder, it creates nothing and returns an error that wraps [ErrForeignHome].
func (f Files) MakeFolder(folder string) error {
	if f.Home == "" {
		return errors.New("no home folder for the cache")
	}
	if foreign(f.Home) {
		return fmt.Errorf("%s: %w", f.Home, ErrForeignHome)
	}
	return owner.MakeFolder(folder)
}

// foreign reports whether root runs in another user's home folder, for example because sudo
// keeps HOME.
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

// RemoveRegistration removes the registration called name.
func (f Files) RemoveRegistration(name string) error { return f.Remove(filepath.Join(f.SSO(), name)) }

// DropRegistration removes all registrations of a client. The registrations can have several
// file names, because the AWS CLI derives the name from the session's settings.
// DropRegistration does not remove a registration that it cannot read.
func (f Files) DropRegistration(clientID string) error {
	var failures []error
	for _, r := range f.registrations() {
		if r.Value.ClientID == clientID {
			failures = append(failures, f.Remove(r.Path))
		}
	}
	return errors.Join(failures...)
}

// RemoveCredentials removes the role credentials with these names, and all role credentials
// that match accepts. It removes credentials of assumed roles only if they came from a
// session. The error also names files that cannot be read.
func (f Files) RemoveCredentials(names []string, match func(ssocache.Credentials) bool) error {
	var failures []error
	for _, name := range names {
		failures = append(failures, f.Remove(filepath.Join(f.Roles(), name)))
	}
	found, unknown := f.KnownCredentials()
	failures = append(failures, unknown...)
	for _, c := range found {
		if match(c.Value) {
			failures = append(failures, f.Remove(c.Path))
		}
	}
	assumed, _ := f.KnownAssumed() // the files that cannot be read are the same
	for _, a := range assumed {
		if a.Value.Session != "" && match(a.Value.Credentials) {
			failures = append(failures, f.Remove(a.Path))
		}
	}
	return errors.Join(failures...)
}

// Remove removes the value at a path of the cache, both the file and the value in its
// backend. A missing file or value is not an error. Remove keeps the marker of a session's
// token.
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
		return nil // the disk is full, but the value is removed; only the marker has an old id
	}
	return unmark(path)
}

// removeFile removes a file and its kept file. It is not an error if they do not exist.
func removeFile(path string) error {
	for _, path := range []string{atomicfile.Kept(path), path} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// PlaintextToken returns the token in the AWS CLI's file, if the session's store is a
// backend. Another program has written such a token. ok is false if the file does not exist.
// An error means that the file exists but its content is unknown.
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

// Sweep removes temporary files that are older than an hour. Killed processes leave these
// files, which may contain a token.
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

// HasKeptToken reports whether the newest token with this key is in a kept file (see
// [atomicfile.Kept]), where other programs do not find it.
func (f Files) HasKeptToken(key string) bool {
	path := f.TokenPath(key)
	for _, path := range []string{path, encryptedPath(f.Home, f.valueName(path))} {
		if _, err := os.Lstat(atomicfile.Kept(path)); err == nil {
			return true
		}
	}
	return false
}

// StoreKeptToken moves a token from its kept file to the proper file. The caller must hold
// the lock of the session.
func (f Files) StoreKeptToken(key string) error {
	tok, err := f.LoadToken(key)
	if err != nil {
		return err
	}
	return f.SaveToken(key, tok)
}

// Stamp returns a text that changes when a token with one of these keys changes, in any
// store. It uses only the sizes and times of the files. It returns "" if no token exists.
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

// Package keystore is where tokens and role credentials are kept: the AWS CLI's
// files in the home folder, so that every other tool finds them, or a [Vault].
package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Files keeps everything in the AWS CLI's cache folders, except what a marker
// there says is in a vault.
type Files struct {
	ssocache.Dir
	Vaults *Vaults // nil: markers lead nowhere
}

// ErrForeignHome says that root runs in another user's home, where a file of
// root's would lock that user out.
var ErrForeignHome = errors.New("the home folder belongs to another user")

// reserve is the space taken for a token or role file before it is written:
// several times what such a file has been seen to need.
const reserve = 16 << 10

// PrepareToken reserves the place of the token under key, so that a refresh token
// is not spent where its successor could not be stored.
func (f Files) PrepareToken(key string) (Place, error) {
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

func (f Files) save(path, session string, data []byte) error {
	p, err := f.prepare(path, session)
	if err != nil {
		return err
	}
	return p.Commit(data)
}

func (f Files) prepare(path, session string) (Place, error) {
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

// MakeFolder creates one of the cache's folders, readable by the user alone. As
// root in another user's home it creates nothing and wraps [ErrForeignHome].
func (f Files) MakeFolder(folder string) error {
	if f.Home == "" {
		return errors.New("there is no home folder for the cache")
	}
	if foreign(f.Home) {
		return fmt.Errorf("%s: %w", f.Home, ErrForeignHome)
	}
	return makeFolder(folder)
}

// removeFile deletes a file, and what is kept of it; one that is not there is fine.
func removeFile(path string) error {
	for _, path := range []string{atomicfile.Kept(path), path} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Package keystore is where tokens and role credentials are kept: the AWS CLI's
// files in the home folder, so that every other tool finds them.
package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lanyard/internal/atomicfile"
	"lanyard/internal/ssocache"
)

// Files keeps everything in the AWS CLI's cache folders.
type Files struct{ ssocache.Dir }

// ErrForeignHome says that root runs in another user's home, where a file of
// root's would lock that user out.
var ErrForeignHome = errors.New("the home folder belongs to another user")

// reserve is the space taken for a token or role file before it is written:
// several times what such a file has been seen to need.
const reserve = 16 << 10

// PrepareToken reserves the place of the token file under key, so that a
// refresh token is not spent where its successor could not be stored.
func (f Files) PrepareToken(key string) (*atomicfile.Pending, error) {
	return f.prepare(f.TokenPath(key))
}

// SaveToken replaces the token file under key.
func (f Files) SaveToken(key string, t ssocache.Token) error {
	return f.save(f.TokenPath(key), t.Encode())
}

// SaveCredentials replaces the role file called name.
func (f Files) SaveCredentials(name string, c ssocache.Credentials) error {
	return f.save(filepath.Join(f.Roles(), name), c.Encode())
}

// SaveRegistration replaces the registration file called name.
func (f Files) SaveRegistration(name string, r ssocache.Registration) error {
	return f.save(filepath.Join(f.SSO(), name), r.Encode())
}

// RemoveRegistration deletes the registration file called name.
func (f Files) RemoveRegistration(name string) error { return Remove(filepath.Join(f.SSO(), name)) }

func (f Files) save(path string, data []byte) error {
	p, err := f.prepare(path)
	if err != nil {
		return err
	}
	return p.Commit(data)
}

func (f Files) prepare(path string) (*atomicfile.Pending, error) {
	if err := f.MakeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return atomicfile.Prepare(path, reserve, 0o600)
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

// Remove deletes a file of the cache; one that is not there is fine.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

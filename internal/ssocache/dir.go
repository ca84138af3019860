package ssocache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lanyard/internal/atomicfile"
)

// A Dir is the cache of one home folder. AWS_CONFIG_FILE does not move it.
type Dir struct {
	Home string // the user's home; "" is not usable
}

// Errors to test for.
var (
	// ErrNotFound says that there is no such file.
	ErrNotFound = errors.New("not in the cache")
	// ErrCorrupt says that the file is there and makes no sense. It may be
	// in the middle of being rewritten by a program that does so in place.
	ErrCorrupt = errors.New("unreadable cache file")
	// ErrForeignHome says that root runs in another user's home, where a file
	// of root's would lock that user out.
	ErrForeignHome = errors.New("the home folder belongs to another user")
)

// reserve is the space taken for a token or role file before it is written:
// several times what such a file has been seen to need.
const reserve = 16 << 10

// SSO is the folder of the tokens and registrations.
func (d Dir) SSO() string { return filepath.Join(d.Home, ".aws", "sso", "cache") }

// Roles is the folder of the role credentials. Assumed roles and, from the AWS
// CLI, a database lie there too.
func (d Dir) Roles() string { return filepath.Join(d.Home, ".aws", "cli", "cache") }

// TokenPath is where the token under key lies; see [TokenName].
func (d Dir) TokenPath(key string) string { return filepath.Join(d.SSO(), TokenName(key)) }

// LoadToken reads the token under key: an error wraps [ErrNotFound] or
// [ErrCorrupt], or says why the file cannot be read.
func (d Dir) LoadToken(key string) (Token, error) { return load(d.TokenPath(key), ParseToken) }

// LoadCredentials reads the role file called name (see [RoleName]), with the
// errors of [Dir.LoadToken].
func (d Dir) LoadCredentials(name string) (Credentials, error) {
	return load(filepath.Join(d.Roles(), name), ParseCredentials)
}

// LoadRegistration reads the registration file called name (see
// [RegistrationName]), with the errors of [Dir.LoadToken].
func (d Dir) LoadRegistration(name string) (Registration, error) {
	return load(filepath.Join(d.SSO(), name), ParseRegistration)
}

func load[T any](path string, parse func([]byte) (T, error)) (T, error) {
	var zero T
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return zero, fmt.Errorf("%s: %w", path, ErrNotFound)
	}
	if err != nil {
		return zero, err
	}
	v, err := parse(data)
	if err != nil {
		return zero, fmt.Errorf("%w %s: %w", ErrCorrupt, path, err)
	}
	return v, nil
}

// PrepareToken reserves the place of the token file under key, so that a
// refresh token is not spent where its successor could not be stored.
func (d Dir) PrepareToken(key string) (*atomicfile.Pending, error) {
	return d.prepare(d.TokenPath(key))
}

// SaveToken replaces the token file under key.
func (d Dir) SaveToken(key string, t Token) error { return d.save(d.TokenPath(key), t.Encode()) }

// SaveCredentials replaces the role file called name.
func (d Dir) SaveCredentials(name string, c Credentials) error {
	return d.save(filepath.Join(d.Roles(), name), c.Encode())
}

// SaveRegistration replaces the registration file called name.
func (d Dir) SaveRegistration(name string, r Registration) error {
	return d.save(filepath.Join(d.SSO(), name), r.Encode())
}

// RemoveRegistration deletes the registration file called name.
func (d Dir) RemoveRegistration(name string) error { return Remove(filepath.Join(d.SSO(), name)) }

func (d Dir) save(path string, data []byte) error {
	p, err := d.prepare(path)
	if err != nil {
		return err
	}
	return p.Commit(data)
}

func (d Dir) prepare(path string) (*atomicfile.Pending, error) {
	if err := d.MakeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return atomicfile.Prepare(path, reserve, 0o600)
}

// MakeFolder creates one of the cache's folders, readable by the user alone. As
// root in another user's home it creates nothing and wraps [ErrForeignHome].
func (d Dir) MakeFolder(folder string) error {
	if d.Home == "" {
		return errors.New("there is no home folder for the cache")
	}
	if foreign(d.Home) {
		return fmt.Errorf("%s: %w", d.Home, ErrForeignHome)
	}
	return os.MkdirAll(folder, 0o700)
}

// Remove deletes a file of the cache; one that is not there is fine.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

package ssocache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
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
)

// sep is joined by hand: path/filepath would make the program's fast path, which
// reads these files, wait for packages that it does not need. See package warm.
const sep = string(os.PathSeparator)

// SSO is the folder of the tokens and registrations.
func (d Dir) SSO() string {
	return strings.TrimSuffix(d.Home, sep) + sep + ".aws" + sep + "sso" + sep + "cache"
}

// Roles is the folder of the role credentials. Assumed roles and, from the AWS
// CLI, a database lie there too.
func (d Dir) Roles() string {
	return strings.TrimSuffix(d.Home, sep) + sep + ".aws" + sep + "cli" + sep + "cache"
}

// TokenPath is where the token under key lies; see [TokenName].
func (d Dir) TokenPath(key string) string { return d.SSO() + sep + TokenName(key) }

// LoadToken reads the token under key: an error wraps [ErrNotFound] or
// [ErrCorrupt], or says why the file cannot be read.
func (d Dir) LoadToken(key string) (Token, error) { return Load(d.TokenPath(key), ParseToken) }

// LoadCredentials reads the role file called name (see [RoleName]), with the
// errors of [Dir.LoadToken].
func (d Dir) LoadCredentials(name string) (Credentials, error) {
	return Load(d.Roles()+sep+name, ParseCredentials)
}

// LoadRegistration reads the registration file called name (see
// [RegistrationName]), with the errors of [Dir.LoadToken].
func (d Dir) LoadRegistration(name string) (Registration, error) {
	return Load(d.SSO()+sep+name, ParseRegistration)
}

// Load reads one cache file, with the errors of [Dir.LoadToken].
func Load[T any](path string, parse func([]byte) (T, error)) (T, error) {
	var zero T
	data, err := datafile.Read(path, datafile.Limit)
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

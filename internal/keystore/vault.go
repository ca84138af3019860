package keystore

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The stores, as they are named in markers and on the command line.
const (
	File      = "file"      // the AWS CLI's files; the default
	Keychain  = "keychain"  // that of the operating system
	Encrypted = "encrypted" // age files
	Agent     = "agent"     // the memory of the background agent
)

// A Vault keeps secrets outside the AWS CLI's files. Names are like "sso/HASH"
// and "cli/HASH": the folder of the cache and the file that it stands for.
//
// What dies in the middle of a replacement leaves the old value or the new one.
// Writers of one name exclude each other by the locks of package broker.
type Vault interface {
	// Load returns an error that wraps [ssocache.ErrNotFound] if there is no
	// such value, and [ssocache.ErrCorrupt] if it makes no sense.
	Load(name string) ([]byte, error)
	// Prepare makes room for a value of the usual size: it fails where Commit
	// would.
	Prepare(name string) (Place, error)
	// Remove deletes the value; one that is not there is fine.
	Remove(name string) error
}

// A Place is where a value will lie. Either method must be called; after Commit,
// Abort does nothing.
type Place interface {
	Commit(data []byte) error
	Abort()
}

// A StoreError says that a store cannot be used now: what it holds is neither
// there nor absent.
type StoreError struct {
	Store string
	Err   error
	Hint  string // what the person can do
}

func (e *StoreError) Error() string { return fmt.Sprintf("the %s store: %v", e.Store, e.Err) }
func (e *StoreError) Unwrap() error { return e.Err }

// Unavailable reports whether an error says that a store cannot be used now.
func Unavailable(err error) bool {
	var s *StoreError
	return errors.As(err, &s)
}

// open returns the vault of a store.
func (f Files) open(store string) (Vault, error) {
	if f.Vaults == nil {
		return nil, &StoreError{store, errors.New("this program was started without it"), ""}
	}
	return f.Vaults.open(store)
}

// vaultName is the name of a file of the cache in a vault.
func (f Files) vaultName(path string) string {
	folder := "sso"
	if filepath.Dir(path) == f.Roles() {
		folder = "cli"
	}
	return folder + "/" + strings.TrimSuffix(filepath.Base(path), ".json")
}

func notFound(name string) error { return fmt.Errorf("%s: %w", name, ssocache.ErrNotFound) }

func corrupt(name, why string) error {
	return fmt.Errorf("%w %s: %s", ssocache.ErrCorrupt, name, why)
}

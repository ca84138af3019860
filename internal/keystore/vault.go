// The interface of a store other than the files, and the stores that a process has open.

package keystore

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"
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
// A process that dies in the middle of a replacement leaves the old value or the new one.
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

// A Place is room for a value. One of its methods must be called; after Commit, Abort does
// nothing.
type Place interface {
	Commit(data []byte) error
	Abort()
}

// Vaults are the vaults of one process. A vault is opened when it is first used. What it
// gave is remembered for a moment: a process that waits for another one looks again every
// few milliseconds.
type Vaults struct {
	// Open opens the store of a name, [Keychain], [Encrypted] or [Agent].
	Open func(store string) (Vault, error)

	mu     sync.Mutex
	opened map[string]opened
	seen   map[string]sight // by path
}

type opened struct {
	vault Vault
	err   error
}

func (v *Vaults) open(store string) (Vault, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if o, ok := v.opened[store]; ok {
		return o.vault, o.err
	}
	var o opened
	switch store {
	case Keychain, Encrypted, Agent:
		o.vault, o.err = v.Open(store)
	default:
		o.err = &StoreError{store, fmt.Errorf("%q is no store that this version knows", store), ""}
	}
	if v.opened == nil {
		v.opened = map[string]opened{}
	}
	v.opened[store] = o
	return o.vault, o.err
}

// Reopen lets stores be opened anew, for a process that lives long: a store that could not
// be opened, or did not answer, may do so the next time.
func (v *Vaults) Reopen() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.opened = nil
}

// fresh is how long a sight counts. The marker changes with the value, except
// where its writer dies between the two.
const fresh = 2 * time.Second

// A sight is the value of a path while its marker had this id.
type sight struct {
	id   string
	at   time.Time
	data []byte
}

// recall returns what was seen at the path under this marker.
func (v *Vaults) recall(path, id string) ([]byte, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.seen[path]
	return s.data, ok && s.id == id && time.Since(s.at) < fresh
}

func (v *Vaults) remember(path, id string, data []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen == nil {
		v.seen = map[string]sight{}
	}
	v.seen[path] = sight{id, time.Now(), data}
}

func (v *Vaults) forget(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.seen, path)
}

// Forget makes the next read of the token under key ask its vault. The marker, by
// which a change is noticed otherwise, may not have been written.
func (f Files) Forget(key string) {
	if f.Vaults != nil {
		f.Vaults.forget(f.TokenPath(key))
	}
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

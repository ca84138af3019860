// A store other than the files: its interface, its errors, and the vaults that a process
// has opened.

package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/shell"
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

// A sight is the value of a path while its marker had this id.
type sight struct {
	id   string
	at   time.Time
	data []byte
}

// fresh is how long a sight counts. The marker changes with the value, except
// where its writer dies between the two.
const fresh = 2 * time.Second

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

// Vaulted is the folder of the encrypted store.
func Vaulted(home string) string { return filepath.Join(home, ".aws", "lanyard") }

// sealedPath returns the file of the encrypted store that holds the value called name.
func sealedPath(home, name string) string {
	return filepath.Join(Vaulted(home), strings.ReplaceAll(name, "/", "-")+".age")
}

// A StoreError means that a store cannot be used now, so it is not known what it holds.
type StoreError struct {
	Store string
	Err   error
	Hint  string // what the person can do
}

func (e *StoreError) Error() string { return fmt.Sprintf("the %s store: %v", e.Store, e.Err) }

func (e *StoreError) Unwrap() error { return e.Err }

// NextStep is Hint.
func (e *StoreError) NextStep() string { return e.Hint }

// Unavailable reports whether an error says that a store cannot be used now.
func Unavailable(err error) bool {
	var s *StoreError
	return errors.As(err, &s)
}

// An UnreadableError means that a file cannot be read, so it is not known whether it holds
// a token.
type UnreadableError struct {
	Path string
	Err  error
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("%s: cannot be read, so what it holds is not known: %v", e.Path, e.Err)
}

func (e *UnreadableError) Unwrap() error { return e.Err }

// NextStep says how to take over a file of another user; "" if something else is wrong.
func (e *UnreadableError) NextStep() string {
	if !errors.Is(e.Err, fs.ErrPermission) || runtime.GOOS == "windows" {
		return ""
	}
	return "if it should be yours: sudo chown \"$USER\" " + shell.POSIX.Word(e.Path)
}

// unreadable wraps an error of reading path.
func unreadable(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &UnreadableError{path, err}
}

// Unknown reports whether an error of a Load method leaves open what is there, because a
// store cannot be used or a file cannot be read.
func Unknown(err error) bool {
	return err != nil && !errors.Is(err, ssocache.ErrNotFound) && !errors.Is(err, ssocache.ErrCorrupt) && !errors.Is(err, ssocache.ErrNotSSO)
}

func notFound(name string) error { return fmt.Errorf("%s: %w", name, ssocache.ErrNotFound) }

func corrupt(name, why string) error {
	return fmt.Errorf("%w %s: %s", ssocache.ErrCorrupt, name, why)
}

func isCorrupt(err error) bool { return errors.Is(err, ssocache.ErrCorrupt) }

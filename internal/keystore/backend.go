package keystore

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// This file has the backends: the stores other than the files. It also has the markers that
// name the store of a value, and the errors of backends and markers.

// The names of the stores in markers and on the command line.
const (
	File      = "file"      // the AWS CLI's files; the default
	Keychain  = "keychain"  // the keychain of the operating system
	Encrypted = "encrypted" // age files
	Agent     = "agent"     // the memory of the background agent
)

// A Backend is a store other than the AWS CLI's files. Names of values are "sso/HASH" and
// "cli/HASH": the folder of the cache and the name of the file that the value replaces.
//
// If a process dies while it replaces a value, the backend has the old value or the new
// value. Callers use the locks of package broker, so that only one process writes a name.
type Backend interface {
	// Load returns a value. The error wraps [ssocache.ErrNotFound] if the value does not
	// exist, and [ssocache.ErrCorrupt] if it is not valid.
	Load(name string) ([]byte, error)
	// Prepare reserves space for a value of usual size. It fails if Commit would fail.
	Prepare(name string) (Pending, error)
	// Remove removes a value. It is not an error if the value does not exist.
	Remove(name string) error
}

// A Pending is reserved space for a value. The caller must call Commit or Abort.
// After Commit, Abort does nothing.
type Pending interface {
	Commit(data []byte) error
	Abort()
}

// Backends holds the backends of one process. It opens a backend when the backend is first
// used. It caches values for a moment, because a process that waits for another process reads
// them every few milliseconds.
type Backends struct {
	// Open opens a store: [Keychain], [Encrypted] or [Agent].
	Open func(store string) (Backend, error)

	mu     sync.Mutex
	opened map[string]opened
	cache  map[string]cachedValue // by path
}

type opened struct {
	backend Backend
	err     error
}

func (v *Backends) open(store string) (Backend, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if o, ok := v.opened[store]; ok {
		return o.backend, o.err
	}
	var o opened
	switch store {
	case Keychain, Encrypted, Agent:
		o.backend, o.err = v.Open(store)
	default:
		o.err = &StoreError{store, fmt.Errorf("this version has no store %q", store), ""}
	}
	if v.opened == nil {
		v.opened = map[string]opened{}
	}
	v.opened[store] = o
	return o.backend, o.err
}

// Reopen makes the next use open each backend again. A long-lived process calls it, because
// a store that could not be opened may work later.
func (v *Backends) Reopen() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.opened = nil
}

// A cachedValue holds the value of a path, and the id that the marker had when the value was read.
type cachedValue struct {
	id   string
	at   time.Time
	data []byte
}

// cacheFor is how long a cached value is used. The marker changes with the value, unless
// the writer dies between the two writes.
const cacheFor = 2 * time.Second

// recall returns the cached value of a path whose marker has this id.
func (v *Backends) recall(path, id string) ([]byte, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	c, ok := v.cache[path]
	return c.data, ok && c.id == id && time.Since(c.at) < cacheFor
}

func (v *Backends) remember(path, id string, data []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cache == nil {
		v.cache = map[string]cachedValue{}
	}
	v.cache[path] = cachedValue{id, time.Now(), data}
}

func (v *Backends) forget(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.cache, path)
}

// Forget makes the next read of the token with this key ask its backend. The marker shows
// that a value has changed. Use Forget if a process may have failed to write the marker.
func (f Files) Forget(key string) {
	if f.Backends != nil {
		f.Backends.forget(f.TokenPath(key))
	}
}

// open returns the backend of a store.
func (f Files) open(store string) (Backend, error) {
	if f.Backends == nil {
		return nil, &StoreError{store, errors.New("not available in this program"), ""}
	}
	return f.Backends.open(store)
}

// valueName returns the name in a backend of the value at a path of the cache.
func (f Files) valueName(path string) string {
	folder := "sso"
	if filepath.Dir(path) == f.Roles() {
		folder = "cli"
	}
	return folder + "/" + strings.TrimSuffix(filepath.Base(path), ".json")
}

func EncryptedFolder(home string) string { return filepath.Join(home, ".aws", "lanyard") }

// encryptedPath returns the file in the encrypted store for the value called name.
func encryptedPath(home, name string) string {
	return filepath.Join(EncryptedFolder(home), strings.ReplaceAll(name, "/", "-")+".age")
}

// A marker is a file that names the store of a value. Each cache file whose content is in a
// backend has a marker. A marker contains no secret. Its name does not end in ".json", so
// that the AWS CLI does not read it.
//
// A sign-out keeps the marker of the session's token, so the next token goes to the same
// store.
type marker struct {
	store string
	owner string // the base name of the session's token file, without ".json"
	id    string // changes when the value changes
}

const markerMagic = "lanyard-store"

// readMarker returns the marker of a path, or the zero marker if the value is in the file. It
// returns an error if it cannot read the marker, because the value must not be written as
// plaintext.
func readMarker(path string) (marker, error) {
	data, err := datafile.Read(ssocache.MarkerPath(path), datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		return marker{}, nil
	}
	if err != nil {
		return marker{}, &StoreError{"unknown", unreadable(ssocache.MarkerPath(path), err), ""}
	}
	f := strings.Fields(string(data))
	if len(f) != 4 || f[0] != markerMagic {
		return marker{}, &StoreError{
			"unknown", errors.New(ssocache.MarkerPath(path) + ": does not name a store"),
			"delete this file if the tokens are in the AWS CLI's files",
		}
	}
	return marker{f[1], f[2], f[3]}, nil
}

// mark writes the marker of a path after its value has changed or moved to the store.
func (f Files) mark(path, store, session string) error {
	if err := f.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return f.touch(path, marker{store: store, owner: ownerOf(session)})
}

// touch writes a marker with a new id.
func (Files) touch(path string, m marker) error {
	line := strings.Join([]string{markerMagic, m.store, m.owner, rand.Text()}, " ")
	return atomicfile.Write(ssocache.MarkerPath(path), []byte(line+"\n"), 0o600)
}

// unmark removes the marker of a path. The value is then in the file.
func unmark(path string) error { return removeFile(ssocache.MarkerPath(path)) }

// ownerOf returns the owner field of a session's markers.
func ownerOf(session string) string { return strings.TrimSuffix(ssocache.TokenName(session), ".json") }

// isToken reports whether the marker of this path belongs to the session's token.
func (m marker) isToken(path string) bool {
	return m.owner == strings.TrimSuffix(filepath.Base(path), ".json")
}

// Store returns the store of a session's secrets.
func (f Files) Store(session string) (string, error) {
	m, err := readMarker(f.TokenPath(session))
	if m.store == "" {
		m.store = File
	}
	return m.store, err
}

// marked returns the markers in a folder by the paths of their values. unknown has the errors
// of listing the folder and of reading markers.
func marked(folder string) (found map[string]marker, unknown []error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		unknown = append(unknown, unreadable(folder, err))
	}
	found = map[string]marker{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ssocache.MarkerSuffix)
		if !ok || !strings.HasPrefix(name, ".") {
			continue
		}
		path := filepath.Join(folder, name[1:]+".json")
		m, err := readMarker(path)
		switch {
		case err != nil:
			unknown = append(unknown, err)
		case m.store != "":
			found[path] = m
		}
	}
	return found, unknown
}

// loadFrom reads a value from the backend that its marker names.
func (f Files) loadFrom(m marker, path string) ([]byte, error) {
	backend, err := f.open(m.store)
	if err != nil {
		return nil, err
	}
	if data, ok := f.Backends.recall(path, m.id); ok {
		return data, nil
	}
	data, err := backend.Load(f.valueName(path))
	if err != nil {
		return nil, err
	}
	f.Backends.remember(path, m.id, data)
	return data, nil
}

// A markedPending is a pending value in a backend, with its marker.
type markedPending struct {
	Pending
	files                Files
	path, store, session string
}

// prepareIn reserves space in a backend. It writes a missing marker now, because a value
// without a marker would never be found.
func (f Files) prepareIn(store, path, session string) (Pending, error) {
	backend, err := f.open(store)
	if err != nil {
		return nil, err
	}
	pending, err := backend.Prepare(f.valueName(path))
	if err != nil {
		return nil, err
	}
	if m, err := readMarker(path); err != nil || m.store != store {
		if err := f.mark(path, store, session); err != nil {
			pending.Abort()
			return nil, err
		}
	}
	return &markedPending{pending, f, path, store, session}, nil
}

// Commit stores the value, then changes the marker, so that other processes notice the
// change. Another program may have written a plaintext file to the path. Commit removes that
// file. If the file has a token, Commit keeps the file, because the token may be another
// program's sign-in, which a sign-out should revoke.
func (p *markedPending) Commit(data []byte) error {
	err := p.Pending.Commit(data)
	var kept *atomicfile.KeptError
	if err != nil && !errors.As(err, &kept) {
		return err
	}
	p.files.Backends.forget(p.path)
	_ = p.files.mark(p.path, p.store, p.session) // on failure, other processes notice after cacheFor
	if p.path != p.files.TokenPath(p.session) {
		_ = removeFile(p.path)
	}
	return err
}

// A StoreError means that a store cannot be used now, so its content is unknown.
type StoreError struct {
	Store string
	Err   error
	Hint  string // how the user can repair the store
}

func (e *StoreError) Error() string { return fmt.Sprintf("the %s store: %v", e.Store, e.Err) }

func (e *StoreError) Unwrap() error { return e.Err }

// NextStep returns Hint.
func (e *StoreError) NextStep() string { return e.Hint }

// Unavailable reports whether err means that a store cannot be used now.
func Unavailable(err error) bool {
	var s *StoreError
	return errors.As(err, &s)
}

// An UnreadableError means that a file cannot be read, so it may contain a token.
type UnreadableError struct {
	Path string
	Err  error
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("%s: cannot be read, so its content is unknown: %v", e.Path, e.Err)
}

func (e *UnreadableError) Unwrap() error { return e.Err }

// NextStep returns how to become the owner of the file if permissions are missing. Otherwise
// it returns "".
func (e *UnreadableError) NextStep() string {
	if !errors.Is(e.Err, fs.ErrPermission) || runtime.GOOS == "windows" {
		return ""
	}
	return "if the file should belong to you, run: sudo chown \"$USER\" " + shell.POSIX.Word(e.Path)
}

// unreadable returns an [UnreadableError] for an error of reading path.
func unreadable(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &UnreadableError{path, err}
}

// Unknown reports whether err, the error of a Load method, means that a store or a file
// cannot be read. Then it is unknown whether the value exists.
func Unknown(err error) bool {
	return err != nil && !errors.Is(err, ssocache.ErrNotFound) && !errors.Is(err, ssocache.ErrCorrupt) && !errors.Is(err, ssocache.ErrNotSSO)
}

func notFound(name string) error { return fmt.Errorf("%s: %w", name, ssocache.ErrNotFound) }

func corrupt(name, reason string) error {
	return fmt.Errorf("%s: %w: %s", name, ssocache.ErrCorrupt, reason)
}

func isCorrupt(err error) bool { return errors.Is(err, ssocache.ErrCorrupt) }

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

// The stores other than the files: vaults, which hold values, the markers, which say where
// a value is, and the errors of both.

// The stores, as they are named in markers and on the command line.
const (
	File      = "file"      // the AWS CLI's files; the default
	Keychain  = "keychain"  // that of the operating system
	Encrypted = "encrypted" // age files
	Agent     = "agent"     // the memory of the background agent
)

// A Backend keeps secrets outside the AWS CLI's files. Names are like "sso/HASH"
// and "cli/HASH": the folder of the cache and the file that it stands for.
//
// A process that dies in the middle of a replacement leaves the old value or the new one.
// Writers of one name exclude each other by the locks of package broker.
type Backend interface {
	// Load returns an error that wraps [ssocache.ErrNotFound] if there is no
	// such value, and [ssocache.ErrCorrupt] if it makes no sense.
	Load(name string) ([]byte, error)
	// Prepare makes room for a value of the usual size: it fails where Commit
	// would.
	Prepare(name string) (Pending, error)
	// Remove deletes the value; one that is not there is fine.
	Remove(name string) error
}

// A Pending is room for a value. One of its methods must be called; after Commit, Abort does
// nothing.
type Pending interface {
	Commit(data []byte) error
	Abort()
}

// Backends are the vaults of one process. A backend is opened when it is first used. What it
// gave is remembered for a moment: a process that waits for another one looks again every
// few milliseconds.
type Backends struct {
	// Open opens the store of a name, [Keychain], [Encrypted] or [Agent].
	Open func(store string) (Backend, error)

	mu     sync.Mutex
	opened map[string]opened
	seen   map[string]sight // by path
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
		o.err = &StoreError{store, fmt.Errorf("%q is no store that this version knows", store), ""}
	}
	if v.opened == nil {
		v.opened = map[string]opened{}
	}
	v.opened[store] = o
	return o.backend, o.err
}

// Reopen lets stores be opened anew, for a process that lives long: a store that could not
// be opened, or did not answer, may do so the next time.
func (v *Backends) Reopen() {
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
func (v *Backends) recall(path, id string) ([]byte, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.seen[path]
	return s.data, ok && s.id == id && time.Since(s.at) < fresh
}

func (v *Backends) remember(path, id string, data []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen == nil {
		v.seen = map[string]sight{}
	}
	v.seen[path] = sight{id, time.Now(), data}
}

func (v *Backends) forget(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.seen, path)
}

// Forget makes the next read of the token under key ask its backend. The marker, by
// which a change is noticed otherwise, may not have been written.
func (f Files) Forget(key string) {
	if f.Backends != nil {
		f.Backends.forget(f.TokenPath(key))
	}
}

// open returns the backend of a store.
func (f Files) open(store string) (Backend, error) {
	if f.Backends == nil {
		return nil, &StoreError{store, errors.New("this program was started without it"), ""}
	}
	return f.Backends.open(store)
}

// valueName is the name of a file of the cache in a backend.
func (f Files) valueName(path string) string {
	folder := "sso"
	if filepath.Dir(path) == f.Roles() {
		folder = "cli"
	}
	return folder + "/" + strings.TrimSuffix(filepath.Base(path), ".json")
}

// EncryptedFolder is the folder of the encrypted store.
func EncryptedFolder(home string) string { return filepath.Join(home, ".aws", "lanyard") }

// encryptedPath returns the file of the encrypted store that holds the value called name.
func encryptedPath(home, name string) string {
	return filepath.Join(EncryptedFolder(home), strings.ReplaceAll(name, "/", "-")+".age")
}

// A marker stands for a cache file whose content is in a backend. It names the backend and
// holds no secret. Like the locks beside it, it is not JSON and its name does not end in
// ".json".
//
// The marker of a session's token stays when the session is signed out: the next token
// goes to the same store.
type marker struct {
	store string
	owner string // the base name of the session's token file, without ".json"
	id    string // changes with the value
}

const markerMagic = "lanyard-store"

// readMarker returns the zero marker if there is none: then the file counts. A marker
// that cannot be read is an error: its value must not be written in clear.
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
			"unknown", errors.New(ssocache.MarkerPath(path) + " does not say which store is used"),
			"delete that file if the tokens are in the AWS CLI's files",
		}
	}
	return marker{f[1], f[2], f[3]}, nil
}

// mark writes that the value of the path is in the store, or has changed there.
func (f Files) mark(path, store, session string) error {
	if err := f.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return f.touch(path, marker{store: store, owner: ownerOf(session)})
}

// touch writes a marker with another id.
func (Files) touch(path string, m marker) error {
	line := strings.Join([]string{markerMagic, m.store, m.owner, rand.Text()}, " ")
	return atomicfile.Write(ssocache.MarkerPath(path), []byte(line+"\n"), 0o600)
}

// unmark removes the marker of a path: then its file counts.
func unmark(path string) error { return removeFile(ssocache.MarkerPath(path)) }

// ownerOf returns the owner of a session's markers.
func ownerOf(session string) string { return strings.TrimSuffix(ssocache.TokenName(session), ".json") }

// isToken reports whether the marker at the path stands for its session's own token.
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

// marked lists the markers in a folder by the paths that they stand for. The errors are
// for the folder and for markers that could not be read.
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

// loadFrom reads from the backend that a marker names.
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

// An inside is a place in a backend, with its marker.
type inside struct {
	Pending
	files                Files
	path, store, session string
}

// prepareIn reserves a place in a backend. It writes the marker first if the backend does not
// have the value yet: a value without a marker would never be found again.
func (f Files) prepareIn(store, path, session string) (Pending, error) {
	backend, err := f.open(store)
	if err != nil {
		return nil, err
	}
	place, err := backend.Prepare(f.valueName(path))
	if err != nil {
		return nil, err
	}
	if m, err := readMarker(path); err != nil || m.store != store {
		if err := f.mark(path, store, session); err != nil {
			place.Abort()
			return nil, err
		}
	}
	return &inside{place, f, path, store, session}, nil
}

// Commit stores the value and then changes the marker, by which other processes notice
// the change. It removes a file in clear that another program left at the path, except
// beside a token: that file may be another program's sign-in, which a sign-out should
// revoke.
func (i *inside) Commit(data []byte) error {
	err := i.Pending.Commit(data)
	var kept *atomicfile.KeptError
	if err != nil && !errors.As(err, &kept) {
		return err
	}
	i.files.Backends.forget(i.path)
	_ = i.files.mark(i.path, i.store, i.session) // a sight lasts but a moment
	if i.path != i.files.TokenPath(i.session) {
		_ = removeFile(i.path)
	}
	return err
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

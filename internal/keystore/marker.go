// Markers, and the values that they stand for.

package keystore

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A marker stands for a cache file whose content is in a vault. It names the vault and
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

// loadFrom reads from the vault that a marker names.
func (f Files) loadFrom(m marker, path string) ([]byte, error) {
	vault, err := f.open(m.store)
	if err != nil {
		return nil, err
	}
	if data, ok := f.Vaults.recall(path, m.id); ok {
		return data, nil
	}
	data, err := vault.Load(f.vaultName(path))
	if err != nil {
		return nil, err
	}
	f.Vaults.remember(path, m.id, data)
	return data, nil
}

// An inside is a place in a vault, with its marker.
type inside struct {
	Place
	files                Files
	path, store, session string
}

// prepareIn reserves a place in a vault. It writes the marker first if the vault does not
// have the value yet: a value without a marker would never be found again.
func (f Files) prepareIn(store, path, session string) (Place, error) {
	vault, err := f.open(store)
	if err != nil {
		return nil, err
	}
	place, err := vault.Prepare(f.vaultName(path))
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
	err := i.Place.Commit(data)
	var kept *atomicfile.KeptError
	if err != nil && !errors.As(err, &kept) {
		return err
	}
	i.files.Vaults.forget(i.path)
	_ = i.files.mark(i.path, i.store, i.session) // a sight lasts but a moment
	if i.path != i.files.TokenPath(i.session) {
		_ = removeFile(i.path)
	}
	return err
}

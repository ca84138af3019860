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

// A marker lies in the place of a cache file whose content is in a vault. It says
// in which, and holds no secret. Like the locks beside it, it is not JSON and
// does not end in ".json".
//
// That of a session's token stays when the session is signed out: the next token
// goes to the same store.
type marker struct {
	store string
	owner string // the base name of the session's token file, without ".json"
	id    string // changes with the value
}

const markerMagic = "lanyard-store"

// readMarker returns the zero marker where there is none: the file counts. One
// that cannot be read is an error: what it hides must not be written in clear.
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

// mark says that what belongs at the path is in the store, or has changed there.
func (f Files) mark(path, store, session string) error {
	if err := f.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return f.touch(path, marker{store: store, owner: strings.TrimSuffix(ssocache.TokenName(session), ".json")})
}

func unmark(path string) error { return removeFile(ssocache.MarkerPath(path)) }

// Store returns the store of a session's secrets.
func (f Files) Store(session string) (string, error) {
	m, err := readMarker(f.TokenPath(session))
	if m.store == "" {
		m.store = File
	}
	return m.store, err
}

// marked lists the places in a folder that markers stand for, with their markers. The
// errors are for the folder and for markers that could not be read.
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

// touch writes a marker with another id.
func (Files) touch(path string, m marker) error {
	line := strings.Join([]string{markerMagic, m.store, m.owner, rand.Text()}, " ")
	return atomicfile.Write(ssocache.MarkerPath(path), []byte(line+"\n"), 0o600)
}

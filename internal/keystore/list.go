package keystore

import (
	"errors"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Found is a value with its path in the cache.
type Found[T any] struct {
	Path  string
	Value T
}

// Tokens returns all tokens. The tokens in files are first, sorted by name. The tokens in
// backends follow. Like the AWS CLI, Tokens skips other files and unreadable files. A path
// occurs twice if it has both a plaintext file and a marker.
func (f Files) Tokens() []Found[ssocache.Token] {
	found, _ := f.KnownTokens()
	return found
}

// KnownTokens returns the result of [Files.Tokens], and an error for each unreadable file and
// folder. An unreadable file may contain another token.
func (f Files) KnownTokens() (found []Found[ssocache.Token], unknown []error) {
	return known(f, f.SSO(), marker.isToken, ssocache.ParseToken)
}

// registrations returns all registrations, in the same way as [Files.Tokens].
func (f Files) registrations() []Found[ssocache.Registration] {
	notToken := func(m marker, path string) bool { return !m.isToken(path) }
	found, _ := known(f, f.SSO(), notToken, ssocache.ParseRegistration)
	return found
}

// Credentials returns all role credentials, in the same way as [Files.Tokens].
func (f Files) Credentials() []Found[ssocache.Credentials] {
	found, _ := f.KnownCredentials()
	return found
}

// KnownCredentials returns the result of [Files.Credentials], and the same errors as
// [Files.KnownTokens].
func (f Files) KnownCredentials() (found []Found[ssocache.Credentials], unknown []error) {
	all := func(marker, string) bool { return true }
	return known(f, f.Roles(), all, ssocache.ParseCredentials)
}

// KnownAssumed is [Files.KnownCredentials] for the credentials of assumed roles.
func (f Files) KnownAssumed() (found []Found[ssocache.Assumed], unknown []error) {
	all := func(marker, string) bool { return true }
	return known(f, f.Roles(), all, ssocache.ParseAssumed)
}

// known returns the values in the files of a folder, and the values in backends whose
// markers pass the check accept.
func known[T any](f Files, folder string, accept func(m marker, path string) bool, parse func([]byte) (T, error)) (found []Found[T], unknown []error) {
	found, unknown = list(folder, parse)
	markers, more := marked(folder)
	unknown = append(unknown, more...)
	for path, m := range inOrder(markers) {
		if !accept(m, path) {
			continue
		}
		v, err := load(f, path, parse)
		switch {
		case err == nil:
			found = append(found, Found[T]{path, v})
		case Unknown(err):
			unknown = append(unknown, err)
		}
	}
	return found, unknown
}

// list returns the values in the files of a folder, including kept files.
func list[T any](folder string, parse func([]byte) (T, error)) (files []Found[T], unknown []error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		unknown = append(unknown, unreadable(folder, err))
	}
	var paths []string
	for _, e := range entries {
		name := e.Name()
		if kept, ok := strings.CutSuffix(name, atomicfile.KeptSuffix); ok {
			name = strings.TrimPrefix(kept, ".")
		}
		if strings.HasSuffix(name, ".json") {
			paths = append(paths, filepath.Join(folder, name))
		}
	}
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		v, err := loadFile(path, parse)
		switch {
		case err == nil:
			files = append(files, Found[T]{path, v})
		case Unknown(err):
			unknown = append(unknown, err)
		}
	}
	return files, unknown
}

// inOrder yields the entries of a map in the order of their keys.
func inOrder(m map[string]marker) iter.Seq2[string, marker] {
	return func(yield func(string, marker) bool) {
		for _, path := range slices.Sorted(maps.Keys(m)) {
			if !yield(path, m[path]) {
				return
			}
		}
	}
}

// Reachable opens every store that a marker names, and returns an error if a store cannot be
// used.
func (f Files) Reachable() error {
	tried := map[string]bool{}
	markers, unknown := marked(f.SSO())
	for path, m := range inOrder(markers) {
		if tried[m.store] {
			continue
		}
		tried[m.store] = true
		if _, err := f.loadFrom(m, path); Unavailable(err) {
			return err
		}
	}
	return errors.Join(unknown...)
}

// Uses reports whether a marker says that a token is in the store.
func (f Files) Uses(store string) bool {
	markers, _ := marked(f.SSO())
	for _, m := range markers {
		if m.store == store {
			return true
		}
	}
	return false
}

// PathsOf returns the paths of a session's role credentials, and of its registrations in a
// backend. It leaves out the token. If PathsOf cannot read some values, it also returns an
// error, because these values may belong to the session.
func (f Files) PathsOf(session string) (paths []string, unknown error) {
	found, failures := list(f.Roles(), ssocache.ParseCredentials)
	for _, c := range found {
		if c.Value.Session == session {
			paths = append(paths, c.Path)
		}
	}
	assumed, _ := list(f.Roles(), ssocache.ParseAssumed) // failures already has the unreadable files
	for _, a := range assumed {
		if a.Value.Session == session {
			paths = append(paths, a.Path)
		}
	}
	for _, folder := range []string{f.Roles(), f.SSO()} {
		markers, more := marked(folder)
		failures = append(failures, more...)
		for path, m := range inOrder(markers) {
			if m.owner == ownerOf(session) && path != f.TokenPath(session) {
				paths = append(paths, path)
			}
		}
	}
	return paths, errors.Join(failures...)
}

// Unreadable returns an error for each file in the folders that cannot be read, and for
// each folder that cannot be listed.
func (f Files) Unreadable(folders ...string) []error {
	var failures []error
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, unreadable(folder, err))
		}
		for _, e := range entries {
			if err := f.check(filepath.Join(folder, e.Name())); err != nil {
				failures = append(failures, err)
			}
		}
	}
	return failures
}

// check returns an error if the content of a file of the cache is unknown.
func (f Files) check(path string) error {
	name, ok := strings.CutSuffix(filepath.Base(path), ssocache.MarkerSuffix)
	if ok && strings.HasPrefix(name, ".") {
		path := filepath.Join(filepath.Dir(path), name[1:]+".json")
		m, err := readMarker(path)
		if err != nil || m.store == "" {
			return err
		}
		if _, err := f.loadFrom(m, path); Unknown(err) {
			return err
		}
		return nil
	}
	if !strings.HasSuffix(path, ".json") && !strings.HasSuffix(path, ".json"+atomicfile.KeptSuffix) {
		return nil
	}
	file, err := datafile.Open(path, datafile.Limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // just removed, or a dangling link
	case err != nil:
		return unreadable(path, err)
	}
	return file.Close()
}

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
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Found is what a listing found, and its place in the cache.
type Found[T any] struct {
	Path  string
	Value T
}

// Tokens lists the tokens: the files in the order of their names, then what is in
// vaults. What is of another kind, or cannot be read, is passed over, as the AWS
// CLI does. One path may come twice: a file in clear where there is a marker too.
func (f Files) Tokens() []Found[ssocache.Token] {
	found, _ := f.KnownTokens()
	return found
}

// KnownTokens returns the list of [Files.Tokens], and an error for each file and
// folder that could not be read: it may hold another token.
func (f Files) KnownTokens() (found []Found[ssocache.Token], unknown []error) {
	found, unknown = list(f.SSO(), ssocache.ParseToken)
	markers, more := marked(f.SSO())
	unknown = append(unknown, more...)
	for path, m := range inOrder(markers) {
		if m.owner != strings.TrimSuffix(filepath.Base(path), ".json") {
			continue // a registration
		}
		tok, err := load(f, path, ssocache.ParseToken)
		switch {
		case err == nil:
			found = append(found, Found[ssocache.Token]{path, tok})
		case Unknown(err):
			unknown = append(unknown, err)
		}
	}
	return found, unknown
}

// registrations lists the registrations as [Files.Tokens] lists the tokens.
func (f Files) registrations() []Found[ssocache.Registration] {
	found, _ := list(f.SSO(), ssocache.ParseRegistration)
	markers, _ := marked(f.SSO())
	for path, m := range inOrder(markers) {
		if m.owner == strings.TrimSuffix(filepath.Base(path), ".json") {
			continue // a token
		}
		if r, err := load(f, path, ssocache.ParseRegistration); err == nil {
			found = append(found, Found[ssocache.Registration]{path, r})
		}
	}
	return found
}

// Credentials lists the role credentials as [Files.Tokens] lists the tokens.
func (f Files) Credentials() []Found[ssocache.Credentials] {
	found, _ := f.KnownCredentials()
	return found
}

// KnownCredentials returns the list of [Files.Credentials], and the errors that
// [Files.KnownTokens] describes.
func (f Files) KnownCredentials() (found []Found[ssocache.Credentials], unknown []error) {
	found, unknown = list(f.Roles(), ssocache.ParseCredentials)
	markers, more := marked(f.Roles())
	unknown = append(unknown, more...)
	for path := range inOrder(markers) {
		c, err := load(f, path, ssocache.ParseCredentials)
		switch {
		case err == nil:
			found = append(found, Found[ssocache.Credentials]{path, c})
		case Unknown(err):
			unknown = append(unknown, err)
		}
	}
	return found, unknown
}

// Reachable opens every store that some token is said to be in, and returns why
// one cannot be used.
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

// inOrder yields a map in the order of its keys.
func inOrder(m map[string]marker) iter.Seq2[string, marker] {
	return func(yield func(string, marker) bool) {
		for _, path := range slices.Sorted(maps.Keys(m)) {
			if !yield(path, m[path]) {
				return
			}
		}
	}
}

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

// Sweep removes temporary files that a killed process left in the cache more
// than an hour before now. They may hold a token.
func (f Files) Sweep(now time.Time) {
	for _, folder := range []string{f.SSO(), f.Roles(), Vaulted(f.Home)} {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") || !strings.Contains(e.Name(), atomicfile.TempInfix) {
				continue
			}
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > time.Hour {
				_ = removeFile(filepath.Join(folder, e.Name()))
			}
		}
	}
}

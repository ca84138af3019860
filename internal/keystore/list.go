package keystore

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"lanyard/internal/atomicfile"
	"lanyard/internal/ssocache"
)

// A File is one cache file found by a listing.
type File[T any] struct {
	Path  string
	Value T
}

// Tokens lists the token files, in the order of their names. Files of another
// kind, and those that cannot be read, are passed over, as the AWS CLI does.
func (f Files) Tokens() []File[ssocache.Token] { return list(f.SSO(), ssocache.ParseToken) }

// Credentials lists the role files as [Files.Tokens] lists the tokens.
func (f Files) Credentials() []File[ssocache.Credentials] {
	return list(f.Roles(), ssocache.ParseCredentials)
}

func list[T any](folder string, parse func([]byte) (T, error)) []File[T] {
	entries, _ := os.ReadDir(folder) // no folder: nothing in it
	var files []File[T]
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		path := filepath.Join(folder, e.Name())
		if v, err := ssocache.Load(path, parse); err == nil {
			files = append(files, File[T]{path, v})
		}
	}
	return files
}

// Sweep removes temporary files that a killed process left in the cache more
// than an hour before now. They may hold a token.
func (f Files) Sweep(now time.Time) {
	for _, folder := range []string{f.SSO(), f.Roles()} {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") || !strings.Contains(e.Name(), atomicfile.TempInfix) {
				continue
			}
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > time.Hour {
				_ = Remove(filepath.Join(folder, e.Name()))
			}
		}
	}
}

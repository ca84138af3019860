package ssocache

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// MarkerSuffix ends the name of a marker: see [MarkerPath].
const MarkerSuffix = ".store"

// MarkerPath names the file that says in which other store the content of a cache
// file is kept: ".NAME.store" beside where "NAME.json" would lie.
func MarkerPath(path string) string {
	i := strings.LastIndex(path, sep)
	return path[:i+1] + "." + strings.TrimSuffix(path[i+1:], ".json") + MarkerSuffix
}

// Elsewhere reports whether the token under key may be kept in another store, so that
// a file of its name is not the one that counts.
func (d Dir) Elsewhere(key string) bool {
	_, err := os.Lstat(MarkerPath(d.TokenPath(key)))
	return !errors.Is(err, fs.ErrNotExist)
}

package keystore

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
)

// Unsettled reports whether the token under key could not be stored in its place, so
// that it is kept beside its file, where other programs do not find it.
func (f Files) Unsettled(key string) bool {
	path := f.TokenPath(key)
	for _, path := range []string{path, (&encrypted{files: f}).path(f.vaultName(path))} {
		if _, err := os.Lstat(atomicfile.Kept(path)); err == nil {
			return true
		}
	}
	return false
}

// Settle stores such a token in its place. The caller holds the lock of the session.
func (f Files) Settle(key string) error {
	tok, err := f.LoadToken(key)
	if err != nil {
		return err
	}
	return f.SaveToken(key, tok)
}

//go:build unix

package keystore_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A list returns an error for each file that could not be read.
func TestListReportsUnreadableFiles(t *testing.T) {
	for _, name := range []string{"a.json", ".b" + ssocache.MarkerSuffix} {
		f := keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}}
		for _, folder := range []string{f.SSO(), f.Roles()} {
			if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if found, unknown := f.KnownTokens(); len(found) != 0 || len(unknown) != 1 {
			t.Errorf("%s: found %v, errors %v; want one error", name, found, unknown)
		}
		if found, unknown := f.KnownCredentials(); len(found) != 0 || len(unknown) != 1 {
			t.Errorf("%s: found %v, errors %v; want one error", name, found, unknown)
		}
		if paths, unknown := f.PathsOf("corp"); len(paths) != 0 || unknown == nil {
			t.Errorf("%s: paths %v, error %v; want an error", name, paths, unknown)
		}
	}
}

package keystore

import (
	"fmt"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Stamp changes when one of the session's tokens does, under any of its names and in
// whichever store. It costs a look at the files and none into a store. "" means
// that there is none.
func (f Files) Stamp(keys ...string) string {
	var b strings.Builder
	for _, key := range keys {
		path := f.TokenPath(key)
		for _, path := range []string{path, atomicfile.Kept(path), ssocache.MarkerPath(path)} {
			if info, err := os.Stat(path); err == nil {
				fmt.Fprintf(&b, "%s %d %d\n", path, info.ModTime().UnixNano(), info.Size())
			}
		}
	}
	return b.String()
}

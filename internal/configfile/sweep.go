package configfile

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
)

// sweep removes the temporary files that killed processes left. They may hold
// secrets. With the lock there is nobody whose file is still wanted; without it
// an hour is more than anybody needs.
func (e *Editor) sweep(p place, locked bool) {
	for _, folder := range []string{p.folder(), filepath.Join(p.folder(), ours)} {
		entries, _ := os.ReadDir(folder) // no folder: nothing in it
		for _, entry := range entries {
			if !p.temporary(entry.Name()) {
				continue
			}
			info, err := entry.Info()
			if err == nil && info.Mode().IsRegular() && (locked || e.now().Sub(info.ModTime()) > time.Hour) {
				_ = os.Remove(filepath.Join(folder, entry.Name()))
			}
		}
	}
}

// temporary says whether a file was about to replace this place's file, one of
// its records or one of its backups; not those of another file whose name begins
// with the same letters.
func (p place) temporary(name string) bool {
	name, ok := strings.CutPrefix(name, "."+p.name())
	ending, _, found := strings.Cut(name, atomicfile.TempInfix)
	if !ok || !found {
		return false
	}
	if ending == "" || ending == lastRecord || ending == nextRecord {
		return true
	}
	_, err := time.Parse("-"+time.DateOnly, ending)
	return err == nil
}

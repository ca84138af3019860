package workspace

import (
	"os"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

// IndexConfig writes the index of a large config, so that a request for credentials does not search
// the whole file. Without an index, or after a change by another program, lanyard searches the file.
// So a failure only costs time.
func (w *Workspace) IndexConfig() {
	path := w.In.Config.Path
	if path == "" {
		return
	}
	target := awsconfig.IndexPath(path)
	index, err := awsconfig.MakeIndex(path)
	switch {
	case err == nil && index == nil:
		if _, missing := os.Lstat(target); missing == nil {
			err = os.Remove(target)
		}
	case err == nil:
		if err = owner.MakeFolder(filepath.Dir(target)); err == nil {
			err = atomicfile.Write(target, index, 0o600)
		}
	}
	if err != nil {
		w.App.Log.Debug("the config has no index", "error", err)
	}
}

package configfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
)

// keptBackups is how many backups of one file are kept: the newest.
const keptBackups = 30

// backUp keeps the content before the first change of a day. A file that is not
// there has none.
func (e *Editor) backUp(p place, before state) error {
	if err := p.makeOurs(); err != nil {
		return err
	}
	if !before.exists {
		return nil
	}
	backup := p.beside("-" + e.now().Format(time.DateOnly))
	if _, err := os.Lstat(backup); err == nil {
		return nil
	}
	if err := atomicfile.Write(backup, before.data, 0o600); err != nil {
		return p.noBackup(backup, err)
	}
	return nil
}

// makeOurs creates the folder of backups and records. As a link it would have
// root write where another user likes, so it must be a folder.
func (p place) makeOurs() error {
	folder := filepath.Join(p.folder(), ours)
	if err := makeFolder(folder); err != nil {
		return p.noBackup(folder, err)
	}
	info, err := os.Lstat(folder)
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a folder")
	}
	if err == nil {
		err = p.trust(info)
	}
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(folder, 0o700)
	}
	if err != nil {
		return p.noBackup(folder, err)
	}
	// The file may lie in a dotfiles repository, and its secrets should not.
	ignore := filepath.Join(folder, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		if err := atomicfile.Write(ignore, []byte("*\n"), 0o600); err != nil {
			return p.noBackup(ignore, err)
		}
	}
	return nil
}

func (p place) noBackup(at string, err error) error {
	hint := p.hint(err)
	if hint == "" || errors.Is(err, fs.ErrPermission) {
		hint = "Nothing is changed without a backup. See: ls -ld " + filepath.Join(p.folder(), ours) + " " + at
	}
	return &FileError{Op: "back up", Path: p.given, Err: fmt.Errorf("%s: %w", at, reason(err)), Hint: hint}
}

// backups lists the file's backups, the oldest first.
func (p place) backups() []string {
	entries, _ := os.ReadDir(filepath.Join(p.folder(), ours)) // sorted; none: nothing in it
	var names []string
	for _, e := range entries {
		date, ok := strings.CutPrefix(e.Name(), p.name()+"-")
		if _, err := time.Parse(time.DateOnly, date); ok && err == nil {
			names = append(names, filepath.Join(p.folder(), ours, e.Name()))
		}
	}
	return names
}

// prune removes all but the newest backups. The change has been made: what
// cannot be removed is tried again by the next one.
func (p place) prune() {
	names := p.backups()
	for _, old := range names[:max(0, len(names)-keptBackups)] {
		_ = os.Remove(old)
	}
}

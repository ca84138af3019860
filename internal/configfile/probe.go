package configfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
)

// Probe takes the lock, and reserves space for a file of size bytes and for the record of a
// change. It returns the error that [Editor.Edit] would return. It changes nothing. If the
// file does not exist, Probe returns nil.
func (e *Editor) Probe(ctx context.Context, path string, size int) error {
	p, err := locate(path)
	if err != nil {
		return err
	}
	before, err := p.read()
	if err != nil || !before.exists {
		return err
	}
	if err := p.mayReplace(before); err != nil {
		return err
	}
	lock, err := e.lock(ctx, p)
	if err != nil {
		return err
	}
	defer lock.Release()
	pending, err := p.prepare(before, state{exists: true, data: make([]byte, size)})
	if err != nil {
		return err
	}
	defer pending.abort()
	return p.probeRecord(len(before.data))
}

// probeRecord returns an error if an edit could not write the record of a change. If the
// folder of the records does not exist, it returns nil, because Probe has written to the
// parent folder.
func (p place) probeRecord(size int) error {
	folder := filepath.Join(p.folder(), ourFolder)
	info, err := os.Lstat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !info.IsDir():
		err = errors.New("it is not a folder")
	case err == nil:
		err = p.trust(info)
	}
	if err != nil {
		return p.noBackup(folder, err)
	}
	record, err := atomicfile.Prepare(p.record(nextRecord), 2*size, 0o600)
	if err != nil {
		return p.noBackup(p.record(nextRecord), err)
	}
	record.Abort()
	return nil
}

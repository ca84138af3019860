// Package atomicfile replaces files atomically. A reader sees the old content or the new
// content, never a mixture, even if the writer dies.
//
// The package writes the new content to a temporary file in the same folder, flushes it, and
// renames it over the old file. The package first follows symbolic links, because users keep
// ~/.aws in a dotfiles repository. The link stays, and its target changes.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/owner"
)

// Write replaces the file at path, or creates it, with mode perm. The folder
// must exist.
func Write(path string, data []byte, perm fs.FileMode) error {
	p, err := Prepare(path, len(data), perm)
	if err != nil {
		return err
	}
	return p.Commit(data)
}

// A Pending is a replacement that is prepared but not yet made. It has reserved disk space
// for the content, so that a full disk is an early error. The caller must call Commit or
// Abort.
type Pending struct {
	target string
	tmp    *os.File
	done   bool // committed or aborted
}

// Prepare creates the temporary file that will replace path and reserves size bytes in it.
// Prepare fails if [Pending.Commit] would fail. So it returns an error if the disk is
// read-only or full, or if the folder is not writable. It also returns an error if path leads
// to a device, a pipe or anything else that is not a regular file.
func Prepare(path string, size int, perm fs.FileMode) (_ *Pending, err error) {
	target, err := Resolve(path)
	if err != nil {
		return nil, err
	}
	if info, err := os.Lstat(target); err == nil && !info.Mode().IsRegular() {
		return nil, notRegular(target, info)
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+TempInfix+"*")
	if err != nil {
		return nil, err
	}
	p := &Pending{target: target, tmp: tmp}
	defer func() {
		if err != nil {
			p.Abort()
		}
	}()
	// Set the owner before the mode. Until then, the file has another group, which must not get
	// the mode's group permissions.
	keepOwner(tmp, target)
	if err := tmp.Chmod(perm); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	// Write zeros instead of calling fallocate, which some file systems lack. A full
	// disk refuses a write on every file system.
	if _, err := tmp.Write(make([]byte, size)); err != nil {
		return nil, fmt.Errorf("reserve %d bytes for %s: %w", size, target, err)
	}
	return p, nil
}

// keepOwner gives the temporary file the owner and group of the file that it replaces.
// If root creates a new file, the file gets the owner and group of its folder (see
// package owner).
func keepOwner(tmp *os.File, target string) {
	root := os.Geteuid() == 0
	info, err := os.Stat(target)
	replaces := err == nil
	if !replaces && root {
		info, err = os.Stat(filepath.Dir(target))
	}
	if err != nil {
		return
	}
	uid, gid, ok := owner.Of(info)
	switch {
	case !ok:
	case root && (replaces || uid != 0):
		_ = tmp.Chown(uid, gid)
	case replaces && !root:
		_ = tmp.Chown(-1, gid) // allowed if this process is in the group
	}
}

// TempInfix is part of the name of every temporary file. The name is "." + the name of the
// file to replace + TempInfix + random characters. The name never ends in ".json", because
// the AWS CLI reads every *.json file of its cache folders.
const TempInfix = ".tmp-"

// Stat describes the temporary file, which already has the mode, owner and group of the final
// file.
func (p *Pending) Stat() (fs.FileInfo, error) { return p.tmp.Stat() }

// Commit replaces the file's content with data. The caller can call Commit once.
func (p *Pending) Commit(data []byte) (err error) {
	defer func() {
		if err != nil {
			p.Abort()
		}
	}()
	if _, err := p.tmp.WriteAt(data, 0); err != nil {
		return err
	}
	if err := p.tmp.Truncate(int64(len(data))); err != nil {
		return err
	}
	if err := flush(p.tmp); err != nil {
		return err
	}
	if err := p.tmp.Close(); err != nil {
		return err
	}
	if err := rename(p.tmp.Name(), p.target); err != nil {
		return err
	}
	p.done = true
	syncDir(filepath.Dir(p.target))
	return nil
}

// Abort removes the temporary file, and does not change the old content. After Commit, Abort
// does nothing.
func (p *Pending) Abort() {
	if p.done {
		return
	}
	p.done = true
	_ = p.tmp.Close()
	_ = os.Remove(p.tmp.Name())
}

// A Reserved is a replacement whose content must not be lost, such as a new token. The
// refresh token for it works only once. [Reserve] tries in advance everything that could
// fail. If the rename still fails, Commit overwrites the file in place. If the overwrite
// fails too, Commit keeps the content in another file (see [Kept]). The caller must call
// Commit or Abort.
type Reserved struct {
	*Pending
	path    string // in the caller's words; links are not followed
	perm    fs.FileMode
	inPlace bool // the file can be overwritten but not replaced
}

// A KeptError reports that the file at Path could not be written. The new content is in the
// file Kept, where [Newest] finds it.
type KeptError struct {
	Path, Kept string
	Err        error
}

func (e *KeptError) Error() string {
	return fmt.Sprintf("%s: cannot be written (the new content is in %s): %v", e.Path, e.Kept, e.Err)
}
func (e *KeptError) Unwrap() error { return e.Err }

// Reserve reserves size bytes for the file at path, as [Prepare] does, and flushes them
// to the disk. It fails if the file can be neither replaced nor overwritten, for example
// because it is immutable.
func Reserve(path string, size int, perm fs.FileMode) (*Reserved, error) {
	target, err := Resolve(path)
	if err != nil {
		return nil, err
	}
	inPlace, err := onlyInPlace(target)
	if err != nil {
		return nil, err
	}
	p, err := Prepare(path, size, perm)
	if err != nil {
		return nil, err
	}
	if err := flush(p.tmp); err != nil {
		p.Abort()
		return nil, fmt.Errorf("reserve %d bytes for %s: %w", size, target, err)
	}
	return &Reserved{Pending: p, path: path, perm: perm, inPlace: inPlace}, nil
}

// Commit replaces the file's content with data. If it returns a [KeptError], the data is
// in another file. If it returns another error, the data is lost.
func (r *Reserved) Commit(data []byte) error {
	r.done = true
	tmp, err := r.fill(data)
	if err == nil && !r.inPlace {
		if err = rename(tmp, r.target); err == nil {
			removeKept(r.path)
			syncDir(filepath.Dir(r.target))
			return nil
		}
	}
	// Keep a copy of the new content before the overwrite, because an overwrite can fail in the
	// middle.
	kept := Kept(r.path)
	keepErr := r.keep(tmp, kept, data)
	discard(tmp) // does nothing if keep has renamed tmp
	err2 := overwrite(r.target, data, r.perm)
	switch {
	case err2 == nil:
		removeKept(r.path)
		return nil
	case keepErr != nil:
		return errors.Join(err, err2, keepErr)
	}
	// The overwrite may have changed the file and its time. Give the kept file the same time.
	// Otherwise Newest would prefer the file.
	if info, err := os.Stat(r.target); err == nil {
		_ = os.Chtimes(kept, info.ModTime(), info.ModTime())
	}
	return &KeptError{r.path, kept, errors.Join(err, err2)}
}

// fill writes data to the reserved file, or to a new file if that fails. It returns the
// name of the file.
func (r *Reserved) fill(data []byte) (string, error) {
	f := r.tmp
	_, err := f.WriteAt(data, 0)
	if err == nil {
		err = f.Truncate(int64(len(data)))
	}
	_ = flush(f) // after an error the content is less durable, but correct
	_ = f.Close()
	if err == nil {
		return f.Name(), nil
	}
	discard(f.Name()) // frees its disk space
	f, err2 := os.CreateTemp(filepath.Dir(r.target), "."+filepath.Base(r.target)+TempInfix+"*")
	if err2 != nil {
		return "", errors.Join(err, err2)
	}
	keepOwner(f, r.target)
	_ = f.Chmod(r.perm)
	if err2 := writeOut(f, data); err2 != nil {
		discard(f.Name())
		return "", errors.Join(err, err2)
	}
	return f.Name(), nil
}

// writeOut writes data to f and closes it. It returns only the error of the write. If the
// flush or the close fails, the content is less durable, but correct.
func writeOut(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		_ = flush(f)
	}
	_ = f.Close()
	return err
}

// keep stores data in the file at path. tmp already holds the data, so keep renames tmp. If that
// fails, keep writes a new file.
func (r *Reserved) keep(tmp, path string, data []byte) error {
	if tmp != "" && rename(tmp, path) == nil {
		return nil
	}
	_ = os.Remove(path) // from an earlier failure
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	keepOwner(f, r.target)
	if err := writeOut(f, data); err != nil {
		discard(path)
		return err
	}
	return nil
}

// overwrite writes data into the existing file, or creates it.
func overwrite(target string, data []byte, perm fs.FileMode) error {
	f, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|noFollow, perm)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(target, info)
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil && info.Size() > int64(len(data)) {
		err = f.Truncate(int64(len(data)))
	}
	_ = flush(f)
	_ = f.Close()
	return err
}

// discard removes a file that may hold a secret. If that fails, discard empties the file.
func discard(path string) {
	if path != "" && os.Remove(path) != nil {
		_ = os.Truncate(path, 0)
	}
}

// Kept returns the name of the file in which [Reserved.Commit] keeps content that it
// could not write to path. The name does not end in ".json".
func Kept(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+KeptSuffix)
}

// KeptSuffix is the end of the name of a [Kept] file: "." + the name of the file +
// KeptSuffix.
const KeptSuffix = ".kept"

// Newest returns the path of the newest content of the file at path. It returns the [Kept]
// file if that file exists and the original has not been written since. Otherwise it returns
// path.
func Newest(path string) string {
	kept := Kept(path)
	k, err := os.Lstat(kept)
	if err != nil || !k.Mode().IsRegular() {
		return path
	}
	if info, err := os.Stat(path); err == nil && info.ModTime().After(k.ModTime()) {
		return path
	}
	return kept
}

// removeKept removes the [Kept] file of path.
func removeKept(path string) {
	kept := Kept(path)
	if _, err := os.Lstat(kept); err == nil {
		discard(kept)
	}
}

// flush makes the written data durable. It ignores the error of a file system that does not
// support this.
func flush(f *os.File) error {
	err := f.Sync()
	for _, missing := range []error{errors.ErrUnsupported, syscall.EINVAL} {
		if errors.Is(err, missing) {
			return nil
		}
	}
	return err
}

func notRegular(path string, info fs.FileInfo) error {
	what := "is not a regular file"
	switch mode := info.Mode(); {
	case mode&fs.ModeDevice != 0:
		what = "is a device"
	case mode&fs.ModeNamedPipe != 0:
		what = "is a pipe"
	case mode&fs.ModeSocket != 0:
		what = "is a socket"
	}
	return &fs.PathError{Op: "replace", Path: path, Err: errors.New(what)}
}

// Full reports whether an error says that the disk or the user's quota is full.
func Full(err error) bool {
	return slices.ContainsFunc(fullErrors(), func(full error) bool { return errors.Is(err, full) })
}

// maxLinks is the maximum number of symbolic links that Resolve follows. Linux has the same
// limit.
const maxLinks = 40

// Resolve returns the file that [Write] replaces. For a symbolic link, it returns the target,
// which need not exist. For any other path, it returns path. As root, Resolve follows only
// links that root owns.
func Resolve(path string) (string, error) {
	for range maxLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			if info.IsDir() {
				return "", &fs.PathError{Op: "replace", Path: path, Err: errors.New("is a directory")}
			}
			return path, nil
		}
		if !mayFollow(info) {
			return "", &fs.PathError{Op: "replace", Path: path, Err: errors.New("is another user's symbolic link, which root does not follow")}
		}
		link, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if path, err = linkTarget(path, link); err != nil {
			return "", err
		}
	}
	return "", &fs.PathError{Op: "replace", Path: path, Err: errors.New("too many symbolic links")}
}

// mayFollow reports whether Resolve may follow a symbolic link. Root follows only root's
// links. Otherwise another user could make root overwrite any file.
func mayFollow(link fs.FileInfo) bool {
	uid, _, ok := owner.Of(link)
	return os.Geteuid() != 0 || ok && uid == 0
}

// linkTarget returns the path that the link at path leads to. link is the text of the link. A
// relative link starts at the real folder of path. For example, if ~/.aws is a link and
// ~/.aws/config links to ../config, the target is not ~/config.
func linkTarget(path, link string) (string, error) {
	if !filepath.IsAbs(link) {
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		link = folder + string(filepath.Separator) + link
	}
	folder, name := filepath.Split(link)
	real, err := filepath.EvalSymlinks(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return filepath.Clean(link), nil // the caller will report the missing folder
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(real, name), nil
}

// Package atomicfile replaces files so that a reader sees the old content or
// the new and never a mixture, whatever dies in between.
//
// A replacement is written to a temporary file in the same folder, flushed, and
// renamed over the old one. A symbolic link is followed first, so that the file
// it points to changes and the link stays: people keep ~/.aws in a dotfiles
// repository.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// A Pending replacement holds its place on the disk: space for the content is
// taken before anything is spent that could not be stored afterwards. Either
// Commit or Abort must be called.
type Pending struct {
	target string
	tmp    *os.File
	used   bool
}

// Prepare creates the temporary file that will replace path and reserves size
// bytes in it. It fails where [Pending.Commit] would: on read-only or full
// storage, in a folder that may not be written, and for a path that leads to a
// device, a pipe or anything else that is no regular file.
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
	// The owner first: a mode that gives rights to a group is not for another.
	keepOwner(tmp, target)
	if err := tmp.Chmod(perm); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	// Zeros are written instead of asking the file system to reserve space:
	// that call is missing on some file systems, a write is refused on all.
	if _, err := tmp.Write(make([]byte, size)); err != nil {
		return nil, fmt.Errorf("reserve %d bytes for %s: %w", size, target, err)
	}
	return p, nil
}

// keepOwner gives the new file the owner and group of the one it replaces; a new
// file of root's gets those of its folder: see package owner.
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
		_ = tmp.Chown(-1, gid) // works in groups that we are in
	}
}

// TempInfix stands in the name of every temporary file, between the name of
// the file it will replace (with a dot before it) and a random ending. The
// names never end in ".json": the AWS CLI reads every *.json of its caches.
const TempInfix = ".tmp-"

// Stat describes the temporary file: its mode, owner and group are those that
// the file will have.
func (p *Pending) Stat() (fs.FileInfo, error) { return p.tmp.Stat() }

// Commit puts data in the file's place. The Pending is used up.
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
	p.used = true
	syncDir(filepath.Dir(p.target))
	return nil
}

// Abort removes the temporary file and leaves the old content as it was. After
// Commit it does nothing.
func (p *Pending) Abort() {
	if p.used {
		return
	}
	p.used = true
	_ = p.tmp.Close()
	_ = os.Remove(p.tmp.Name())
}

// A Reserved place is for content that exists nowhere else: a token whose predecessor
// was spent to get it. [Reserve] tries everything that could fail afterwards, and
// Commit does not give the content up: what cannot be renamed is written in place, and
// what cannot be written there is kept beside the file (see [Kept]). Either Commit or
// Abort must be called.
type Reserved struct {
	*Pending
	path    string // as given, before links are followed
	perm    fs.FileMode
	inPlace bool // the file can be overwritten but not replaced
}

// A KeptError reports that content could not be written to the file at Path. The file
// Kept holds the content, and [Newest] finds it there.
type KeptError struct {
	Path, Kept string
	Err        error
}

func (e *KeptError) Error() string {
	return fmt.Sprintf("%s could not be written, and its new content is kept in %s: %v", e.Path, e.Kept, e.Err)
}
func (e *KeptError) Unwrap() error { return e.Err }

// Reserve reserves size bytes for the file at path, as [Prepare] does, and flushes them
// to the disk. It fails if the file can be neither replaced nor
// overwritten: an immutable file, for one.
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

// Commit puts data in the file's place. A [KeptError] says that it is safe, but
// elsewhere; with any other error it is lost.
func (r *Reserved) Commit(data []byte) error {
	r.used = true
	tmp, err := r.fill(data)
	if err == nil && !r.inPlace {
		if err = rename(tmp, r.target); err == nil {
			removeKept(r.path)
			syncDir(filepath.Dir(r.target))
			return nil
		}
	}
	// The file is overwritten only while its new content lies beside it.
	kept := Kept(r.path)
	keepErr := r.keep(tmp, kept, data)
	discard(tmp) // unless it is the kept file by now
	err2 := overwrite(r.target, data, r.perm)
	switch {
	case err2 == nil:
		removeKept(r.path)
		return nil
	case keepErr != nil:
		return errors.Join(err, err2, keepErr)
	}
	// Half of it may have been written: that is not newer than what is kept.
	if info, err := os.Stat(r.target); err == nil {
		_ = os.Chtimes(kept, info.ModTime(), info.ModTime())
	}
	return &KeptError{r.path, kept, errors.Join(err, err2)}
}

// fill writes data to the reserved file, or if that fails to a new one. It returns the
// file's name.
func (r *Reserved) fill(data []byte) (string, error) {
	f := r.tmp
	_, err := f.WriteAt(data, 0)
	if err == nil {
		err = f.Truncate(int64(len(data)))
	}
	// A flush that fails makes the content less safe and no less right.
	_ = flush(f)
	_ = f.Close()
	if err == nil {
		return f.Name(), nil
	}
	discard(f.Name()) // and give back its space
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

// writeOut writes all of data to f and closes it. The writes count; a flush or a close
// that fails does not.
func writeOut(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		_ = flush(f)
	}
	_ = f.Close()
	return err
}

// keep puts data in the file kept: by renaming tmp, which holds it, or by writing it.
func (r *Reserved) keep(tmp, kept string, data []byte) error {
	if tmp != "" && rename(tmp, kept) == nil {
		return nil
	}
	_ = os.Remove(kept) // an older one
	f, err := os.OpenFile(kept, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	keepOwner(f, r.target)
	if err := writeOut(f, data); err != nil {
		discard(kept)
		return err
	}
	return nil
}

// overwrite writes data into the file itself, which exists, or is created.
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

// discard removes a file that may hold a secret, or at least its content.
func discard(path string) {
	if path != "" && os.Remove(path) != nil {
		_ = os.Truncate(path, 0)
	}
}

// Kept names the file that holds the newest content of the file at path if it could
// not be put in its place. It does not end in ".json".
func Kept(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+KeptSuffix)
}

// KeptSuffix ends the names of [Kept] files, after the name of the file that they
// stand for, with a dot before it.
const KeptSuffix = ".kept"

// Newest returns the path of the newest content of the file at path: the file itself,
// or what is kept of it, unless another program has written the file since.
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

// removeKept removes what was kept of the file before.
func removeKept(path string) {
	kept := Kept(path)
	if _, err := os.Lstat(kept); err == nil {
		discard(kept)
	}
}

// flush makes what was written durable, if the file system can.
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

// Full reports whether an error says that the disk is full, or the user's part of it.
func Full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// maxLinks is how many symbolic links in a row are followed, as on Linux.
const maxLinks = 40

// Resolve returns the file that [Write] replaces: it follows symbolic links at
// the end of path, also to a file that does not exist yet. A path that is no link
// is returned as it is. Root follows its own links only.
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
		if path, err = behind(path, link); err != nil {
			return "", err
		}
	}
	return "", &fs.PathError{Op: "replace", Path: path, Err: errors.New("too many symbolic links")}
}

// mayFollow says whether a symbolic link is followed. Root follows its own only:
// another user could have it overwrite any file.
func mayFollow(link fs.FileInfo) bool {
	uid, _, ok := owner.Of(link)
	return os.Geteuid() != 0 || ok && uid == 0
}

// behind returns where the link at path leads. The ".." of a link counts from the
// real folder, which may itself be behind a link: ~/.aws/config, a link to
// ../config, is not ~/config if ~/.aws is a link too.
func behind(path, link string) (string, error) {
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
		return filepath.Clean(link), nil // the caller finds that there is no folder
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(real, name), nil
}

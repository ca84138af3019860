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
)

// maxLinks is how many symbolic links in a row are followed, as on Linux.
const maxLinks = 40

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

// Full reports whether an error says that the disk is full, or the user's part of it.
func Full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

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

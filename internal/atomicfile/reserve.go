package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

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

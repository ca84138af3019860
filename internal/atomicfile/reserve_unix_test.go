//go:build unix

package atomicfile_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
)

// Prepare rejects a file that is not regular. Otherwise root would replace a device that a
// link leads to.
func TestSpecialFilesAreNotReplaced(t *testing.T) {
	kinds := map[string]func(path string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return mknod(path) },
		"socket": func(path string) error {
			l, err := net.Listen("unix", path)
			if err == nil {
				t.Cleanup(func() { _ = l.Close() })
			}
			return err
		},
	}
	writes := map[string]func(path string) error{
		"write": func(path string) error { return atomicfile.Write(path, []byte("x"), 0o600) },
		"reserve": func(path string) error {
			_, err := atomicfile.Reserve(path, 100, 0o600)
			return err
		},
	}
	for kind, plant := range kinds {
		for name, write := range writes {
			t.Run(kind+"/"+name, func(t *testing.T) {
				dir, err := os.MkdirTemp("", "") //nolint:usetesting // the name of a socket must be short
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = os.RemoveAll(dir) })
				special, link := filepath.Join(dir, "special"), filepath.Join(dir, "token.json")
				if err := plant(special); errors.Is(err, syscall.EPERM) {
					t.Skip("only root can make a device: ", err)
				} else if err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(special, link); err != nil {
					t.Fatal(err)
				}
				before, err := os.Lstat(special)
				if err != nil {
					t.Fatal(err)
				}
				for _, path := range []string{special, link} {
					if err := write(path); err == nil || !strings.Contains(err.Error(), special+": is a "+kind) {
						t.Errorf("error %v, want an error that names the %s", err, kind)
					}
				}
				if after, err := os.Lstat(special); err != nil || !os.SameFile(before, after) {
					t.Errorf("the %s was replaced: %v", kind, err)
				}
				onlyFiles(t, dir, "special", "token.json")
			})
		}
	}
}

// If Commit cannot write the content to its file, it keeps the content in another file, where
// Newest finds it. The next successful write removes that file.
func TestContentThatCannotBeStoredIsKept(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token.json")
	if err := atomicfile.Write(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := atomicfile.Reserve(path, 100, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	// A folder at the path can be neither replaced nor overwritten.
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700), os.WriteFile(filepath.Join(path, "x"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	var kept *atomicfile.KeptError
	if err := p.Commit([]byte("new")); !errors.As(err, &kept) || kept.Kept != atomicfile.Kept(path) {
		t.Fatalf("Commit: %v, want a KeptError", err)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if got := read(t, atomicfile.Newest(path)); got != "new" {
		t.Errorf("the newest content is %q, want \"new\"", got)
	}
	onlyFiles(t, dir, ".token.json.kept")
	if p, err = atomicfile.Reserve(path, 100, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Commit([]byte("newer")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, atomicfile.Newest(path)); got != "newer" {
		t.Errorf("the newest content is %q, want \"newer\"", got)
	}
	onlyFiles(t, dir, "token.json")
}

// If another program has removed the reserved file, Commit writes a new file.
func TestCommitAfterReservedFileWasRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token.json")
	p, err := atomicfile.Reserve(path, 100, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := removeTemporary(dir); err != nil {
		t.Fatal(err)
	}
	if err := p.Commit([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "new" {
		t.Errorf("content %q, want \"new\"", got)
	}
	onlyFiles(t, dir, "token.json")
}

func removeTemporary(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, ".*"+atomicfile.TempInfix+"*"))
	for _, path := range found {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

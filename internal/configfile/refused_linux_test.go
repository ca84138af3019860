package configfile_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if err := syscall.Mount(source, target, kind, flags, data); err != nil {
		t.Skip("mounting is not allowed: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(target, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// The test fills a file system page by page, so that each step of an edit fails once.
func TestFullFileSystem(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "config")
	mount(t, "tmpfs", folder, "tmpfs", 0, "size=256k,mode=0700")
	write(t, path, "old\n", 0o600)
	filling, err := os.Create(filepath.Join(folder, "filling"))
	if err != nil {
		t.Fatal(err)
	}
	defer filling.Close()
	size := int64(0)
	for page := make([]byte, os.Getpagesize()); err == nil; {
		var n int
		n, err = filling.Write(page)
		size += int64(n)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	ops := map[string]int{}
	for ; ; size -= int64(os.Getpagesize()) {
		if err := filling.Truncate(size); err != nil {
			t.Fatal(err)
		}
		if changed, _ := editor(t).Edit(t.Context(), path, "x", add("new")); changed {
			break
		}
		ops[refused(t, path, "no space left", "make room").Op]++
		left, err := filepath.Glob(filepath.Join(folder, ".lanyard", ".*.tmp-*"))
		if err != nil || len(left) > 0 {
			t.Errorf("temporary files %v, want none", left)
		}
	}
	check(t, path, "old\nnew\n")
	if ops["change"] == 0 || ops["back up"] == 0 {
		t.Errorf("failed operations: %v; want both the change and the backup", ops)
	}
}

func TestReadOnlyFileSystem(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "config")
	mount(t, "tmpfs", folder, "tmpfs", 0, "size=256k,mode=0700")
	write(t, path, "old\n", 0o600)
	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "read-only file system", "mounted read-only")
	missing := filepath.Join(folder, "credentials")
	refused(t, missing, "read-only file system", "mounted read-only")
}

// A container can mount a single file of the host. Edit cannot replace such a file.
func TestMountedFile(t *testing.T) {
	root := folders(t, "host", "container")
	path := filepath.Join(root, "container", "config")
	write(t, filepath.Join(root, "host", "config"), "old\n", 0o600)
	write(t, path, "", 0o600)
	mount(t, filepath.Join(root, "host", "config"), path, "", syscall.MS_BIND, "")
	refused(t, path, "busy", "mount the folder instead")
	check(t, filepath.Join(root, "host", "config"), "old\n")
	if r, err := editor(t).Last(path); r != nil || err != nil {
		t.Errorf("Last returns a change that was not made: %v, %v", r, err)
	}
}

func TestImmutableFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old\n", 0o600)
	if out, err := exec.CommandContext(t.Context(), "chattr", "+i", path).CombinedOutput(); err != nil {
		t.Skip("immutable files are not supported: ", err, strings.TrimSpace(string(out)))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("chattr", "-i", path).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	refused(t, path, "operation not permitted", "immutable")
}

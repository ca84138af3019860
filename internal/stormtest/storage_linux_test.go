package stormtest_test

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// mountSmall mounts a small file system at ~/.aws.
func mountSmall(t *testing.T, h *home) {
	t.Helper()
	dir := h.path(".aws")
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k,mode=0700"); err != nil {
		t.Skip("a small file system cannot be mounted here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(h.path(".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fill uses up all space of ~/.aws.
func fill(t *testing.T, h *home) (mend func()) {
	t.Helper()
	f, err := os.Create(h.path(".aws", "filling"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for page := make([]byte, os.Getpagesize()); err == nil; {
		_, err = f.Write(page)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill %s: %v, want syscall.ENOSPC", f.Name(), err)
	}
	return func() {
		if err := os.Remove(f.Name()); err != nil {
			t.Error(err)
		}
	}
}

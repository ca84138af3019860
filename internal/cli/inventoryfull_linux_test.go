package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// On a full disk, accounts still prints the whole list, and stores nothing half-written. With
// space again, the next run lists the rest.
func TestAccountsOnAFullDisk(t *testing.T) {
	const accounts = 400
	it := newInventoryTest(t, accounts)
	folder := filepath.Join(it.home, ".aws", "lanyard", "inventory")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=24k,mode=0700"); err != nil {
		t.Skip("cannot mount a tmpfs: ", err)
	}
	defer func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) }()
	cmd := it.command("accounts")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || strings.Count(string(out), "a, b\n") != accounts {
		t.Fatalf("accounts: %v, %d rows", err, strings.Count(string(out), "a, b\n"))
	}
	if strings.Count(stderr.String(), "warning: the list of accounts cannot be stored") != 1 || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("stderr: %s", stderr.String())
	}
	if n := it.requests(); n != 4+accounts {
		t.Errorf("%d requests, want %d", n, 4+accounts)
	}
	data, err := os.ReadFile(it.listFile())
	if err != nil || !strings.HasSuffix(string(data), "\n") {
		t.Errorf("the list ends within a line: %v", err)
	}
	stored := strings.Count(string(data), "\nroles\t") + strings.Count(string(data), "\npage\t")
	if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatal(err)
	}
	again, err := it.command("accounts").Output()
	if err != nil || string(again) != string(out) {
		t.Errorf("with space again: %v", err)
	}
	if n := it.requests(); n != 4+accounts-stored {
		t.Errorf("%d requests with space again, want %d, because %d answers were stored", n, 4+accounts-stored, stored)
	}
}

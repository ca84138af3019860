//go:build unix

package configfile_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

const nobody = 65534

// asOtherUser returns a folder of an unprivileged user. It also returns a function that edits
// the config there as that user.
func asOtherUser(t *testing.T) (folder string, run func(what string) (output string, code int)) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can run a process as another user")
	}
	root := t.TempDir()
	for path := root; path != os.TempDir() && path != filepath.Dir(path); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o711); err != nil { // the test's folders are closed to other users
			t.Fatal(err)
		}
	}
	folder = filepath.Join(root, ".aws")
	write(t, filepath.Join(root, "program"), program(t), 0o755)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	give(t, folder, nobody, nobody)
	return folder, func(what string) (string, int) {
		cmd := command(t, what, filepath.Join(folder, "config"), "new")
		cmd.Path, cmd.Dir = filepath.Join(root, "program"), "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		output, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(output), cmd.ProcessState.ExitCode()
	}
}

// program returns a copy of the test binary that other users can run.
func program(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func give(t *testing.T, path string, uid, gid int) {
	t.Helper()
	if err := os.Lchown(path, uid, gid); err != nil {
		t.Skip("changing the owner of a file is not allowed: ", err)
	}
}

func TestMissingPermissions(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, folder, path string)
		says    []string // nil if the edit succeeds
	}{
		{"all permissions", func(*testing.T, string, string) {}, nil},
		{"another user's file", func(t *testing.T, _, path string) {
			give(t, path, 0, 0)
			chmod(t, path, 0o666)
		}, []string{"belongs to another user (uid 0)", "chown"}},
		{"an unreadable file", func(t *testing.T, _, path string) { chmod(t, path, 0) }, []string{"cannot read", "permission denied"}},
		{"a write-protected file", func(t *testing.T, _, path string) { chmod(t, path, 0o444) }, []string{"write-protected", "chmod u+w"}},
		{"a read-only folder", func(t *testing.T, folder, _ string) { chmod(t, folder, 0o500) }, []string{"is not writable: permission denied", "ls -ld"}},
		{"a read-only folder with a lock", func(t *testing.T, folder, path string) {
			write(t, filepath.Join(folder, ".config.lock"), "", 0o644)
			chmod(t, folder, 0o500)
		}, []string{"is not writable: permission denied", "ls -ld"}},
		{"another user's folder", func(t *testing.T, folder, _ string) {
			give(t, folder, 0, 0)
			chmod(t, folder, 0o755)
		}, []string{"is not writable: permission denied", "ls -ld"}},
		{"another user's lock", func(t *testing.T, folder, _ string) {
			write(t, filepath.Join(folder, ".config.lock"), "", 0o600)
		}, []string{"cannot open its lock", "chown"}},
		{"another user's backups", func(t *testing.T, folder, _ string) {
			if err := os.Mkdir(filepath.Join(folder, ".lanyard"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, []string{"cannot back up", ".lanyard", "it belongs to another user"}},
		{"a group with permissions that cannot be kept", func(t *testing.T, _, path string) {
			give(t, path, nobody, 4242)
			chmod(t, path, 0o640)
		}, []string{"its group (gid 4242) cannot be kept"}},
		{"a group without permissions that cannot be kept", func(t *testing.T, _, path string) {
			give(t, path, nobody, 4242)
			chmod(t, path, 0o644)
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder, run := asOtherUser(t)
			path := filepath.Join(folder, "config")
			write(t, path, "old\n", 0o600)
			give(t, path, nobody, nobody)
			tt.prepare(t, folder, path)

			output, code := run("add")

			want := "old\n"
			if tt.says == nil {
				want += "new\n"
			}
			if (code == 0) != (tt.says == nil) {
				t.Errorf("exit code %d: %s; want success: %v", code, output, tt.says == nil)
			}
			if code != 0 {
				checkSays(t, output, append(tt.says, path)...)
			}
			check(t, path, want)
			if got := list(t, folder); got != "config" {
				t.Errorf("the folder contains %s, want only config", got)
			}
		})
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// An edit that changes nothing needs no permissions for the folder.
func TestNoDifferenceInReadOnlyFolder(t *testing.T) {
	folder, run := asOtherUser(t)
	write(t, filepath.Join(folder, "config"), "new\n", 0o444)
	chmod(t, folder, 0o555)
	if output, code := run("set"); code != 0 {
		t.Errorf("exit code %d: %s; want 0", code, output)
	}
	checkNames(t, folder, "config")
}

//go:build unix

package configfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lanyard/internal/configfile"
)

// refused makes an edit that fails. The file and the folder must be as they were,
// but for what lies in our own folder.
func refused(t *testing.T, path string, says ...string) *configfile.FileError {
	t.Helper()
	before, _ := os.ReadFile(path)
	names := list(t, filepath.Dir(path))
	_, err := editor(t).Edit(t.Context(), path, "x", add("new"))
	var file *configfile.FileError
	if !errors.As(err, &file) || file.Path != path || file.Hint == "" {
		t.Fatalf("error %v, %+v; want a FileError with a hint", err, file)
	}
	checkSays(t, err.Error()+" "+file.Hint, append(says, path)...)
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Errorf("the file now holds %q", after)
	}
	if now := list(t, filepath.Dir(path)); now != names {
		t.Errorf("the folder holds %s, want %s", now, names)
	}
	return file
}

func checkSays(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
	if strings.Contains(text, ".tmp-") {
		t.Errorf("%q names a temporary file", text)
	}
}

// list returns the names in a folder, without those that may come with any edit.
func list(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); name != ".lanyard" && name != ".config.lock" {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func TestWhatIsNotAPlainFileStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	for _, path := range []string{path, os.DevNull} {
		_, err := editor(t).Edit(t.Context(), path, "x", add("new"))
		if err == nil || !strings.Contains(err.Error(), path+": it is not a plain file") {
			t.Errorf("error %v", err)
		}
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is gone: %v %v", info, err)
	}
	folder := t.TempDir()
	_, err := editor(t).Edit(t.Context(), folder, "x", add("new"))
	if err == nil || !strings.Contains(err.Error(), folder+": is a directory") {
		t.Errorf("error %v", err)
	}
}

// A backup that cannot be made stops the edit, and the error says which.
func TestNoChangeWithoutABackup(t *testing.T) {
	for name, prepare := range map[string]func(ours string) error{
		"a file in its place": func(ours string) error { return os.WriteFile(ours, nil, 0o600) },
		"a link in its place": func(ours string) error { return os.Symlink(os.TempDir(), ours) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config")
			ours := filepath.Join(filepath.Dir(path), ".lanyard")
			write(t, path, "old\n", 0o600)
			if err := prepare(ours); err != nil {
				t.Fatal(err)
			}
			if err := refused(t, path, ours, "not a folder"); err.Op != "back up" {
				t.Errorf("Op %q", err.Op)
			}
		})
	}
}

const nobody = 65534

// asNobody makes a folder that belongs to a user without rights, and a function
// that edits its config as that user.
func asNobody(t *testing.T) (folder string, run func(what string) (output string, code int)) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: only root can be another user")
	}
	root := t.TempDir()
	for path := root; path != os.TempDir() && path != filepath.Dir(path); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o711); err != nil { // the test's own, closed to others
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

// program is the test binary, which lies where other users may not look.
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
		t.Skip("root cannot give a file to another user here: ", err)
	}
}

func TestRefusalsToAUserWithoutRights(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, folder, path string)
		says    []string // none: the edit goes through
	}{
		{"nothing is in the way", func(*testing.T, string, string) {}, nil},
		{"another user's file", func(t *testing.T, _, path string) {
			give(t, path, 0, 0)
			chmod(t, path, 0o666)
		}, []string{"belongs to another user (uid 0)", "chown"}},
		{"a file that may not be read", func(t *testing.T, _, path string) { chmod(t, path, 0) }, []string{"cannot read", "permission denied"}},
		{"a write-protected file", func(t *testing.T, _, path string) { chmod(t, path, 0o444) }, []string{"write-protected", "chmod u+w"}},
		{"a read-only folder", func(t *testing.T, folder, _ string) { chmod(t, folder, 0o500) }, []string{"may not be written: permission denied", "ls -ld"}},
		{"a read-only folder with a lock", func(t *testing.T, folder, path string) {
			write(t, filepath.Join(folder, ".config.lock"), "", 0o644)
			chmod(t, folder, 0o500)
		}, []string{"may not be written: permission denied", "ls -ld"}},
		{"another user's folder", func(t *testing.T, folder, _ string) {
			give(t, folder, 0, 0)
			chmod(t, folder, 0o755)
		}, []string{"may not be written: permission denied", "ls -ld"}},
		{"another user's lock", func(t *testing.T, folder, _ string) {
			write(t, filepath.Join(folder, ".config.lock"), "", 0o600)
		}, []string{".config.lock may not be opened", "chown"}},
		{"another user's backups", func(t *testing.T, folder, _ string) {
			if err := os.Mkdir(filepath.Join(folder, ".lanyard"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, []string{"cannot back up", filepath.Join(".lanyard", "config-"), "permission denied"}},
		{"a group that cannot be kept, with rights", func(t *testing.T, _, path string) {
			give(t, path, nobody, 4242)
			chmod(t, path, 0o640)
		}, []string{"its group (gid 4242) cannot be kept"}},
		{"a group that cannot be kept, without rights", func(t *testing.T, _, path string) {
			give(t, path, nobody, 4242)
			chmod(t, path, 0o644)
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder, run := asNobody(t)
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
				t.Errorf("exit code %d: %s", code, output)
			}
			if code != 0 {
				checkSays(t, output, append(tt.says, path)...)
			}
			check(t, path, want)
			if got := list(t, folder); got != "config" {
				t.Errorf("the folder holds %s", got)
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

// What needs no change needs no rights either.
func TestNothingToChangeInAReadOnlyFolder(t *testing.T) {
	folder, run := asNobody(t)
	write(t, filepath.Join(folder, "config"), "new\n", 0o444)
	chmod(t, folder, 0o555)
	if output, code := run("set"); code != 0 {
		t.Errorf("exit code %d: %s", code, output)
	}
	holds(t, folder, "config")
}

// Root in a container shares ~/.aws with a user of the host.
func TestRootKeepsOwnerAndGroup(t *testing.T) {
	folder, run := asNobody(t)
	path := filepath.Join(folder, "config")
	write(t, path, "old\n", 0o640)
	give(t, path, nobody, 4242)
	edit(t, editor(t), path, "root's")
	edit(t, editor(t), filepath.Join(folder, "credentials"), "root's")
	check(t, path, "old\nroot's\n")
	checkMode(t, path, 0o640)
	checkOwner(t, path, nobody, 4242)
	for _, name := range []string{"credentials", ".config.lock", ".lanyard", ".lanyard/.gitignore", ".lanyard/config.last", ".lanyard/config-2026-11-22"} {
		checkOwner(t, filepath.Join(folder, name), nobody, nobody)
	}
	// The user can undo what root did.
	if output, code := run("undo"); code != 1 || !strings.Contains(output, "gid 4242") {
		t.Errorf("exit code %d: %s", code, output)
	}
	give(t, path, nobody, nobody)
	if output, code := run("undo"); code != 0 {
		t.Errorf("exit code %d: %s", code, output)
	}
	check(t, path, "old\n")

	own := filepath.Join(t.TempDir(), "config")
	write(t, own, "old\n", 0o660)
	give(t, own, 0, 4242)
	edit(t, editor(t), own, "new")
	checkOwner(t, own, 0, 4242)
	checkMode(t, own, 0o660)
}

func TestRootDoesNotFollowAnotherUsersLink(t *testing.T) {
	folder, _ := asNobody(t)
	target := filepath.Join(t.TempDir(), "shadow")
	write(t, target, "old\n", 0o600)
	path := filepath.Join(folder, "config")
	symlink(t, target, path)
	give(t, path, nobody, nobody)
	_, err := editor(t).Edit(t.Context(), path, "x", add("new"))
	if err == nil || !strings.Contains(err.Error(), "another user's symbolic link") {
		t.Errorf("error %v", err)
	}
	check(t, target, "old\n")
}

func checkOwner(t *testing.T, path string, uid, gid uint32) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	if st.Uid != uid || st.Gid != gid {
		t.Errorf("%s belongs to %d:%d, want %d:%d", filepath.Base(path), st.Uid, st.Gid, uid, gid)
	}
}

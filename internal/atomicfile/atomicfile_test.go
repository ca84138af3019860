package atomicfile_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWriteReplacesAndSetsMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token.json")
	for _, content := range []string{"a long first content", "short", ""} {
		if err := atomicfile.Write(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != content {
			t.Errorf("content %q, want %q", got, content)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	onlyFiles(t, filepath.Dir(path), "token.json")
}

func onlyFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("folder holds %q, want %q", got, want)
	}
}

func TestSymlinksStay(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	proctest.Symlink(t, "real", link)
	for _, content := range []string{"made through a dangling link", "replaced"} {
		if err := atomicfile.Write(link, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, real); got != content {
			t.Errorf("content %q, want %q", got, content)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v; want the link unchanged", info, err)
	}
}

func TestFailuresLeaveTheOldContent(t *testing.T) {
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop")
	for name, path := range map[string]string{
		"a folder": dir, "a link to itself": loop, "a file in a missing folder": filepath.Join(dir, "no", "file"),
	} {
		t.Run(name, func(t *testing.T) {
			if path == loop {
				proctest.Symlink(t, "loop", loop)
			}
			if err := atomicfile.Write(path, []byte("x"), 0o600); err == nil || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want an error that names the path", err)
			}
		})
	}
}

func TestAbort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := atomicfile.Write(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := atomicfile.Prepare(path, 1000, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p.Abort()
	if got := read(t, path); got != "old" {
		t.Errorf("content %q after Abort, want \"old\"", got)
	}
	onlyFiles(t, filepath.Dir(path), "f")
}

func TestReadersNeverSeeAMixture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	contents := []string{strings.Repeat("a", 10_000), strings.Repeat("b", 20_000)}
	if err := atomicfile.Write(path, []byte(contents[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, c := range contents {
		writers.Go(func() {
			for range 50 {
				if err := atomicfile.Write(path, []byte(c), 0o600); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var pause time.Duration
	if runtime.GOOS == "windows" { // without renames like POSIX, writers wait until no program reads the file
		pause = 5 * time.Millisecond
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for {
		got, err := datafile.Read(path, datafile.Limit) // unlike os.ReadFile, it does not fail on Windows during a rename
		if err != nil || string(got) != contents[0] && string(got) != contents[1] {
			t.Fatalf("read a mixture of %d bytes, error %v", len(got), err)
		}
		select {
		case <-done:
			return
		case <-time.After(pause):
		}
	}
}

// A relative link starts at the real folder of the link.
func TestRelativeLinkInALinkedFolder(t *testing.T) {
	for _, link := range []string{"../shared/config", "../dotfiles/../shared/config"} {
		dir := t.TempDir()
		for _, folder := range []string{"home", "repo/dotfiles", "repo/shared"} {
			if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		proctest.Symlink(t, filepath.Join(dir, "repo", "dotfiles"), filepath.Join(dir, "home", ".aws"))
		path := filepath.Join(dir, "home", ".aws", "config")
		proctest.Symlink(t, link, path)
		if err := atomicfile.Write(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, filepath.Join(dir, "repo", "shared", "config")); got != "x" {
			t.Errorf("%s: content %q, want \"x\"", link, got)
		}
		onlyFiles(t, filepath.Join(dir, "home"), ".aws")
	}
}

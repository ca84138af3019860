package configfile_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"
)

// Fifty processes each add a line. Half of them use one link, and half use another link. No
// line is lost.
func TestConcurrentEdits(t *testing.T) {
	const crowd = 50
	folder := t.TempDir()
	path := filepath.Join(folder, "real", "config")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	names := []string{path, path}
	if runtime.GOOS != "windows" { // links need rights there
		if err := os.Symlink(filepath.Join("real", "config"), filepath.Join(folder, "link")); err != nil {
			t.Fatal(err)
		}
		names = []string{filepath.Join(folder, "link"), filepath.Join(folder, "other")}
		if err := os.Symlink("link", names[1]); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	wait := make([]func(), 0, crowd)
	for i := range crowd {
		line := fmt.Sprintf("line %02d", i)
		want = append(want, line)
		cmd, out := start(t, "add", names[i%2], line)
		wait = append(wait, func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("%s: %v: %s", line, err, out)
			}
		})
	}
	for _, w := range wait {
		w()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	sort.Strings(got)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the file holds %d lines, want %d:\n%s", len(got), crowd, data)
	}
	checkNames(t, filepath.Dir(path), ".config.lock", ".lanyard", "config")
}

// Two processes undo the same change at the same time. One process succeeds, and the other
// gets a ChangedError.
func TestConcurrentUndo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old\n", 0o600)
	edit(t, editor(t), path, "new")

	type process struct {
		cmd  *exec.Cmd
		gate io.Closer
	}
	var both []process
	for range 2 {
		cmd := command(t, "undo", path, "at the end of input")
		gate, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Fatalf("said %q, %v; want \"ready\"", line, err)
		}
		both = append(both, process{cmd, gate})
	}
	for _, p := range both {
		if err := p.gate.Close(); err != nil {
			t.Fatal(err)
		}
	}
	codes := map[int]int{}
	for _, p := range both {
		err := p.cmd.Wait()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		codes[p.cmd.ProcessState.ExitCode()]++
	}
	if codes[0] != 1 || codes[3] != 1 {
		t.Errorf("exit codes %v, want one 0 and one 3", codes)
	}
	check(t, path, "old\n")
}

//go:build unix

package configfile_test

import (
	"bufio"
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// Processes make a thousand edits and are killed at random moments. After each kill, the file
// is complete, the record belongs to the last change, and the lock is free.
func TestThousandEditsWithKills(t *testing.T) {
	const edits = 1000
	folder := t.TempDir()
	path := filepath.Join(folder, "config")
	write(t, path, string(numbered(0)), 0o600)
	e := editor(t)
	e.Wait = time.Nanosecond
	random := rand.New(rand.NewPCG(1, 2)) // a fixed seed

	n, done, kills, torn, between := 0, 0, 0, 0, 0
	for ; done < edits; kills++ {
		counted := killCounting(t, path, time.Duration(random.Int64N(int64(60*time.Millisecond))))
		done += counted
		n = wholeAfter(t, path, n+counted)
		if left, _ := filepath.Glob(filepath.Join(folder, ".config.tmp-*")); len(left) > 0 {
			torn++
		}
		if _, err := os.Stat(filepath.Join(folder, ".lanyard", "config.next")); err == nil {
			between++
		}
		r := last(t, e, path)
		if !bytes.Equal(r.Before, numbered(n-1)) || !bytes.Equal(r.After, numbered(n)) {
			t.Fatalf("after edit %d the record belongs to another change: %.20q, %.20q", n, r.Before, r.After)
		}
		if kills%2 == 0 {
			if err := e.Undo(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			n--
		} else {
			if _, err := e.Edit(t.Context(), path, "one more", countUp); err != nil {
				t.Fatal(err)
			}
			n++
		}
		check(t, path, string(numbered(n)))
		checkNames(t, folder, ".config.lock", ".lanyard", "config")
	}
	t.Logf("%d edits, %d kills; %d left a temporary file, %d left a .next record", done, kills, torn, between)
	if torn == 0 || between == 0 {
		t.Error("no process was killed in the middle of an edit: the test is useless")
	}
	checkNames(t, filepath.Join(folder, ".lanyard"), backups(t, path, ".gitignore", "config.last")...)
}

// killCounting starts a process that edits the file in a loop. It kills the process after the first
// edit and a delay. It returns the number of edits that the process has reported.
func killCounting(t *testing.T, path string, delay time.Duration) (counted int) {
	t.Helper()
	cmd := command(t, "count", path, "")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() != "counted" {
			t.Errorf("the process said %q, want counted", lines.Text())
		}
		if counted++; counted == 1 {
			kill := time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
			defer kill.Stop()
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process ended before the kill: %v", err)
	}
	return counted
}

// wholeAfter returns the number of edits in the file. It fails the test unless the file is
// complete and the number is n or n+1.
func wholeAfter(t *testing.T, path string, n int) int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := number(content)
	if err != nil {
		t.Fatal(err)
	}
	if got != n && got != n+1 {
		t.Fatalf("the file has the content after edit %d, want edit %d or the next", got, n)
	}
	if _, problems, err := awsconfig.NewDoc(path, false, string(content)).All(); err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return got
}

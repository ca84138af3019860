package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

func newLog(t testing.TB) Log {
	t.Helper()
	return Log{Dir: filepath.Join(t.TempDir(), "state", "lanyard")}
}

func entry(n int) Entry {
	return Entry{
		Time: time.Date(2026, 3, 1, 12, 0, n, 0, time.UTC), Event: Credentials, Decision: Allowed, Profile: fmt.Sprintf("dev-%d", n),
		Account: "111122223333", Role: "DeveloperAccess", KeyID: "ASIAEXAMPLE", Source: Cache, Caller: Caller{PID: 1, UID: 1000},
	}
}

func fill(t testing.TB, l Log, n int) {
	t.Helper()
	for i := range n {
		if _, err := l.Append(entry(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t testing.TB, l Log, kept Anchor) Report {
	t.Helper()
	r, err := l.Verify(kept)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAppend(t *testing.T) {
	l := newLog(t)
	fill(t, l, 3)
	var got []string
	if err := l.Read(time.Time{}, func(e Entry) bool { got = append(got, fmt.Sprint(e.Seq, " ", e.Profile)); return true }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"1 dev-0", "2 dev-1", "3 dev-2"}; !slices.Equal(got, want) {
		t.Errorf("entries are %q, want %q", got, want)
	}
	r := verify(t, l, Anchor{})
	if r.Entries != 3 || r.First != 1 || r.Anchor.Seq != 3 || r.Files != 1 || len(r.Problems) > 0 {
		t.Errorf("report is %+v", r)
	}
	if r := verify(t, l, r.Anchor); len(r.Problems) > 0 {
		t.Errorf("with the anchor that was just printed: %v", r.Problems)
	}
	for _, path := range []string{l.Path(), l.anchorPath()} {
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v, want 0600", path, info.Mode(), err)
		}
	}
}

// TestTampering changes a record of six entries, and then lets a program append to it. The change
// must be found before and after.
func TestTampering(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(lines []string) []string
		want   string // before the next entry
	}{
		{"a line is changed", func(l []string) []string {
			l[2] = strings.Replace(l[2], "dev-2", "dev-9", 1)
			return l
		}, "audit.jsonl, line 4: entry 4 does not fit the line before"},
		{"a line is removed", func(l []string) []string { return slices.Delete(l, 2, 3) }, "audit.jsonl, line 3: entry 4 follows entry 2"},
		{"two lines are swapped", func(l []string) []string { l[2], l[3] = l[3], l[2]; return l }, "audit.jsonl, line 3: entry 4 follows entry 2"},
		{"the last line is changed", func(l []string) []string {
			l[5] = strings.Replace(l[5], "dev-5", "dev-9", 1)
			return l
		}, "audit.anchor: the last entry should be 6"},
		{"the last line is removed", func(l []string) []string { return l[:5] }, "audit.anchor: the last entry should be 6, but the record ends with entry 5"},
		{"the first line is removed", func(l []string) []string { return l[1:] }, "audit.anchor: the first entry should be 1, but the record begins with entry 2"},
		{"all lines are removed", func([]string) []string { return nil }, "audit.anchor: the last entry should be 6"},
		{"a line is added", func(l []string) []string { return append(l, l[5]) }, "audit.jsonl, line 7: entry 6 follows entry 6"},
		{"text is added", func(l []string) []string { return append(l, "{}\n") }, "audit.jsonl, line 7: not an entry"},
		{"the last line is cut", func(l []string) []string { l[5] = l[5][:20]; return l }, "audit.jsonl, line 6: the line is incomplete"},
		{"line breaks are changed", func(l []string) []string {
			for i := range l {
				l[i] = strings.TrimSuffix(l[i], "\n") + "\r\n"
			}
			return l
		}, "audit.jsonl, line 2: entry 2 does not fit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLog(t)
			fill(t, l, 6)
			b, err := os.ReadFile(l.Path())
			if err != nil {
				t.Fatal(err)
			}
			lines := c.change(slices.Collect(strings.Lines(string(b))))
			if err := os.WriteFile(l.Path(), []byte(strings.Join(lines, "")), 0o600); err != nil {
				t.Fatal(err)
			}
			r := verify(t, l, Anchor{})
			if !slices.ContainsFunc(r.Problems, func(p Problem) bool { return strings.HasPrefix(p.String(), c.want) }) {
				t.Errorf("problems are %v, want %q", r.Problems, c.want)
			}
			fill(t, l, 1)
			if r := verify(t, l, Anchor{}); len(r.Problems) == 0 {
				t.Error("after the next entry, the change is not found")
			}
		})
	}
}

// TestWithoutAnchor removes the anchor together with the last lines. The record itself then fits, so
// only the anchor that the user kept shows that lines are missing.
func TestWithoutAnchor(t *testing.T) {
	l := newLog(t)
	fill(t, l, 6)
	kept := verify(t, l, Anchor{}).Anchor
	b, err := os.ReadFile(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(strings.Lines(string(b)))
	if err := os.WriteFile(l.Path(), []byte(strings.Join(lines[:4], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(l.anchorPath()); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, l, Anchor{}); len(r.Problems) != 1 || r.Problems[0].File != "audit.anchor" {
		t.Errorf("problems are %v, want one about the anchor", r.Problems)
	}
	fill(t, l, 1)
	r := verify(t, l, Anchor{})
	if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, "audit.anchor is missing or invalid") {
		t.Errorf("after the next entry, problems are %v, want the mark that the writer left", r.Problems)
	}
	r = verify(t, l, kept)
	if !slices.ContainsFunc(r.Problems, func(p Problem) bool { return strings.Contains(p.Text, "does not have entry 6") }) {
		t.Errorf("with the kept anchor, problems are %v", r.Problems)
	}
}

// TestKilledWriter is a writer that ended between its three steps: lines, anchor and rotation.
func TestKilledWriter(t *testing.T) {
	t.Run("before the anchor", func(t *testing.T) {
		l := newLog(t)
		fill(t, l, 2)
		old, err := os.ReadFile(l.anchorPath())
		if err != nil {
			t.Fatal(err)
		}
		fill(t, l, 2)
		if err := os.WriteFile(l.anchorPath(), old, 0o600); err != nil {
			t.Fatal(err)
		}
		fill(t, l, 1)
		if r := verify(t, l, Anchor{}); len(r.Problems) > 0 || r.Entries != 5 {
			t.Errorf("%d entries, problems %v", r.Entries, r.Problems)
		}
	})
	t.Run("in the middle of a line", func(t *testing.T) {
		l := newLog(t)
		fill(t, l, 2)
		f, err := os.OpenFile(l.Path(), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString(`{"seq":3,"ti`)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		fill(t, l, 2)
		r := verify(t, l, Anchor{})
		if r.Entries != 5 || r.Anchor.Seq != 5 { // with the mark
			t.Errorf("%d entries, the last is %d", r.Entries, r.Anchor.Seq)
		}
	})
	t.Run("in the rotation", func(t *testing.T) {
		l := newLog(t)
		fill(t, l, 2)
		if err := os.Rename(l.Path(), l.oldPath(1)); err != nil {
			t.Fatal(err)
		}
		fill(t, l, 2)
		if r := verify(t, l, Anchor{}); len(r.Problems) > 0 || r.Entries != 4 || r.Files != 2 {
			t.Errorf("%d entries in %d files, problems %v", r.Entries, r.Files, r.Problems)
		}
	})
}

func TestRotation(t *testing.T) {
	l := newLog(t)
	l.rotateAt, l.kept = 2000, 3
	fill(t, l, 50)
	r := verify(t, l, Anchor{})
	if len(r.Problems) > 0 || r.Files != 4 || r.Anchor.Seq != 50 || r.First <= 1 || r.Entries != 50-r.First+1 {
		t.Errorf("report is %+v", r)
	}
	var seqs []int64
	if err := l.Read(time.Time{}, func(e Entry) bool { seqs = append(seqs, e.Seq); return true }); err != nil || !slices.IsSorted(seqs) || int64(len(seqs)) != r.Entries {
		t.Errorf("Read found %d entries: %v", len(seqs), err)
	}
	if err := os.Remove(l.oldFiles()[1]); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, l, Anchor{}); len(r.Problems) == 0 {
		t.Error("a missing file in the middle is not found")
	}
}

// TestWriters appends from many goroutines. Each takes the lock with a descriptor of its own, as
// processes do.
func TestWriters(t *testing.T) {
	l := newLog(t)
	l.rotateAt, l.kept = 100_000, 1000
	var wg sync.WaitGroup
	writers := 1000
	if runtime.GOOS == "windows" {
		writers = 100 // files open slowly, above all with wine, and a writer waits for five seconds
	}
	errs := make([]error, writers)
	for i := range errs {
		wg.Go(func() { _, errs[i] = l.Append(entry(i)) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, l, Anchor{}); len(r.Problems) > 0 || r.Entries != int64(writers) {
		t.Errorf("%d entries, problems %v", r.Entries, r.Problems)
	}
	seen := map[string]bool{}
	if err := l.Read(time.Time{}, func(e Entry) bool { seen[e.Profile] = true; return true }); err != nil || len(seen) != writers {
		t.Errorf("%d different entries: %v", len(seen), err)
	}
}

// TestFullDisk runs this test again in a shell that limits the size of files, as a full disk does.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("AUDIT_TEST_DIR"); dir != "" {
		ignoreFileSizeSignal()
		l := Log{Dir: dir}
		for i := range 100 {
			if _, err := l.Append(entry(i)); err != nil {
				fmt.Printf("entry %d: %v\n", i, err)
				return
			}
		}
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no limit on the size of files")
	}
	l := newLog(t)
	cmd := exec.Command("sh", "-c", "ulimit -f 8; exec "+os.Args[0]+" -test.run=^TestFullDisk$")
	cmd.Env = append(os.Environ(), "AUDIT_TEST_DIR="+l.Dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("file too large")) {
		t.Fatalf("%v\n%s", err, out)
	}
	before := verify(t, l, Anchor{})
	if len(before.Problems) > 0 || before.Entries == 0 {
		t.Errorf("%d entries, problems %v", before.Entries, before.Problems)
	}
	fill(t, l, 1) // the disk has space again
	if r := verify(t, l, before.Anchor); len(r.Problems) > 0 || r.Entries != before.Entries+1 {
		t.Errorf("%d entries, problems %v", r.Entries, r.Problems)
	}
}

// TestSpecialFiles puts links and pipes where the record belongs.
func TestSpecialFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights on Windows")
	}
	for _, name := range []string{"audit.jsonl", "audit.anchor"} {
		l := newLog(t)
		fill(t, l, 1)
		other := filepath.Join(t.TempDir(), "other")
		if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(l.Dir, name)
		if err := errors.Join(os.Remove(path), os.Symlink(other, path)); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Append(entry(1)); err == nil {
			t.Errorf("%s is a link, but Append succeeded", name)
		}
		if b, err := os.ReadFile(other); string(b) != "mine" {
			t.Errorf("%s: the target of the link is now %q, %v", name, b, err)
		}
	}
}

func TestLongAndStrangeTexts(t *testing.T) {
	l := newLog(t)
	e := entry(0)
	e.Profile, e.Dir = strings.Repeat("é", 5000), "/tmp/a\nb\x1b[31m<&>"
	if _, err := l.Append(e, entry(1)); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(l.Path())
	if err != nil || bytes.Count(b, []byte("\n")) != 2 || !utf8.Valid(b) || bytes.ContainsRune(b, 0x1b) || len(b) > 8192 {
		t.Errorf("%d bytes, %v: %s", len(b), err, b)
	}
	if r := verify(t, l, Anchor{}); len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
}

func FuzzVerify(f *testing.F) {
	l := newLog(f)
	fill(f, l, 3)
	good, err := os.ReadFile(l.Path())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := newLog(t)
		fill(t, l, 3)
		good, err := os.ReadFile(l.Path())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(l.Path(), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, l, Anchor{}); len(r.Problems) == 0 && !bytes.Equal(b, good) {
			t.Errorf("a changed record passes: %q", b)
		}
		fill(t, l, 1)
		if r := verify(t, l, Anchor{}); len(r.Problems) == 0 && !bytes.Equal(b, good) {
			t.Errorf("a changed record passes after another entry: %q", b)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	l := newLog(b)
	for i := range b.N {
		if _, err := l.Append(entry(i)); err != nil {
			b.Fatal(err)
		}
	}
}

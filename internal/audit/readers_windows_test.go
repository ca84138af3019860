package audit

import (
	"os"
	"testing"
)

// A program that reads the anchor does not wait for a writer.
func TestAnchorIsReadableWhileLocked(t *testing.T) {
	l := newLog(t)
	fill(t, l, 1)
	f, err := l.lock()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if text, err := os.ReadFile(l.anchorPath()); len(text) != anchorSize || err != nil {
		t.Errorf("read %d bytes, %v; want %d bytes", len(text), err, anchorSize)
	}
}

// While another program reads the record, writers append to it. Later they rotate it.
func TestReaderDelaysRotation(t *testing.T) {
	l := newLog(t)
	l.rotateAt, l.kept = 2000, 3
	fill(t, l, 1)
	f, err := os.Open(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, 20)
	if old := l.oldFiles(); len(old) != 0 {
		t.Errorf("the record was rotated to %q while a program read it", old)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	fill(t, l, 1)
	if r := verify(t, l, Anchor{}); len(r.Problems) > 0 || r.Entries != 22 || r.Files != 2 {
		t.Errorf("%d entries in %d files, problems %v; want 22 entries in 2 files", r.Entries, r.Files, r.Problems)
	}
}

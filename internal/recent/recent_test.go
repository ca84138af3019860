package recent_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/recent"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// ordered returns the names in the order of the list.
func ordered(home string, now time.Time, names ...string) string {
	var out []string
	for _, i := range recent.Read(home).Order(names, now) {
		out = append(out, names[i])
	}
	return strings.Join(out, " ")
}

// file writes the file of the list, and returns its path.
func file(t *testing.T, home, content string) string {
	t.Helper()
	path := filepath.Join(home, ".aws", "lanyard", "recent")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if content != "" {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestOrder(t *testing.T) {
	type at struct {
		name  string
		after time.Duration
	}
	for _, c := range []struct {
		name string
		uses []at
		pins []string
		now  time.Duration
		want string
	}{
		{"nothing recorded", nil, nil, 0, "a b c d"},
		{"used profiles first", []at{{"c", 0}}, nil, time.Hour, "c a b d"},
		{"the last of two", []at{{"c", 0}, {"b", time.Hour}}, nil, 2 * time.Hour, "b c a d"},
		{"often beats once", []at{{"c", 0}, {"c", time.Hour}, {"b", 2 * time.Hour}}, nil, 3 * time.Hour, "c b a d"},
		{"recent beats often long ago", []at{{"c", 0}, {"c", time.Hour}, {"c", 2 * time.Hour}, {"b", 30 * 24 * time.Hour}}, nil, 31 * 24 * time.Hour, "b c a d"},
		{"within a minute counts once", []at{{"c", 0}, {"c", time.Second}, {"c", 59 * time.Second}, {"b", 2 * time.Minute}}, nil, time.Hour, "b c a d"},
		{"pinned before recent", []at{{"c", 0}}, []string{"d", "b"}, time.Hour, "d b c a"},
		{"pinned twice", nil, []string{"d", "b", "d"}, time.Hour, "d b a c"},
		{"unknown names", []at{{"gone", 0}}, []string{"lost"}, time.Hour, "a b c d"},
		{"the clock was fast", []at{{"c", 900 * 24 * time.Hour}, {"b", 0}}, nil, time.Hour, "c b a d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			for _, u := range c.uses {
				recent.Record(home, u.name, start.Add(u.after))
			}
			for _, name := range c.pins {
				if err := recent.Pin(home, name); err != nil {
					t.Fatal(err)
				}
			}
			if got := ordered(home, start.Add(c.now), "a", "b", "c", "d"); got != c.want {
				t.Errorf("order %q, want %q", got, c.want)
			}
		})
	}
}

func TestUnpin(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"c", "b"} {
		if err := recent.Pin(home, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := recent.Unpin(home, "c"); err != nil {
		t.Fatal(err)
	}
	if got := ordered(home, start, "a", "b", "c"); got != "b a c" {
		t.Errorf("order %q, want b first", got)
	}
	if err := recent.Unpin(home, "c"); !errors.Is(err, recent.ErrNotPinned) {
		t.Errorf("second Unpin: %v, want ErrNotPinned", err)
	}
}

// A damaged list counts as empty. The next use replaces it.
func TestDamagedList(t *testing.T) {
	for _, content := range []string{
		"", "{", "[]", "null", `{"profiles":{"b":7}}`, `{"profiles":{"b":{"score":1e999,"last":"2026-01-01T00:00:00Z"}}}`,
		`{"profiles":{"b":{"score":"x"}}}`, "\x00\xff", strings.Repeat("[", 1<<20), strings.Repeat(" ", 2<<20),
	} {
		home := t.TempDir()
		file(t, home, content)
		if got := ordered(home, start, "a", "b", "c"); got != "a b c" {
			t.Errorf("%.40q: order %q, want a b c", content, got)
		}
		recent.Record(home, "c", start)
		if got := ordered(home, start, "a", "b", "c"); got != "c a b" {
			t.Errorf("%.40q: order %q after a use, want c a b", content, got)
		}
	}
}

// No command fails if the list cannot be written. Only Pin returns an error.
func TestUnwritableList(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".aws"), nil, 0o600); err != nil { // not a folder
		t.Fatal(err)
	}
	recent.Record(home, "c", start)
	if got := ordered(home, start, "a", "b", "c"); got != "a b c" {
		t.Errorf("order %q, want a b c", got)
	}
	if err := recent.Pin(home, "c"); err == nil {
		t.Error("Pin returned no error")
	}
}

func TestLockedList(t *testing.T) {
	home := t.TempDir()
	lock, err := filelock.Try(filepath.Join(filepath.Dir(file(t, home, "")), ".recent.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	recent.Record(home, "b", start)
	if got := ordered(home, start, "a", "b"); got != "a b" {
		t.Errorf("order %q, want no change while the list is locked", got)
	}
	if err := recent.Pin(home, "b"); !errors.Is(err, recent.ErrBusy) {
		t.Errorf("Pin: %v, want ErrBusy", err)
	}
}

func TestListIsShort(t *testing.T) {
	home := t.TempDir()
	for i := range 300 {
		recent.Record(home, fmt.Sprintf("profile-%d", i), start.Add(time.Duration(i)*time.Hour))
	}
	recent.Record(home, strings.Repeat("x", 2000), start.Add(300*time.Hour))
	l := recent.Read(home)
	if len(l.Profiles) != 200 {
		t.Errorf("%d profiles, want 200", len(l.Profiles))
	}
	if _, ok := l.Profiles["profile-299"]; !ok {
		t.Error("the newest profile is missing")
	}
	if _, ok := l.Profiles["profile-99"]; ok {
		t.Error("the list still has an old profile")
	}
	info, err := os.Stat(file(t, home, ""))
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, error %v, want a private file", info.Mode(), err)
	}
}

// After many parallel processes, the list is valid and has some of the uses.
func TestManyWriters(t *testing.T) {
	home := t.TempDir()
	var wg sync.WaitGroup
	names := make([]string, 50)
	for i := range names {
		names[i] = fmt.Sprint(i)
		wg.Go(func() { recent.Record(home, names[i], start) })
	}
	wg.Wait()
	l := recent.Read(home)
	if len(l.Profiles) == 0 {
		t.Error("no use was recorded")
	}
	for name := range l.Profiles {
		if !slices.Contains(names, name) {
			t.Errorf("a profile that nobody used: %s", name)
		}
	}
}

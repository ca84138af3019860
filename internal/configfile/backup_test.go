package configfile_test

import (
	"fmt"
	"path/filepath"
	"sort"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/configfile"
)

// backups returns the names of the file's backups and the other names, sorted.
func backups(t *testing.T, path string, others ...string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".lanyard", filepath.Base(path)+"-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		others = append(others, filepath.Base(f))
	}
	sort.Strings(others)
	return others
}

func TestOneBackupADay(t *testing.T) {
	folder := t.TempDir()
	path, ours := filepath.Join(folder, "config"), filepath.Join(folder, ".lanyard")
	write(t, path, "0\n", 0o644)
	now := noon
	e := &configfile.Editor{Now: func() time.Time { return now }}
	edit(t, e, path, "1")
	edit(t, e, path, "2")
	now = now.Add(12 * time.Hour)
	edit(t, e, path, "3")
	now = now.In(time.FixedZone("west", -5*3600)) // the day before in that time zone
	edit(t, e, path, "4")

	check(t, filepath.Join(ours, "config-2026-11-22"), "0\n")
	check(t, filepath.Join(ours, "config-2026-11-23"), "0\n1\n2\n")
	checkMode(t, filepath.Join(ours, "config-2026-11-22"), 0o600)
	checkNames(t, ours, ".gitignore", "config-2026-11-22", "config-2026-11-23", "config.last")
}

func TestNewestBackupsAreKept(t *testing.T) {
	folder := t.TempDir()
	path, ours := filepath.Join(folder, "config"), filepath.Join(folder, ".lanyard")
	write(t, path, "0\n", 0o600)
	write(t, filepath.Join(folder, "config-work"), "0\n", 0o600)
	now := noon
	e := &configfile.Editor{Now: func() time.Time { return now }}
	edit(t, e, filepath.Join(folder, "config-work"), "1")
	for day := range 35 {
		edit(t, e, path, fmt.Sprint(day))
		now = now.AddDate(0, 0, 1)
	}
	want := []string{".gitignore", "config-work-2026-11-22", "config-work.last", "config.last"}
	for day := 5; day < 35; day++ {
		want = append(want, "config-"+noon.AddDate(0, 0, day).Format(time.DateOnly))
	}
	sort.Strings(want)
	checkNames(t, ours, want...)
}

func TestSweepRemovesTemporaryFilesOfKilledProcesses(t *testing.T) {
	folder := t.TempDir()
	path, ours := filepath.Join(folder, "config"), filepath.Join(folder, ".lanyard")
	edit(t, editor(t), path, "0")
	for _, name := range []string{".config.tmp-1", ".config-work.tmp-1", ".credentials.tmp-1", ".lanyard/.config.next.tmp-1", ".lanyard/.config-2026-11-22.tmp-1", ".lanyard/.config-work.next.tmp-1"} {
		write(t, filepath.Join(folder, name), "secret", 0o600)
	}
	edit(t, editor(t), path, "1")
	checkNames(t, folder, ".config-work.tmp-1", ".config.lock", ".credentials.tmp-1", ".lanyard", "config")
	checkNames(t, ours, ".config-work.next.tmp-1", ".gitignore", "config-2026-11-22", "config.last")
}

package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestBuildOf(t *testing.T) {
	settings := func(pairs ...string) (all []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	const revision = "0123456789abcdef0123456789abcdef01234567"
	clean := settings("vcs", "git", "vcs.revision", revision, "vcs.time", "2026-01-31T23:59:58Z", "vcs.modified", "false")
	changed := settings("vcs", "git", "vcs.revision", revision, "vcs.time", "2026-01-31T23:59:58Z", "vcs.modified", "true")
	system := " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
	for _, test := range []struct {
		name, module     string
		settings         []debug.BuildSetting
		line, from, date string
	}{
		{"tag in a clone", "v1.2.3", clean, "lanyard/1.2.3", "commit 0123456789ab of 2026-01-31", "2026-01-31T23:59:58Z"},
		{"tag and local changes", "v1.2.3+dirty", changed, "lanyard/1.2.3+dirty", "commit 0123456789ab of 2026-01-31, modified", "2026-01-31T23:59:58Z"},
		{"go install of a tag", "v1.2.3-rc.1", nil, "lanyard/1.2.3-rc.1", "", ""},
		{"commit in a clone", "v0.0.0-20260131235958-0123456789ab", clean, "lanyard/devel+0123456789ab", "commit 0123456789ab of 2026-01-31", "2026-01-31T23:59:58Z"},
		{"commit after a tag, and local changes", "v1.2.4-0.20260131235958-0123456789ab+dirty", changed, "lanyard/devel+0123456789ab", "commit 0123456789ab of 2026-01-31, modified", "2026-01-31T23:59:58Z"},
		{"go install of a commit", "v1.2.4-rc.1.0.20260131235958-0123456789ab", nil, "lanyard/devel+0123456789ab", "commit 0123456789ab of 2026-01-31", "2026-01-31T23:59:58Z"},
		{"no Git", "(devel)", nil, "lanyard/devel", "", ""},
		{"no record of the module", "", nil, "lanyard/devel", "", ""},
	} {
		b := buildOf(&debug.BuildInfo{Main: debug.Module{Version: test.module}, Settings: test.settings}, true)
		if got := b.line(); got != test.line+system {
			t.Errorf("%s: the line is %q, want %q", test.name, got, test.line+system)
		}
		if got := b.source(); got != test.from {
			t.Errorf("%s: the source is %q, want %q", test.name, got, test.from)
		}
		if b.Date != test.date {
			t.Errorf("%s: the date is %q, want %q", test.name, b.Date, test.date)
		}
	}
	if got := buildOf(nil, false); got.line() != "lanyard/devel"+system || got.source() != "" {
		t.Errorf("build without a record = %+v, want version devel", got)
	}
}

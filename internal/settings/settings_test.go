package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/settings"
)

const sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// read reads the settings with this content.
func read(t *testing.T, content string) (settings.Settings, error) {
	t.Helper()
	dir := t.TempDir()
	folder := filepath.Join(dir, "lanyard")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.yaml"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return settings.Read(env(map[string]string{"XDG_CONFIG_HOME": dir, "AppData": dir, "HOME": dir, "USERPROFILE": dir}))
}

func env(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, content, source, err string
		profiles                   bool
	}{
		{name: "an empty file", content: ""},
		{name: "only comments", content: "# nothing\n"},
		{name: "an empty section", content: "inventory:\n"},
		{name: "a URL", content: "inventory:\n  source: https://example.com/accounts.jsonl\n  sha256: " + strings.ToUpper(sum) + "\n", source: "https://example.com/accounts.jsonl"},
		{name: "a path in the home folder", content: "inventory: {source: ~/accounts.jsonl, sha256: " + sum + "}\n", source: "HOME/accounts.jsonl"},
		{name: "a relative path", content: "inventory: {source: accounts.jsonl, sha256: " + sum + "}\n", source: "HOME/lanyard/accounts.jsonl"},
		{name: "rules for profiles", content: "profiles:\n  template: x\n", profiles: true},
		{name: "an audit record that is required", content: "audit:\n  required: true\n  forward: syslog\n"},
		{name: "a text instead of true", content: "audit:\n  required: \"true\"\n", err: "line 2: audit.required must be true or false"},
		{name: "an unknown service", content: "audit:\n  required: true\n  forward: mail\n", err: `line 3: audit.forward: "mail" is not syslog or journald`},
		{name: "plain http", content: "inventory:\n  source: http://example.com/a\n  sha256: " + sum, err: "line 2: inventory.source: http is not allowed"},
		{name: "without a checksum", content: "inventory:\n  source: /a\n", err: "line 2: inventory.source needs inventory.sha256"},
		{name: "without a source", content: "inventory:\n  sha256: " + sum, err: "line 2: inventory.sha256 needs inventory.source"},
		{name: "a short checksum", content: "inventory:\n  source: /a\n  sha256: abc\n", err: "line 3: inventory.sha256 must have 64"},
		{name: "an unknown section", content: "\nprofile:\n  a: b\n", err: `line 2: unknown key "profile"`},
		{name: "an unknown key", content: "inventory:\n  sources: x\n", err: `line 2: unknown key "sources"`},
		{name: "a repeated key", content: "inventory:\n  source: x\n  source: y\n", err: "line 3"},
		{name: "a list instead of a text", content: "inventory:\n  source: [a]\n", err: "line 2: source must be a text"},
		{name: "a list instead of a section", content: "inventory: [a]\n", err: "line 1: inventory must have keys"},
		{name: "a list", content: "- a\n", err: "line 1: the file must have keys"},
		{name: "a tab", content: "inventory:\n\tsource: x\n", err: "not valid YAML"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := read(t, c.content)
			if c.err != "" {
				var invalid *settings.Error
				if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), s.Path) || invalid.ExitStatus() != 253 {
					t.Errorf("Read = %v, want %q", err, c.err)
				}
				return
			}
			home := filepath.Dir(filepath.Dir(s.Path))
			want := filepath.FromSlash(strings.Replace(c.source, "HOME", home, 1))
			if strings.HasPrefix(c.source, "https:") {
				want = c.source
			}
			got := s.Inventory.Source
			if got != c.source { // Windows also accepts /
				got = filepath.FromSlash(got)
			}
			if err != nil || got != want || (s.Profiles != nil) != c.profiles {
				t.Errorf("Read = %+v, %v; want the source %q", s, err, want)
			}
			if want != "" && s.Inventory.SHA256 != sum {
				t.Errorf("checksum %q, want %q", s.Inventory.SHA256, sum)
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	dir := t.TempDir()
	for _, e := range []map[string]string{{"XDG_CONFIG_HOME": dir, "AppData": dir}, {"HOME": dir, "USERPROFILE": dir}, {"XDG_CONFIG_HOME": "relative", "HOME": dir, "USERPROFILE": dir}} {
		s, err := settings.Read(env(e))
		if err != nil || s.Inventory.Source != "" || !strings.HasPrefix(s.Path, dir) {
			t.Errorf("%v: %+v, %v", e, s, err)
		}
	}
}

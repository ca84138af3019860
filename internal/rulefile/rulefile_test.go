package rulefile_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/rulefile"
)

func env(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := pairs[name]
		return v, ok
	}
}

func TestMayRule(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the folders have other names on Windows")
	}
	const rule = "guard: []\n"
	for _, c := range []struct {
		name  string
		files map[string]string // below the home folder; a name that ends in / is a folder; "-> x" is a link to x
		moved bool              // XDG_CONFIG_HOME is ~/other
		want  bool
	}{
		{"no file", nil, false, false},
		{"no file, and a file instead of its folder", map[string]string{".config": ""}, false, false},
		{"no rules", map[string]string{".config/lanyard/config.yaml": "inventory: {}\n"}, false, false},
		{"rules", map[string]string{".config/lanyard/config.yaml": rule}, false, true},
		{"a team's file", map[string]string{".config/lanyard/config.yaml": "profiles: {team: x}\n"}, false, true},
		{"a key with an escape", map[string]string{".config/lanyard/config.yaml": `"gu\x61rd": []`}, false, true},
		{"UTF-16", map[string]string{".config/lanyard/config.yaml": "\xff\xfeg\x00u\x00"}, false, true},
		{"a typo in the key", map[string]string{".config/lanyard/config.yaml": "inventory:\n  source: x\ngaurd: []\n"}, false, true},
		{"a key with a capital letter", map[string]string{".config/lanyard/config.yaml": "Guard: []\n"}, false, true},
		{"an indented typo", map[string]string{".config/lanyard/config.yaml": "# x\n  Guard: []\n"}, false, true},
		{"a typo behind the start of the document", map[string]string{".config/lanyard/config.yaml": "audit: {}\n--- {Guard: []}\n"}, false, true},
		{"a typo in braces", map[string]string{".config/lanyard/config.yaml": "{Guard: []}\n"}, false, true},
		{"an encoded key", map[string]string{".config/lanyard/config.yaml": "!!binary Z3VhcmQ=: []\n"}, false, true},
		{"a typo in the key of the team's file", map[string]string{".config/lanyard/config.yaml": "profiles:\n  # x\n  name: x\n  rename:\n    - from: x\n\n  taem: x\n"}, false, true},
		{"a typo in the only key of profiles", map[string]string{".config/lanyard/config.yaml": "profiles:\n  Team: x\n"}, false, true},
		{"a list of profiles", map[string]string{".config/lanyard/config.yaml": "profiles:\n  - Team: x\n"}, false, true},
		{"a typo in braces of profiles", map[string]string{".config/lanyard/config.yaml": "profiles: {taem: x}\n"}, false, true},
		{"a typo in braces on the next line", map[string]string{".config/lanyard/config.yaml": "profiles:\n  {taem: x}\n"}, false, true},
		{"all keys of profiles without a team", map[string]string{".config/lanyard/config.yaml": "profiles: \n  name: x\n  process: true\n  include:\n  - account: x\n  exclude:\n    - account: y\n      role: z\n  rename: []\n  settings:\n  - set: {a: b}\naudit: {}\n"}, false, false},
		{"other settings", map[string]string{".config/lanyard/config.yaml": "# x\r\n\r\n---\r\naudit:\r\n  required: true\nprofiles:\n  name: x\ninventory: {}\n"}, false, false},
		{"a folder", map[string]string{".config/lanyard/config.yaml/": ""}, false, true},
		{"a link to nothing", map[string]string{".config/lanyard/config.yaml": "-> nothing"}, false, true},
		{"a folder that is a link to nothing", map[string]string{".config/lanyard": "-> nothing/lanyard"}, false, true},
		{"a folder of folders that is a link to nothing", map[string]string{".config": "-> /nothing"}, false, true},
		{"a folder that is a link to an empty folder", map[string]string{"empty/": "", ".config": "-> empty"}, false, false},
		{"rules at the place that a variable names", map[string]string{"other/lanyard/config.yaml": rule}, true, true},
		{"rules at the usual place, and a variable", map[string]string{".config/lanyard/config.yaml": rule}, true, true},
		{"rules at a place that no variable names", map[string]string{"other/lanyard/config.yaml": rule}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			for name, content := range c.files {
				path := filepath.Join(home, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if name[len(name)-1] == '/' {
					if err := os.Mkdir(path, 0o700); err != nil && !os.IsExist(err) {
						t.Fatal(err)
					}
					continue
				}
				if target, ok := strings.CutPrefix(content, "-> "); ok {
					if err := os.Symlink(target, path); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			vars := map[string]string{"HOME": home}
			if c.moved {
				vars["XDG_CONFIG_HOME"] = filepath.Join(home, "other")
			}
			if got := rulefile.MayRule(env(vars)); got != c.want {
				t.Errorf("MayRule is %v, want %v", got, c.want)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the folders have other names on Windows")
	}
	for _, c := range []struct {
		home, xdg string
		want      []string
	}{
		{"/home/jane", "", []string{"/home/jane/.config/lanyard/config.yaml"}},
		{"/", "relative", []string{"/.config/lanyard/config.yaml"}},
		{"/home/jane", "/x/", []string{"/home/jane/.config/lanyard/config.yaml", "/x/lanyard/config.yaml"}},
		{"/home/jane", "/home/jane/.config", []string{"/home/jane/.config/lanyard/config.yaml"}},
	} {
		if got := rulefile.Paths(env(map[string]string{"HOME": c.home, "XDG_CONFIG_HOME": c.xdg})); !slices.Equal(got, c.want) {
			t.Errorf("Paths with HOME %s and XDG_CONFIG_HOME %s: %q, want %q", c.home, c.xdg, got, c.want)
		}
	}
}

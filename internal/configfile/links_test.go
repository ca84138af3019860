package configfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/configfile"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

func folders(t *testing.T, names ...string) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, name := range names {
		if err := os.MkdirAll(filepath.Join(root, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestLinksAreKept(t *testing.T) {
	const (
		absolute = "absolute: "
		there    = "old\n"
	)
	for name, links := range map[string][][2]string{ // link, target; the file is repo/aws/config
		"relative":           {{"home/config", "../repo/aws/config"}},
		"absolute":           {{"home/config", absolute + "repo/aws/config"}},
		"chain":              {{"repo/second", "aws/config"}, {"home/config", absolute + "repo/second"}},
		"folder":             {{"home/.aws", "../repo/aws"}, {"home/config", ".aws/config"}},
		"in a linked folder": {{"home/.aws", absolute + "repo/other"}, {"repo/other/config", "../aws/config"}, {"home/config", ".aws/config"}},
	} {
		for _, content := range []string{there, ""} { // "" means a dangling link
			t.Run(name+"/"+strings.TrimSpace(content), func(t *testing.T) {
				root := folders(t, "home", "repo/aws", "repo/other")
				target := filepath.Join(root, "repo", "aws", "config")
				if content != "" {
					write(t, target, content, 0o644)
				}
				for _, l := range links {
					to := l[1]
					if rest, ok := strings.CutPrefix(to, absolute); ok {
						to = filepath.Join(root, rest)
					}
					proctest.Symlink(t, to, filepath.Join(root, l[0]))
				}
				path, e := filepath.Join(root, "home", "config"), editor(t)
				edit(t, e, path, "new")
				check(t, target, content+"new\n")
				for _, l := range links {
					if info, err := os.Lstat(filepath.Join(root, l[0])); err != nil || info.Mode()&os.ModeSymlink == 0 {
						t.Errorf("the link %s was replaced: %v", l[0], err)
					}
				}
				checkNames(t, filepath.Dir(target), ".config.lock", ".lanyard", "config")

				// Undo through another name for the same file.
				if err := e.Undo(t.Context(), last(t, e, target)); err != nil {
					t.Fatal(err)
				}
				if content != "" {
					check(t, path, content)
				} else {
					checkNames(t, filepath.Dir(target), ".config.lock", ".lanyard")
				}
			})
		}
	}
}

func TestInvalidLinks(t *testing.T) {
	for name, tt := range map[string]struct{ target, says string }{
		"its folder is missing": {"gone/aws/config", filepath.Join("gone", "aws", "config")},
		"itself":                {"config", "too many"},
		"a folder":              {".", "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			path := filepath.Join(root, "config")
			proctest.Symlink(t, tt.target, path)
			_, err := editor(t).Edit(t.Context(), path, "x", add("new"))
			var file *configfile.FileError
			if !errors.As(err, &file) || file.Path != path || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want a FileError that says %q", err, tt.says)
			}
			checkNames(t, root, "config")
		})
	}
}

func TestFolderIsADanglingLink(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, ".aws")
	proctest.Symlink(t, "gone", folder)
	_, err := editor(t).Edit(t.Context(), filepath.Join(folder, "config"), "x", add("new"))
	if err == nil || !strings.Contains(err.Error(), folder+" is a link to gone") {
		t.Errorf("error %v, want an error about the dangling link", err)
	}
	checkNames(t, root, ".aws")
}

func TestHardLinkWarning(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("lanyard does not count the names of a file on Windows")
	}
	root := t.TempDir()
	path, other := filepath.Join(root, "config"), filepath.Join(root, "other")
	write(t, path, "old\n", 0o600)
	if err := os.Link(path, other); err != nil {
		t.Skip("hard links are not supported: ", err)
	}
	var warnings []string
	e := &configfile.Editor{Warn: func(text, _ string) { warnings = append(warnings, text) }}
	edit(t, e, path, "new")
	check(t, path, "old\nnew\n")
	check(t, other, "old\n")
	if len(warnings) != 1 || !strings.Contains(warnings[0], path+" has 2 names") {
		t.Errorf("warnings %q, want a warning about the 2 names", warnings)
	}
}

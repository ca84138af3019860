package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documentedFiles returns patterns of the files that docs/files.md has. Their paths are relative to the
// folder of a script.
func documentedFiles(t *testing.T) []*regexp.Regexp {
	t.Helper()
	page, err := os.ReadFile("../../docs/files.md")
	if err != nil {
		t.Fatal(err)
	}
	var patterns []*regexp.Regexp
	for _, m := range regexp.MustCompile("`((?:~|RUN|/tmp)/[^` ]+)`").FindAllStringSubmatch(string(page), -1) {
		path := strings.NewReplacer("~/", "home/", "RUN/", "run/", "/tmp/", "tmp/").Replace(m[1])
		pattern := regexp.QuoteMeta(path)
		for _, variable := range []string{`\*`, "NAME", "DATE"} {
			pattern = strings.ReplaceAll(pattern, variable, "[^/]*")
		}
		pattern = strings.ReplaceAll(pattern, "sso/cache", "(?:sso|cli)/cache") // the notes are in both folders
		patterns = append(patterns, regexp.MustCompile("^"+pattern+"$"))
	}
	if len(patterns) < 30 {
		t.Fatalf("docs/files.md has %d paths, want more", len(patterns))
	}
	return patterns
}

// undocumented returns a file that lanyard left in one of its folders below the folder of a script, and
// that no pattern matches. It returns "" if there is no such file. Scripts may write other files into
// other folders.
func undocumented(dir string, patterns []*regexp.Regexp) string {
	found := ""
	for _, folder := range []string{"home/.aws/.lanyard", "home/.aws/lanyard", "home/.aws/sso/cache", "home/.aws/cli/cache", "home/.local/state/lanyard", "run/lanyard"} {
		root := filepath.Join(dir, filepath.FromSlash(folder))
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error { // a folder that is missing has no files
			if err != nil || d.IsDir() || path == root {
				return nil
			}
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			name = filepath.ToSlash(name)
			for _, p := range patterns {
				if p.MatchString(name) {
					return nil
				}
			}
			if strings.Contains(filepath.Base(name), ".tmp-") || strings.HasSuffix(filepath.Base(filepath.Dir(name)), ".lease") {
				return nil // the text below the tables describes temporary files; architecture.md describes leases
			}
			found = name
			return nil
		})
	}
	return found
}

func TestUndocumented(t *testing.T) {
	patterns, dir := documentedFiles(t), t.TempDir()
	for _, test := range [][2]string{
		{"home/.aws/config.old", ""},
		{"home/.aws/sso/cache/.a.horizon", ""},
		{"home/.aws/cli/cache/.a.tmp-1", ""},
		{"home/.aws/lanyard/new", "home/.aws/lanyard/new"},
	} {
		path := filepath.Join(dir, filepath.FromSlash(test[0]))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := undocumented(dir, patterns); got != test[1] {
			t.Errorf("with %s, undocumented returns %q, want %q", test[0], got, test[1])
		}
	}
}

// docs/settings.md has each key of lanyard's own settings file.
func TestSettingsFileIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| key | meaning |")
	word := regexp.MustCompile(`"([a-z_0-9]+)"`)
	found := 0
	for _, source := range []struct {
		file, section string // the keys of the section are in calls and cases of the file
		where         *regexp.Regexp
	}{
		{"../settings/settings.go", "", regexp.MustCompile(`s\.members\(top, "the file", (.*)\)`)},
		{"../settings/settings.go", "inventory.", regexp.MustCompile(`s\.members\(n, "inventory", (.*)\)`)},
		{"../settings/audit.go", "audit.", regexp.MustCompile(`s\.members\(n, "audit", (.*)\)`)},
		{"../profilesync/parse.go", "profiles.", regexp.MustCompile(`keys := \[\]string\{(.*)\}`)},
		{"../profilesync/parse.go", "profiles.", regexp.MustCompile(`keys = append\(keys, ("team".*)\)`)},
		{"../guard/parse.go", "guard", regexp.MustCompile(`\t\tcase ("[a-z_]+"):`)},
	} {
		text, err := os.ReadFile(source.file)
		if err != nil {
			t.Fatal(err)
		}
		lists := source.where.FindAllSubmatch(text, -1)
		if len(lists) == 0 {
			t.Errorf("%s has no keys of the form %s", source.file, source.where)
		}
		for _, list := range lists {
			for _, key := range word.FindAllStringSubmatch(string(list[1]), -1) {
				found++
				want := "`" + source.section + key[1] + "`"
				switch source.section {
				case "":
					want = "`" + key[1] // a section, or its first key
				case "guard":
					want = "`" + key[1] + "`"
				}
				if !strings.Contains(table, want) {
					t.Errorf("docs/settings.md does not have the key %s of %s", want, source.file)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("found %d keys, want at least 30", found)
	}
}

// docs/errors.md and "lanyard help exit-codes" have each exit code of the program.
func TestExitCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	topic := run(t, "lanyard", "help", "exit-codes")
	constant := regexp.MustCompile(`(?m)^\s*(?:const )?[eE]xit[A-Z]\w* += (\d+)`)
	found := map[string]string{}
	for _, file := range sources(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range constant.FindAllSubmatch(text, -1) {
			found[string(m[1])] = file
		}
	}
	if len(found) < 8 {
		t.Errorf("found the exit codes %v, want more", found)
	}
	for code, file := range found {
		if row := regexp.MustCompile(`(?m)^\| (?:\d+, )?` + code + `(?:, \d+)? \|`); !row.Match(page) {
			t.Errorf("docs/errors.md has no row for the exit code %s of %s", code, file)
		}
		if row := regexp.MustCompile(`\b` + code + `\b`); !row.MatchString(topic) {
			t.Errorf("help exit-codes does not have the exit code %s of %s", code, file)
		}
	}
}

package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

// corpus is the folder of the hand-written config files with which this package tests the editor.
const corpus = "../awsconfig/testdata/corpus"

// An edit is a command that changes the config, and the changes that it may make.
type edit struct {
	args []string
	adds func(line string) bool // reports whether the command may add the line; line has no white space around it
	cuts func(line string) bool // reports whether the command may remove the line
}

func edits() map[string]edit {
	session := func(line string) bool {
		key, _, ok := strings.Cut(strings.ToLower(line), "=")
		return ok && strings.HasPrefix(key, "sso_") || strings.HasPrefix(line, "[sso-session ")
	}
	legacy := func(line string) bool {
		key := strings.ToLower(strings.TrimSpace(line[:max(0, strings.IndexAny(line, "=:"))]))
		return slices.Contains([]string{"sso_start_url", "sso_region", "sso_registration_scopes", "sso_auto_refresh", "sso_refresh_window", "sso_session_duration"}, key)
	}
	nothing := func(string) bool { return false }
	return map[string]edit{
		"set":     {[]string{"configure", "set", "lanyard_test", "a b", "--profile", "lanyard-new"}, func(l string) bool { return l == "[profile lanyard-new]" || l == "lanyard_test = a b" }, nothing},
		"nested":  {[]string{"configure", "set", "s3.lanyard_test", "1", "--profile", "lanyard-new"}, func(l string) bool { return l == "[profile lanyard-new]" || l == "s3 =" || l == "lanyard_test = 1" }, nothing},
		"session": {[]string{"configure", "sso-session", "--sso-session-name", "lanyard new", "--sso-start-url", startURL2, "--sso-region", "us-east-1"}, session, nothing},
		"wizard": {
			[]string{
				"configure", "sso", "--sso-session-name", "lanyard-new", "--sso-start-url", startURL2, "--sso-region", "us-east-1",
				"--sso-account-id", "111122223333", "--sso-role-name", "Admin", "--profile-name", "lanyard-new", "--default-region", "eu-west-1", "--output-format", "json",
			},
			func(l string) bool {
				return session(l) || l == "[profile lanyard-new]" || l == "region = eu-west-1" || l == "output = json"
			},
			nothing,
		},
		"upgrade": {[]string{"configure", "upgrade", "--yes"}, session, legacy},
	}
}

const startURL2 = "https://lanyard-new.awsapps.com/start"

// The test runs every command that changes the config on every file. The first run may only make
// the changes that the command promises. The second run must change nothing. Undo must restore
// every byte. A file that the AWS CLI cannot read must not change.
func TestCommandsKeepOtherContent(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "*.config"))
	if err != nil || len(files) < 150 {
		t.Fatalf("found %d files, error %v, want at least 150 files", len(files), err)
	}
	srv := emulatortest.Start(t, emulator.BuiltIn())
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			home := t.TempDir()
			config := filepath.Join(home, ".aws", "config")
			if err := os.Mkdir(filepath.Dir(config), 0o700); err != nil {
				t.Fatal(err)
			}
			for name, e := range edits() {
				if err := os.WriteFile(config, before, 0o600); err != nil {
					t.Fatal(err)
				}
				run := func(args ...string) (int, string) {
					code, _, stderr := runAt(t, srv, home, nil, args...)
					return code, stderr
				}
				read := func() []byte {
					b, err := os.ReadFile(config)
					if err != nil {
						t.Fatal(err)
					}
					return b
				}
				code, stderr := run(e.args...)
				after := read()
				if code != 0 || bytes.Equal(before, after) {
					if !bytes.Equal(before, after) {
						t.Errorf("%s: exit code %d, want no change of the file\n%s", name, code, stderr)
					}
					if stderr == "" {
						t.Errorf("%s: no change and no message, want a change or a message", name)
					}
					// lanyard refuses to replace a part of a block that is inherited from
					// [DEFAULT].
					if code != 0 && !strings.HasPrefix(filepath.Base(file), "bad-") && !strings.Contains(stderr, "is inherited from [DEFAULT]") {
						t.Errorf("%s: exit code %d, want 0\n%s", name, code, stderr)
					}
					continue
				}
				e.check(t, name, string(before), string(after))
				if code, stderr := run(e.args...); code != 0 || !bytes.Equal(after, read()) {
					t.Errorf("%s: second run: exit code %d, want 0 and the same bytes\n%s", name, code, stderr)
				}
				if code, stderr := run("configure", "undo", "--yes"); code != 0 || !bytes.Equal(before, read()) {
					t.Errorf("%s: undo: exit code %d, want 0 and the bytes before the command\n%s", name, code, stderr)
				}
			}
		})
	}
}

// check compares two contents of a config, line by line. Lines must keep their order and their
// bytes. Only lines that the edit may add or remove can differ.
func (e edit) check(t *testing.T, name, before, after string) {
	t.Helper()
	if before != "" && !strings.HasSuffix(before, "\n") && !strings.HasSuffix(before, "\r") {
		before += newline(before) // an edit may complete the last line with a line break
	}
	old, now := lines(before), lines(after)
	i := 0
	for _, line := range now {
		for i < len(old) && old[i] != line && e.cuts(strings.TrimSpace(old[i])) {
			i++
		}
		if i < len(old) && old[i] == line {
			i++
			continue
		}
		if !e.adds(strings.TrimSpace(line)) {
			t.Errorf("%s: the command added the line %q", name, line)
		}
	}
	for ; i < len(old); i++ {
		if !e.cuts(strings.TrimSpace(old[i])) {
			t.Errorf("%s: the command removed the line %q", name, old[i])
		}
	}
}

// lines splits after every line ending: \n, \r\n and a single \r.
func lines(s string) []string {
	return regexp.MustCompile(`[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+`).FindAllString(s, -1)
}

func newline(s string) string {
	switch {
	case strings.Contains(s, "\r\n"):
		return "\r\n"
	case strings.Contains(s, "\r"):
		return "\r"
	}
	return "\n"
}

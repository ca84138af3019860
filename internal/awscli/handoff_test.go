package awscli

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestPass(t *testing.T) {
	env := ""
	app := &command.App{Env: command.Env{Lookup: func(name string) (string, bool) { return env, name == PassedVariable }}}
	pass := func(args ...string) error {
		mark, err := pass(app, "aws", args)
		if err == nil {
			env = mark
		}
		return err
	}
	if err := pass("a", "b"); err != nil {
		t.Fatal(err)
	}
	var config *command.ConfigError
	if err := pass("a", "b"); !errors.As(err, &config) || !strings.Contains(err.Error(), "same arguments") {
		t.Errorf("the same arguments again: %v, want a ConfigError", err)
	}
	for i := 1; i < maxPassed; i++ {
		if err := pass("ab", strconv.Itoa(i)); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := pass("x"); !errors.As(err, &config) || !strings.Contains(err.Error(), "5 times") {
		t.Errorf("too many hand-offs: %v, want a ConfigError", err)
	}
	if fingerprint([]string{"a", "b"}) == fingerprint([]string{"ab"}) || fingerprint([]string{"a", ""}) == fingerprint([]string{"a"}) {
		t.Error("two lists have the same fingerprint")
	}
}

func TestWithVariable(t *testing.T) {
	environ := []string{"A=1", "V=old", "V2=x", "B=\xff"}
	got := withVariable(environ, "V", "new")
	if want := []string{"A=1", "V2=x", "B=\xff", "V=new"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if environ[1] != "V=old" {
		t.Error("withVariable has changed its argument")
	}
}

// TestFind puts other files with the AWS CLI's name before the AWS CLI on PATH.
func TestFind(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := Programs(runtime.GOOS)[0]
	work := t.TempDir()
	script := func(mode fs.FileMode) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte("#!/bin/sh\n"), mode) }
	}
	dirs := []string{"", "relative", filepath.Join(work, "missing")}
	for _, c := range []struct {
		dir  string
		make func(path string) error
	}{
		{"link", func(path string) error { return os.Symlink(self, path) }},
		{"copy", func(path string) error { return copyProgram(path, self) }},
		{"folder", func(path string) error { return os.Mkdir(path, 0o700) }},
		{"dangling", func(path string) error { return os.Symlink("nowhere", path) }},
		{"hard", func(path string) error { return hardLink(filepath.Join(work, "copy", name), path) }},
		{"data", script(0o600)},
		{"real", script(0o700)},
		{"second", script(0o700)},
	} {
		if runtime.GOOS == "windows" && c.dir == "data" {
			continue // Windows has no mode for programs
		}
		dir := filepath.Join(work, c.dir)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := c.make(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	find := func(dirs []string) (string, error) {
		app := &command.App{Log: slog.New(slog.DiscardHandler), Env: command.Env{Lookup: func(string) (string, bool) {
			return strings.Join(dirs, string(os.PathListSeparator)), true
		}}}
		return Find(app)
	}
	if got, err := find(dirs); err != nil || got != filepath.Join(work, "real", name) {
		t.Errorf("found %s, %v; want the AWS CLI in real", got, err)
	}
	if got, err := find(dirs[:len(dirs)-2]); !errors.Is(err, errNoAWS) {
		t.Errorf("without an AWS CLI: found %s, %v, want errNoAWS", got, err)
	}
}

func hardLink(from, to string) error { return os.Link(from, to) }

func copyProgram(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755)
}

package child

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// TestFindAWS puts other files with the AWS CLI's name before the AWS CLI on PATH.
func TestFindAWS(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := AWSPrograms(runtime.GOOS)[0]
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
		return FindAWS(app)
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

//go:build unix && !darwin

package console

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

func TestCopy(t *testing.T) {
	dir := t.TempDir()
	stub := "#!/bin/sh\n/bin/cat > " + dir + "/stdin\necho \"$0 $@\" > " + dir + "/args\n"
	if err := os.WriteFile(filepath.Join(dir, "xclip"), []byte(stub), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	const text, sequence = "https://x/?SigninToken=a b", "\x1b]52;c;aHR0cHM6Ly94Lz9TaWduaW5Ub2tlbj1hIGI=\a"
	tests := []struct {
		name     string
		env      map[string]string
		terminal bool
		program  bool   // the program xclip gets the text
		screen   string // the text that the terminal gets
		err      error
	}{
		{"a desktop", map[string]string{"DISPLAY": ":0"}, true, true, "", nil},
		{"a desktop with a program that is missing", map[string]string{"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, false, true, "", nil},
		{"no desktop", nil, true, false, sequence, nil},
		{"SSH with a forwarded desktop", map[string]string{"DISPLAY": ":10", "SSH_CONNECTION": "a 1 b 2"}, true, false, sequence, nil},
		{"nothing", nil, false, false, "", ErrNoClipboard},
	}
	for _, tt := range tests {
		for _, f := range []string{"stdin", "args"} {
			if err := os.RemoveAll(filepath.Join(dir, f)); err != nil {
				t.Fatal(err)
			}
		}
		var screen bytes.Buffer
		lookup := func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }
		var err error
		if tt.terminal {
			err = Copy(t.Context(), secret.New(text), lookup, &screen)
		} else {
			err = Copy(t.Context(), secret.New(text), lookup, nil)
		}
		if !errors.Is(err, tt.err) || screen.String() != tt.screen {
			t.Errorf("%s: %v, the terminal got %q", tt.name, err, screen.String())
		}
		got, _ := os.ReadFile(filepath.Join(dir, "stdin"))
		args, _ := os.ReadFile(filepath.Join(dir, "args"))
		if tt.program && (string(got) != text || bytes.Contains(args, []byte("Signin"))) || !tt.program && got != nil {
			t.Errorf("%s: the program got %q, arguments %q", tt.name, got, args)
		}
	}
}

package child

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A batch file gets its arguments unchanged, and cmd.exe runs no part of an argument.
func TestBatchFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "two words.cmd")
	lines := []string{"@echo off", ":next", `if "%~1"=="" exit /b 7`, `echo [%1]`, "shift", "goto next"}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\r\n")+"\r\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"plain", "two words", "a&echo b", "a|b", "(c)", "d^e", "f<g>h", `C:\dir\`, "x;y,z=1", "[?a=='b'] | [0]"}
	var out, errs strings.Builder
	code, err := Capture{Path: path, Args: append([]string{"two words.cmd"}, args...), Env: os.Environ(), Stdout: &out, Stderr: &errs}.Run(context.Background())
	if err != nil || code != 7 {
		t.Errorf("exit code %d, error %v; want 7", code, err)
	}
	var want []string
	for _, arg := range args {
		if arg == `C:\dir\` {
			arg = `C:\dir\\`
		}
		want = append(want, `["`+arg+`"]`)
	}
	got := strings.Split(strings.TrimSpace(strings.ReplaceAll(out.String(), "\r", "")), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("the batch file got\n%q, want\n%q\n%s", got, want, errs.String())
	}
}

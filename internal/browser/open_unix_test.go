//go:build unix

package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A shell would expand the URL target. Programs get the form escaped.
const (
	target  = "https://portal.example/authorize?a=1&b=$(touch%20pwned);c='x'"
	escaped = "https://portal.example/authorize?a=1&b=%24%28touch%20pwned%29%3Bc=%27x%27"
)

// script writes an executable shell script that replaces a browser.
func script(t *testing.T, dir, name, body string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenWithVariable(t *testing.T) {
	dir := t.TempDir()
	browser := script(t, dir, "my browser", `printf '%s\n' "$@" > `+dir+`/args; env > `+dir+`/env; echo noise; echo more >&2; read x && exit 1; exit 0`)
	var out bytes.Buffer
	env := []string{
		"BROWSER=" + filepath.Join(dir, "missing") + `:false:"` + browser + `" --new-window`,
		"PATH=" + os.Getenv("PATH"), "AWS_SESSION_TOKEN=hidden", "AWS_PROFILE=dev",
	}
	if err := Open(t.Context(), target, env, &out); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(dir + "/args"); string(got) != "--new-window\n"+escaped+"\n" {
		t.Errorf("arguments %q, want --new-window and the escaped URL", got)
	}
	if got, _ := os.ReadFile(dir + "/env"); strings.Contains(string(got), "hidden") || !strings.Contains(string(got), "AWS_PROFILE=dev") {
		t.Errorf("environment %q, want AWS_PROFILE and no secret", got)
	}
	if out.String() != "noise\nmore\n" {
		t.Errorf("output %q, want both lines", &out)
	}
	if _, err := os.Stat("pwned"); err == nil {
		t.Error("a shell saw the URL")
	}
}

// A shell would read a word with %s and other words as a script. The URL would become a part
// of the script.
func TestScriptsInVariableAreSkipped(t *testing.T) {
	dir := t.TempDir()
	xdg := "PATH=" + dir
	script(t, dir, "xdg-open", "echo opened")
	var out bytes.Buffer
	err := Open(t.Context(), "https://portal.example/?a&touch="+dir+"/pwned", []string{`BROWSER=sh -c "echo firefox %s; touch ` + dir + `/ran"`, xdg}, &out)
	if _, ran := os.Stat(dir + "/ran"); ran == nil {
		t.Errorf("the script ran (error %v), want no call", err)
	}
}

func TestOpenWithSystem(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("macOS has a single opener with a fixed path")
	}
	dir := t.TempDir()
	without := t.TempDir() // no wslview
	for _, name := range []string{"xdg-open", "wslview"} {
		script(t, dir, name, `echo `+name+` "$1"`)
	}
	script(t, without, "rundll32.exe", `echo rundll32 "$@"`)
	script(t, without, "explorer.exe", `echo explorer "$1"; exit 1`)
	for _, tt := range []struct{ env, want string }{
		{"BROWSER=", "xdg-open " + escaped + "\n"},
		{"WSL_DISTRO_NAME=Ubuntu", "wslview " + escaped + "\n"},
		{"WSL_INTEROP=/run/WSL/1_interop;" + without, "rundll32 url.dll,FileProtocolHandler " + escaped + "\n"},
		{"BROWSER=cmd.exe /c start;" + without, "rundll32 url.dll,FileProtocolHandler " + escaped + "\n"},
		{"BROWSER=powershell.exe -Command Start-Process %s;" + without, "rundll32 url.dll,FileProtocolHandler " + escaped + "\n"},
		{"BROWSER=explorer.exe;" + without, "explorer " + escaped + "\n"},
	} {
		path := dir
		if variable, other, ok := strings.Cut(tt.env, ";"); ok {
			tt.env, path = variable, other
		}
		var out bytes.Buffer
		if err := Open(t.Context(), target, []string{"WSL_DISTRO_NAME=" + strings.TrimPrefix(path, dir), "PATH=relative:" + path, tt.env}, &out); err != nil || out.String() != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.env, &out, err, tt.want)
		}
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	failing := script(t, dir, "failing", "exit 3")
	notExecutable := filepath.Join(dir, "plain")
	if err := os.WriteFile(notExecutable, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{failing, filepath.Join(dir, "missing"), notExecutable, dir, "not-on-path"} {
		if err := Open(t.Context(), target, []string{"BROWSER=" + value}, nil); err == nil || !strings.Contains(err.Error(), value) {
			t.Errorf("%s: %v, want an error that names the value", value, err)
		}
	}
	err := Open(t.Context(), target, []string{"BROWSER=" + failing + ":not-on-path:cmd.exe /c firefox"}, nil)
	if want := failing + ": exit status 3; not-on-path: not found on PATH; cmd.exe: a shell would interpret the URL"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if err := Open(t.Context(), target, []string{"BROWSER=none", "PATH=" + dir}, nil); !errors.Is(err, ErrNoBrowser) {
		t.Errorf("none: %v, want ErrNoBrowser", err)
	}
	if err := Open(t.Context(), "http://example.com/", []string{"BROWSER=" + failing}, nil); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("plain http: %v, want ErrNotAllowed", err)
	}
}

// A browser that keeps running has its own session and survives the wait. It leaves no zombie
// process.
func TestOpenLeavesBrowser(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(dir+"/gate", 0o600); err != nil {
		t.Fatal(err)
	}
	browser := script(t, dir, "browser", `echo $$ > `+dir+`/pid.new; mv `+dir+`/pid.new `+dir+`/pid; read x < `+dir+`/gate`)
	ctx, cancel := context.WithCancel(t.Context())
	if err := open(ctx, target, []string{"BROWSER=" + browser, "PATH=" + os.Getenv("PATH")}, nil, 500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	cancel()
	var pid int
	data := eventually(t, func() ([]byte, bool) {
		data, err := os.ReadFile(dir + "/pid")
		return data, err == nil
	})
	if _, err := fmt.Sscan(string(data), &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("the browser ended with the wait: %v", err)
	}
	if group, err := syscall.Getpgid(pid); err != nil || group != pid {
		t.Errorf("process group %d of %d: %v; want its own group", group, pid, err)
	}
	if err := os.WriteFile(dir+"/gate", []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() ([]byte, bool) { return nil, syscall.Kill(pid, 0) != nil }) // no zombie
}

func TestOpenCancelled(t *testing.T) {
	browser := script(t, t.TempDir(), "browser", "exit 0")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Open(ctx, target, []string{"BROWSER=" + browser}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// eventually waits until f reports true, at most 10 s.
func eventually(t *testing.T, f func() ([]byte, bool)) []byte {
	t.Helper()
	deadline, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if v, ok := f(); ok {
			return v
		}
		select {
		case <-tick.C:
		case <-deadline.Done():
			t.Fatal("the condition is still false after 10 s")
		}
	}
}

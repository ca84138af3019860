//go:build unix

package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestDocsScripts runs the command lines of the README and of docs/*.md: see TestDocs. Each
// script has an Identity Center, and a browser that signs in as jane without a question. ROOT is
// the repository. SRC is a folder that builds like the repository.
func TestDocsScripts(t *testing.T) {
	dir := t.TempDir()
	for _, s := range docSources(t) {
		script := readDocScript(t, s.name)
		if len(script.archive.Comment) == 0 {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, s.name+".txtar"), script.testscript(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	goEnv, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOFLAGS").Output()
	if err != nil {
		t.Fatal(err)
	}
	values := strings.Split(string(goEnv), "\n")
	runScripts(t, dir, func(env *testscript.Env) error {
		for i, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOFLAGS"} {
			env.Setenv(name, values[i])
		}
		env.Setenv("BROWSER", "approve %s")
		root, err := filepath.Abs("../..")
		if err != nil {
			return err
		}
		env.Setenv("ROOT", root)
		env.Setenv("SRC", filepath.Join(env.WorkDir, "lanyard"))
		return linkSource(root, env.Getenv("SRC"))
	})
}

// linkSource makes a folder that builds like the repository. Its entries are links.
func linkSource(root, dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"Makefile", "go.mod", "go.sum", "cmd", "internal", "emulator"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// typed implements the program "typed FILE COMMAND...". The program runs COMMAND on a terminal and
// prints the screen. FILE has pairs of lines: the end of a question, and the answer that a user
// types.
func typed() {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
	must(err)
	chunks := make(chan []byte)
	go func() {
		defer close(chunks)
		for {
			buf := make([]byte, 4096)
			n, err := tty.Read(buf)
			if n > 0 {
				chunks <- buf[:n]
			}
			if err != nil {
				return // reading fails when the program has ended
			}
		}
	}()
	var screen []byte
	more := func() bool {
		select {
		case chunk, ok := <-chunks:
			screen = append(screen, chunk...)
			return ok
		case <-time.After(time.Minute):
			return false
		}
	}
	seen := 0
	for pairs := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"); len(pairs) > 1; pairs = pairs[2:] {
		for {
			plain := escapes.ReplaceAll(screen, nil)
			if i := bytes.Index(plain[min(seen, len(plain)):], []byte(pairs[0])); i >= 0 {
				seen += i + len(pairs[0])
				break
			}
			if !more() {
				fmt.Fprintf(os.Stderr, "the question %q did not come:\n%s", pairs[0], plain)
				os.Exit(99)
			}
		}
		_, err := io.WriteString(tty, pairs[1]+"\r")
		must(err)
	}
	for more() {
	}
	_ = cmd.Wait() // ProcessState has the exit code
	os.Stdout.Write(escapes.ReplaceAll(screen, nil))
	os.Exit(cmd.ProcessState.ExitCode())
}

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
)

// A programs holds the paths of the programs that bench measures.
type programs struct {
	empty, lanyard string
	static         string // lanyard without cgo, which loads no shared libraries
}

// Linux keeps a file in memory in parts that are as large as the writes of the program that wrote it,
// if the file system and the kernel can do that. A program in small parts needs a quarter more page
// faults, and starts up to a third slower. The linker writes page by page.
const (
	onePage   = 4 << 10   // gives the same parts on every file system, for counts
	readAhead = 128 << 10 // as after a boot, when Linux has read the program from the disk
)

// build builds the programs with the linker flags of a release, and copies them as an installer does,
// with writes of this size. If released is true, it builds lanyard only as it is released, which is
// without cgo.
func build(dir string, released bool, size int) (programs, error) {
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return programs{}, err
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	at := func(name string) string { return filepath.Join(dir, name+suffix) }
	p := programs{at("empty"), at("lanyard"), at("static")}
	const main = "github.com/lanyard-cli/lanyard/cmd/lanyard"
	err := buildOne(p.empty, source, size)
	if err == nil {
		err = buildOne(p.static, main, size, "CGO_ENABLED=0")
	}
	switch {
	case err != nil:
	case released:
		p.lanyard = p.static
	default:
		err = buildOne(p.lanyard, main, size)
	}
	return p, err
}

// buildOne builds a program with further variables, and copies it.
func buildOne(path, what string, size int, env ...string) error {
	linked := path + ".linked"
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", linked, what)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", what, err, out)
	}
	if err := copyProgram(linked, path, size); err != nil {
		return err
	}
	return os.Remove(linked)
}

// copyProgram copies a program with writes of this size.
func copyProgram(from, to string, size int) (err error) {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o700) //nolint:gosec // the file is a program
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for part := range slices.Chunk(data, size) {
		if _, err := f.Write(part); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// A programs holds the paths of the programs that bench measures.
type programs struct {
	empty, lanyard string
	static         string // lanyard without cgo, which loads no shared libraries
}

// build builds the programs with the linker flags of a release.
func build(dir string) (programs, error) {
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
	for _, b := range []struct{ path, what, env string }{
		{p.empty, source, ""}, {p.lanyard, main, ""}, {p.static, main, "CGO_ENABLED=0"},
	} {
		cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", b.path, b.what)
		if b.env != "" {
			cmd.Env = append(os.Environ(), b.env)
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			return programs{}, fmt.Errorf("build %s: %w\n%s", b.what, err, out)
		}
	}
	return p, nil
}

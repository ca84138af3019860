package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// programs are the paths of what is measured.
type programs struct{ empty, lanyard string }

// build makes both programs in the same way: small, as a release is.
func build(dir string) (programs, error) {
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return programs{}, err
	}
	p := programs{filepath.Join(dir, "empty"), filepath.Join(dir, "lanyard")}
	if runtime.GOOS == "windows" {
		p.empty, p.lanyard = p.empty+".exe", p.lanyard+".exe"
	}
	for path, what := range map[string]string{p.empty: source, p.lanyard: "lanyard/cmd/lanyard"} {
		cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", path, what)
		if out, err := cmd.CombinedOutput(); err != nil {
			return programs{}, fmt.Errorf("build %s: %w\n%s", what, err, out)
		}
	}
	return p, nil
}

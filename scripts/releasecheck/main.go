// Releasecheck builds the release twice with goreleaser and compares all files. Then it checks the
// programs, archives, packages, checksums, lists of modules and files of package managers. As root
// on Debian or Ubuntu, it also installs and uses the packages in clean root folders.
//
//	go run ./scripts/releasecheck GORELEASER
//
// GORELEASER is the package and the version of goreleaser for "go install". Releasecheck works on a
// clone of the last commit, in a temporary folder that it removes. At the end, it lists everything
// that it did not check. If a check fails, the exit code is 1.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./scripts/releasecheck GORELEASER")
		os.Exit(2)
	}
	c := &check{out: os.Stdout, goreleaser: os.Args[1]}
	if err := c.run(); err != nil {
		fmt.Fprintln(os.Stderr, "releasecheck:", err)
		os.Exit(1)
	}
}

// A check holds the state of one run.
type check struct {
	out        io.Writer
	goreleaser string // such as github.com/goreleaser/goreleaser/v2@v2.16.0
	dir        string // a temporary folder for everything
	source     string // the clone of the first build
	dist       string // the files of the first build
	commit     string
	time       time.Time // the time of the commit
	failures   int
	unchecked  []string
}

func (c *check) run() (err error) {
	dir, err := os.MkdirTemp("", "lanyard-release-")
	if err != nil {
		return err
	}
	c.dir = dir
	defer func() {
		if removeErr := removeAll(dir); err == nil {
			err = removeErr
		}
	}()
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt) // the terminal also interrupts the children, and then we remove the folder
	defer signal.Stop(interrupted)

	steps := []struct {
		name string
		run  func() error
	}{
		{"build twice with goreleaser, the second time with an empty build cache", c.buildTwice},
		{"compare the two builds", c.compareBuilds},
		{"check the programs", c.checkPrograms},
		{"check archives, checksums and lists of modules", c.checkFiles},
		{"check the files of package managers", c.checkManifests},
		{"check the packages", c.checkPackages},
		{"install and use the packages in clean roots", c.useInRoots},
	}
	for _, step := range steps {
		fmt.Fprintf(c.out, "== %s\n", step.name)
		begin := time.Now()
		if err := step.run(); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "   (%s)\n", time.Since(begin).Round(time.Second))
	}
	c.notChecked("signatures and uploads: they need GitHub (.github/workflows/release.yml)")
	c.notChecked("Homebrew, Scoop, winget, nix, makepkg and apk themselves: only their files are checked")
	c.notChecked("rpm on Fedora: the rpm is installed into a root of Debian, without its dependencies")
	c.notChecked("programs for other systems than this one: they are built and read, but not run")
	fmt.Fprintln(c.out, "== not checked")
	for _, text := range c.unchecked {
		fmt.Fprintln(c.out, "  ", text)
	}
	if c.failures > 0 {
		return fmt.Errorf("%d checks failed", c.failures)
	}
	fmt.Fprintln(c.out, "all other checks passed")
	return nil
}

func (c *check) ok(format string, args ...any) {
	fmt.Fprintf(c.out, "   %s\n", fmt.Sprintf(format, args...))
}

func (c *check) fail(format string, args ...any) {
	c.failures++
	fmt.Fprintf(c.out, "FAILED: %s\n", fmt.Sprintf(format, args...))
}

func (c *check) notChecked(format string, args ...any) {
	c.unchecked = append(c.unchecked, fmt.Sprintf(format, args...))
}

// output runs a program and returns its stdout without white space at the end. The error contains
// the end of stderr.
func output(dir, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	return capture(cmd)
}

// capture is like output for a prepared command.
func capture(cmd *exec.Cmd) (string, error) {
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		text := stdout.String() + stderr.String()
		err = fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, text[max(0, len(text)-3000):])
	}
	return strings.TrimSpace(stdout.String()), err
}

// removeAll removes a temporary folder. It refuses if a file system is mounted in this folder.
func removeAll(dir string) error {
	if mounts, err := os.ReadFile("/proc/self/mountinfo"); err == nil && mountedIn(string(mounts), dir) {
		return fmt.Errorf("%s: a file system is mounted in this folder, so it is kept", dir)
	}
	chmodAll(dir)
	return os.RemoveAll(dir)
}

// mountedIn reports whether a line of /proc/self/mountinfo has a mount point that is the folder or
// below the folder.
func mountedIn(mounts, dir string) bool {
	for line := range strings.Lines(mounts) {
		if f := strings.Fields(line); len(f) > 4 && (f[4] == dir || strings.HasPrefix(f[4], dir+"/")) {
			return true
		}
	}
	return false
}

// chmodAll makes folders writable, such as those of a module cache.
func chmodAll(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
}

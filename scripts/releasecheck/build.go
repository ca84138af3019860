package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// buildTwice builds a snapshot of the last commit twice. The second build has another folder, home,
// build cache, umask, time zone and name of the machine.
func (c *check) buildTwice() error {
	if changed, err := output(".", "git", "status", "--porcelain"); err != nil {
		return err
	} else if changed != "" {
		c.notChecked("your changes without a commit: the last commit is built")
	}
	tool := filepath.Join(c.dir, "bin", "goreleaser")
	install := exec.Command("go", "install", "-trimpath", c.goreleaser)
	install.Env = append(os.Environ(), "GOBIN="+filepath.Dir(tool), "CGO_ENABLED=0")
	if _, err := capture(install); err != nil {
		return err
	}
	c.source = filepath.Join(c.dir, "one")
	c.dist = filepath.Join(c.source, "dist")
	if err := build(tool, ".", c.source, os.Environ(), nil); err != nil {
		return err
	}
	env, err := c.otherEnvironment()
	if err != nil {
		return err
	}
	wrapper := []string{"sh", "-c", `umask 077; exec "$@"`, "sh"}
	if runtime.GOOS == "linux" && os.Getuid() == 0 {
		wrapper = []string{"unshare", "--uts", "sh", "-c", `umask 077; hostname other; exec "$@"`, "sh"}
	}
	if err := build(tool, c.source, c.second(), env, wrapper); err != nil {
		return err
	}
	return c.readCommit()
}

// second returns the folder of the second build.
func (c *check) second() string { return filepath.Join(c.dir, "elsewhere", "two") }

// build clones the repository "from" into a folder and builds the release there.
func build(tool, from, dir string, env, wrapper []string) error {
	for _, command := range [][]string{
		{"git", "clone", "-q", from, dir},
		{tool, "check", "--quiet"},
		{tool, "release", "--snapshot", "--clean", "--skip=publish,sign,announce"},
	} {
		args := append(wrapper[:len(wrapper):len(wrapper)], command...)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = env
		if command[0] == tool {
			cmd.Dir = dir
		}
		if _, err := capture(cmd); err != nil {
			return err
		}
	}
	return nil
}

// otherEnvironment returns the environment of the second build. Its home has settings of Go that
// share the downloaded modules, but not the build cache.
func (c *check) otherEnvironment() ([]string, error) {
	home := filepath.Join(c.dir, "home")
	modules, err := output(".", "go", "env", "GOMODCACHE")
	if err != nil {
		return nil, err
	}
	settings := "GOMODCACHE=" + modules + "\nGOCACHE=" + filepath.Join(c.dir, "cache") + "\n"
	file := filepath.Join(home, ".config", "go", "env")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return nil, err
	}
	var env []string
	for _, v := range os.Environ() {
		switch name, _, _ := strings.Cut(v, "="); name {
		case "HOME", "GOENV", "GOCACHE", "GOPATH", "GOMODCACHE", "XDG_CONFIG_HOME", "TZ", "LC_ALL", "LANG":
		default:
			env = append(env, v)
		}
	}
	return append(env, "HOME="+home, "GOENV="+file, "TZ=Asia/Tokyo", "LC_ALL=C"), nil
}

// readCommit reads the commit and its time.
func (c *check) readCommit() error {
	line, err := output(c.source, "git", "log", "-1", "--format=%H %cI")
	if err != nil {
		return err
	}
	commit, at, _ := strings.Cut(line, " ")
	c.commit = commit
	c.time, err = time.Parse(time.RFC3339, at)
	return err
}

// ofTheBuild lists the files that describe one build, such as its time and paths. Users do not get
// these files.
var ofTheBuild = map[string]bool{"artifacts.json": true, "config.yaml": true, "metadata.json": true}

// compareBuilds compares all files of the two builds.
func (c *check) compareBuilds() error {
	one, err := sums(c.dist)
	if err != nil {
		return err
	}
	two, err := sums(filepath.Join(c.second(), "dist"))
	if err != nil {
		return err
	}
	differ := differences(one, two)
	for _, name := range differ {
		c.fail("the two builds differ: %s", name)
	}
	if len(differ) == 0 {
		c.ok("%d files are equal", len(one))
	}
	return nil
}

// differences returns the names of files that differ, or that only one of the builds has.
func differences(one, two map[string]string) (names []string) {
	for name, sum := range one {
		if two[name] != sum {
			names = append(names, name)
		}
	}
	for name := range two {
		if _, ok := one[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// inAnyOrder returns a file of a package manager with its lines sorted and without the day of the
// build. goreleaser names the archives in the order in which it finished them.
func inAnyOrder(text []byte) []byte {
	lines := slices.Sorted(strings.Lines(string(text)))
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "ReleaseDate:") })
	return []byte(strings.Join(lines, ""))
}

// sums returns the SHA-256 sums of all files below a folder, by path.
func sums(dir string) (map[string]string, error) {
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || ofTheBuild[d.Name()] {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		name = filepath.ToSlash(name)
		switch folder, _, _ := strings.Cut(name, "/"); folder {
		case "aur", "homebrew", "nix", "scoop", "winget":
			data = inAnyOrder(data)
		}
		all[name] = sum(data)
		return err
	})
	if err == nil && len(all) < 20 {
		err = fmt.Errorf("%s: found %d files, want at least 20", dir, len(all))
	}
	return all, err
}

func sum(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// An artifact is a file that goreleaser made.
type artifact struct{ Name, Path, Type, Goos, Goarch string }

// artifacts returns the files of the first build that have one of the types.
func (c *check) artifacts(types ...string) ([]artifact, error) {
	data, err := os.ReadFile(filepath.Join(c.dist, "artifacts.json"))
	if err != nil {
		return nil, err
	}
	var all, found []artifact
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&all); err != nil {
		return nil, err
	}
	for _, a := range all {
		a.Path = filepath.Join(c.source, filepath.FromSlash(a.Path))
		for _, t := range types {
			if a.Type == t {
				found = append(found, a)
			}
		}
	}
	return found, nil
}

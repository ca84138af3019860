package layout_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A releaseConfig holds the parts of .goreleaser.yaml that this test compares with other files.
type releaseConfig struct {
	Before struct{ Hooks []string }
	Env    []string
	Builds []struct {
		Main, Binary        string
		Goos, Goarch, Flags []string
		Ldflags             []string
		ModTimestamp        string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		Files []struct{ Src string }
	}
	Nfpms []struct {
		Contents []struct{ Src, Dst, Packager string }
	}
	Release struct {
		GitHub struct{ Owner, Name string } `yaml:"github"`
	}
}

var (
	goreleaser = regexp.MustCompile(`github\.com/goreleaser/goreleaser/v2@v[\d.]+`)
	buildLine  = regexp.MustCompile(`(?m)^\tgo build (.*) -o lanyard \./cmd/lanyard$`)
	prepared   = regexp.MustCompile(`>"\$out/(completions/[\w.]+)"`)
)

// A release is built by goreleaser, and everything else by make. Both must build the same program.
// make release-check finds all other mistakes, but takes too long for make test.
func TestReleaseAgreesWithMakefile(t *testing.T) {
	var c releaseConfig
	if err := yaml.Unmarshal([]byte(read(t, ".goreleaser.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	makefile := read(t, "Makefile")
	line := buildLine.FindStringSubmatch(makefile)
	if line == nil || len(c.Builds) != 1 {
		t.Fatalf("the Makefile has the build %q, and .goreleaser.yaml has %d builds, want one of each", line, len(c.Builds))
	}
	b := c.Builds[0]
	if got, want := b.Flags[0]+" -ldflags '"+strings.Join(b.Ldflags, " ")+"'", line[1]; got != want {
		t.Errorf(".goreleaser.yaml builds with %s, the Makefile with %s", got, want)
	}
	if !slices.Contains(b.Flags, "-buildvcs=true") || b.ModTimestamp == "" {
		t.Errorf("the flags are %q and mod_timestamp is %q; the version and the time must come from the commit", b.Flags, b.ModTimestamp)
	}
	if !slices.Contains(c.Env, "CGO_ENABLED=0") {
		t.Errorf("the environment is %q, want CGO_ENABLED=0 as in the Makefile", c.Env)
	}
	for _, system := range []string{"linux", "darwin", "windows"} {
		if !slices.Contains(b.Goos, system) || system != "linux" && !strings.Contains(makefile, "GOOS="+system+" go vet") {
			t.Errorf("%s is not released, or make check does not vet it", system)
		}
	}
	if !slices.Equal(b.Goarch, []string{"amd64", "arm64"}) {
		t.Errorf("the architectures are %q, want amd64 and arm64", b.Goarch)
	}
	if got, want := c.Release.GitHub.Owner+"/"+c.Release.GitHub.Name+"/", strings.TrimPrefix(module, "github.com/"); got != want {
		t.Errorf("the release goes to %s, want %s", got, want)
	}
	want := goreleaser.FindString(makefile)
	if got := goreleaser.FindString(read(t, ".github/workflows/release.yml")); got != want || want == "" {
		t.Errorf("release.yml runs %q, the Makefile %q", got, want)
	}
}

// The files that go into archives and packages exist, or packaging/prepare writes them.
func TestReleasedFilesExist(t *testing.T) {
	var c releaseConfig
	if err := yaml.Unmarshal([]byte(read(t, ".goreleaser.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	written := []string{"man/man1/", "man/man5/", "man/man7/", "man-gz/man1/", "man-gz/man5/", "man-gz/man7/", "completions/"}
	for _, m := range prepared.FindAllStringSubmatch(read(t, "packaging/prepare"), -1) {
		written = append(written, m[1])
	}
	var sources []string
	for _, a := range c.Archives {
		for _, f := range a.Files {
			sources = append(sources, f.Src)
		}
	}
	for _, p := range c.Nfpms {
		for _, f := range p.Contents {
			if f.Src != "" { // not a folder
				sources = append(sources, f.Src)
			}
		}
	}
	if len(sources) < 15 {
		t.Fatalf(".goreleaser.yaml names %d files, want at least 15", len(sources))
	}
	for _, src := range sources {
		if file, ok := strings.CutPrefix(src, ".cache/package/"); ok {
			if !slices.Contains(written, strings.TrimSuffix(file, "*")) {
				t.Errorf("packaging/prepare does not write %s", src)
			}
		} else if _, err := os.Stat(filepath.Join(top, src)); err != nil {
			t.Error(err)
		}
	}
	for _, hook := range c.Before.Hooks {
		script, _, _ := strings.Cut(hook, " ")
		if info, err := os.Stat(filepath.Join(top, script)); err != nil || info.Mode()&0o100 == 0 && runtime.GOOS != "windows" {
			t.Errorf("the hook %s cannot be run: %v", hook, err)
		}
	}
}

// packaging/notes prints a section of CHANGELOG.md, and refuses a tag without a section.
func TestNotesOfRelease(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("packaging/notes is a shell script")
	}
	out, err := exec.Command(filepath.Join(top, "packaging/notes"), "Unreleased").Output()
	if text := string(out); err != nil || !strings.Contains(text, "### Added") || strings.Contains(text, "\n## ") || strings.Contains(text, "[Unreleased]:") {
		t.Errorf("packaging/notes Unreleased: %v\n%s", err, text)
	}
	if out, err := exec.Command(filepath.Join(top, "packaging/notes"), "v999.0.0").CombinedOutput(); err == nil || !strings.Contains(string(out), "has no section [999.0.0]") {
		t.Errorf("packaging/notes v999.0.0: error %v, %s; want an error about a missing section", err, out)
	}
}

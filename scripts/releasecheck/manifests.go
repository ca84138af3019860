package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A download is an address and a sum in a file of a package manager.
type download struct{ url, sum string }

// checkManifests checks the files of the package managers.
func (c *check) checkManifests() error {
	for _, m := range []struct {
		name  string
		check func() ([]download, error)
		goos  []string // of the archives that the file must name
	}{
		{"Homebrew", c.homebrew, []string{"linux", "darwin"}},
		{"Scoop", c.scoop, []string{"windows"}},
		{"winget", c.winget, []string{"windows"}},
		{"nix", c.nix, []string{"linux", "darwin"}},
		{"AUR", c.aur, []string{"linux"}},
	} {
		downloads, err := m.check()
		if err != nil {
			c.fail("%s: %v", m.name, err)
			continue
		}
		if downloads == nil {
			continue // not checked
		}
		archives, err := c.artifacts("Archive")
		if err != nil {
			return err
		}
		want := map[string]string{}
		for _, a := range archives {
			if data, err := os.ReadFile(a.Path); err != nil {
				return err
			} else if strings.Contains(strings.Join(m.goos, " "), a.Goos) {
				want[a.Name] = sum(data)
			}
		}
		problems := compareDownloads(downloads, want)
		for _, p := range problems {
			c.fail("%s: %s", m.name, p)
		}
		if len(problems) == 0 {
			c.ok("%s: %d archives with their sums", m.name, len(want))
		}
	}
	return nil
}

const releases = "https://github.com/lanyard-cli/lanyard/releases/download/"

// compareDownloads returns what is wrong with the downloads of a package manager. want has the sums
// of the archives by name.
func compareDownloads(downloads []download, want map[string]string) (problems []string) {
	seen := map[string]bool{}
	for _, d := range downloads {
		name := path.Base(d.url)
		seen[name] = true
		switch {
		case !strings.HasPrefix(d.url, releases):
			problems = append(problems, fmt.Sprintf("%s is not an address of a release", d.url))
		case want[name] == "":
			problems = append(problems, fmt.Sprintf("%s does not exist", name))
		case want[name] != d.sum:
			problems = append(problems, fmt.Sprintf("%s has the sum %q, want %s", name, d.sum, want[name]))
		}
	}
	for name := range want {
		if !seen[name] {
			problems = append(problems, fmt.Sprintf("%s is missing", name))
		}
	}
	return problems
}

// manifest reads a file of dist. The pattern must match one file.
func (c *check) manifest(pattern string) (file string, data []byte, err error) {
	files, err := filepath.Glob(filepath.Join(c.dist, pattern))
	if err != nil {
		return "", nil, err
	}
	if len(files) != 1 {
		return "", nil, fmt.Errorf("%s: found %d files, want 1", pattern, len(files))
	}
	data, err = os.ReadFile(files[0])
	return files[0], data, err
}

func (c *check) scoop() ([]download, error) {
	_, data, err := c.manifest("scoop/bucket/lanyard.json")
	if err != nil {
		return nil, err
	}
	var m struct {
		Architecture map[string]struct {
			URL  string
			Hash string
			Bin  []string
		}
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	var all []download
	for name, a := range m.Architecture {
		if strings.Join(a.Bin, " ") != "lanyard.exe" {
			c.fail("Scoop: %s has the programs %q, want lanyard.exe", name, a.Bin)
		}
		all = append(all, download{a.URL, a.Hash})
	}
	return all, nil
}

func (c *check) winget() ([]download, error) {
	var all []download
	for _, kind := range []string{"", ".installer", ".locale.en-US"} {
		file, data, err := c.manifest("winget/manifests/l/Lanyard/Lanyard/*/Lanyard.Lanyard" + kind + ".yaml")
		if err != nil {
			return nil, err
		}
		var m struct {
			PackageIdentifier string `yaml:"PackageIdentifier"`
			PackageVersion    string `yaml:"PackageVersion"`
			Installers        []struct {
				Files []struct {
					Path string `yaml:"RelativeFilePath"`
				} `yaml:"NestedInstallerFiles"`
				URL string `yaml:"InstallerUrl"`
				Sum string `yaml:"InstallerSha256"`
			} `yaml:"Installers"`
		}
		if err := yaml.Unmarshal(data, &m); err != nil {
			return nil, err
		}
		if m.PackageIdentifier != "Lanyard.Lanyard" || m.PackageVersion != filepath.Base(filepath.Dir(file)) {
			c.fail("winget: %s is for %s %s", file, m.PackageIdentifier, m.PackageVersion)
		}
		for _, i := range m.Installers {
			if len(i.Files) != 1 || i.Files[0].Path != "lanyard.exe" {
				c.fail("winget: the files of an installer are %v, want lanyard.exe", i.Files)
			}
			all = append(all, download{i.URL, strings.ToLower(i.Sum)})
		}
	}
	return all, nil
}

var (
	caskVersion  = regexp.MustCompile(`(?m)^  version "(.+)"$`)
	caskDownload = regexp.MustCompile(`sha256 "(.+)"\n +url "(.+)"`)
	caskFile     = regexp.MustCompile(`(?m)^  (?:binary|manpage|bash_completion|zsh_completion|fish_completion) "(.+)"$`)
)

func (c *check) homebrew() ([]download, error) {
	file, data, err := c.manifest("homebrew/Casks/lanyard.rb")
	if err != nil {
		return nil, err
	}
	if _, err := exec.LookPath("ruby"); err != nil {
		c.notChecked("the syntax of the file of Homebrew: ruby is not installed")
	} else if _, err := output("/", "ruby", "-c", file); err != nil {
		return nil, err
	}
	version := caskVersion.FindSubmatch(data)
	if version == nil {
		return nil, fmt.Errorf("%s has no version", file)
	}
	all := caskDownloads(string(data), string(version[1]))
	archives, err := c.artifacts("Archive")
	if err != nil {
		return nil, err
	}
	for _, a := range archives {
		if a.Goos == "windows" {
			continue
		}
		files, err := readArchive(a.Path)
		if err != nil {
			return nil, err
		}
		named := caskFile.FindAllSubmatch(data, -1)
		for _, m := range named {
			if _, ok := files[string(m[1])]; !ok {
				c.fail("Homebrew: %s does not have %s", a.Name, m[1])
			}
		}
		if want := pagesOf(files) + 4; len(named) != want {
			c.fail("Homebrew: the file installs %d files, want %d: the program, three completions and all man pages", len(named), want)
		}
	}
	return all, nil
}

// caskDownloads returns the downloads in a file of Homebrew.
func caskDownloads(text, version string) (all []download) {
	for _, m := range caskDownload.FindAllStringSubmatch(text, -1) {
		all = append(all, download{strings.ReplaceAll(m[2], "#{version}", version), m[1]})
	}
	return all
}

// pagesOf returns the number of man pages in an archive.
func pagesOf(files map[string]packedFile) (n int) {
	for name := range files {
		if strings.HasPrefix(name, "man/") {
			n++
		}
	}
	return n
}

var (
	nixEntry = regexp.MustCompile(`(?m)^    ([\w-]+) = "(.+)";$`)
	nixPhase = regexp.MustCompile(`(?s)installPhase = ''\n(.*?)\n  '';`)
)

func (c *check) nix() ([]download, error) {
	if _, err := exec.LookPath("nix-hash"); err != nil {
		c.notChecked("the file of nix: goreleaser does not write it without nix-hash")
		return nil, nil
	}
	file, data, err := c.manifest("nix/pkgs/lanyard/default.nix")
	if err != nil {
		return nil, err
	}
	if _, err := output("/", "nix-instantiate", "--parse", file); err != nil {
		return nil, err
	}
	values := map[string][]string{} // the sum and the address of each system
	for _, m := range nixEntry.FindAllStringSubmatch(string(data), -1) {
		values[m[1]] = append(values[m[1]], m[2])
	}
	var all []download
	for system, v := range values {
		if len(v) != 2 {
			continue // an entry of meta
		}
		sum, err := output("/", "nix-hash", "--to-base16", "--type", "sha256", v[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", system, err)
		}
		all = append(all, download{v[1], sum})
	}
	phase := nixPhase.FindSubmatch(data)
	if phase == nil {
		return nil, fmt.Errorf("%s has no installPhase", file)
	}
	// The functions of nixpkgs only have to find the files.
	script := "set -eu\ninstallManPage() { ls \"$@\" >/dev/null; }\ninstallShellCompletion() { ls \"${@: -1}\" >/dev/null; }\n" + string(phase[1])
	_, err = c.install(script, "bin/lanyard")
	return all, err
}

func (c *check) aur() ([]download, error) {
	file, _, err := c.manifest("aur/lanyard-bin.pkgbuild")
	if err != nil {
		return nil, err
	}
	_, info, err := c.manifest("aur/lanyard-bin.srcinfo")
	if err != nil {
		return nil, err
	}
	print := `set -eu; . "$1"; for a in x86_64 aarch64; do s=source_$a[0] h=sha256sums_$a[0]; echo "${!s#*::} ${!h}"; done`
	text, err := output("/", "bash", "-c", print, "bash", file)
	if err != nil {
		return nil, err
	}
	var all []download
	for line := range strings.Lines(text) {
		url, sum, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.Contains(string(info), " = "+url+"\n") || !strings.Contains(string(info), " = "+sum+"\n") {
			c.fail("AUR: .SRCINFO does not have %s and %s", url, sum)
		}
		all = append(all, download{url, sum})
	}
	installed, err := c.install(fmt.Sprintf("set -eu\npkgdir=$out\n. '%s'\npackage", file), "usr/bin/lanyard", "usr/share/man/man1/lanyard.1",
		"usr/share/bash-completion/completions/lanyard", "usr/share/zsh/site-functions/_lanyard", "usr/share/fish/vendor_completions.d/lanyard.fish")
	if err == nil && !strings.HasSuffix(installed, "x") {
		err = fmt.Errorf("the program is not executable: %s", installed)
	}
	return all, err
}

// install unpacks the archive of Linux on amd64 and runs a script of a package manager there. The
// script must install the wanted files below $out. The result is the mode of the first file.
func (c *check) install(script string, want ...string) (string, error) {
	dir, err := os.MkdirTemp(c.dir, "install-")
	if err != nil {
		return "", err
	}
	from, out := filepath.Join(dir, "from"), filepath.Join(dir, "out")
	for _, d := range []string{from, out} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return "", err
		}
	}
	archive, _, err := c.manifest("*_linux_amd64.tar.gz")
	if err != nil {
		return "", err
	}
	if _, err := output(from, "tar", "-xzf", archive); err != nil {
		return "", err
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir, cmd.Env = from, append(os.Environ(), "out="+out)
	if _, err := capture(cmd); err != nil {
		return "", err
	}
	mode := ""
	for i, name := range want {
		info, err := os.Stat(filepath.Join(out, name))
		if err != nil {
			return "", err
		}
		if i == 0 {
			mode = info.Mode().String()
		}
	}
	return mode, nil
}

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// architectures has the name of each architecture in the formats of packages.
var architectures = map[string]map[string]string{
	".deb": {"amd64": "amd64", "arm64": "arm64"},
	".rpm": {"amd64": "x86_64", "arm64": "aarch64"},
	".apk": {"amd64": "x86_64", "arm64": "aarch64"},
}

// checkPackages checks the content of each package.
func (c *check) checkPackages() error {
	packages, err := c.artifacts("Linux Package")
	if err != nil {
		return err
	}
	if len(packages) != 6 {
		c.fail("there are %d packages, want 6: deb, rpm and apk for amd64 and arm64", len(packages))
	}
	for _, p := range packages {
		format := filepath.Ext(p.Path)
		want, err := c.packagedFiles(format)
		if err != nil {
			return err
		}
		read := map[string]func(string) (string, map[string]packedFile, error){".deb": readDeb, ".rpm": readRPM, ".apk": readAPK}[format]
		if read == nil {
			c.fail("%s has an unknown format", p.Name)
			continue
		}
		if tool := map[string]string{".deb": "dpkg-deb", ".rpm": "rpm"}[format]; tool != "" {
			if _, err := exec.LookPath(tool); err != nil {
				c.notChecked("the content of %s: %s is not installed", p.Name, tool)
				continue
			}
		}
		arch, files, err := read(p.Path)
		if err != nil {
			c.fail("%s: %v", p.Name, err)
			continue
		}
		if arch != architectures[format][p.Goarch] {
			c.fail("%s is for %q, want %s", p.Name, arch, architectures[format][p.Goarch])
		}
		program, err := os.ReadFile(filepath.Join(c.dist, programFolder(p.Goarch), "lanyard"))
		if err != nil {
			return err
		}
		if f := files["usr/bin/lanyard"]; f.sum != sum(program) || f.mode.Perm() != 0o755 {
			c.fail("%s: usr/bin/lanyard is not the program, or has mode %v, want 0755", p.Name, f.mode)
		}
		c.compareFiles(p.Name, without(files, "usr/bin/lanyard"), want)
		c.ok("%s: %d files, %.1f MB", p.Name, len(files), size(p.Path))
	}
	return nil
}

// programFolder returns the folder of a program for Linux in dist.
func programFolder(arch string) string {
	if arch == "arm64" {
		return "lanyard_linux_arm64_v8.0"
	}
	return "lanyard_linux_amd64_v1"
}

// packagedFiles returns the content of each file that a package must have besides the program.
func (c *check) packagedFiles(format string) (map[string][]byte, error) {
	prepared := filepath.Join(c.source, ".cache", "package")
	places := map[string]string{
		prepared + "/completions/lanyard.bash": "usr/share/bash-completion/completions/lanyard",
		prepared + "/completions/lanyard.fish": "usr/share/fish/vendor_completions.d/lanyard.fish",
	}
	if format == ".deb" {
		places[prepared+"/completions/_lanyard"] = "usr/share/zsh/vendor-completions/_lanyard"
		places[filepath.Join(c.source, "LICENSE")] = "usr/share/doc/lanyard/copyright"
	} else {
		places[prepared+"/completions/_lanyard"] = "usr/share/zsh/site-functions/_lanyard"
		places[filepath.Join(c.source, "LICENSE")] = "usr/share/licenses/lanyard/LICENSE"
	}
	pages, err := filepath.Glob(prepared + "/man-gz/man*/*.gz")
	if err != nil {
		return nil, err
	}
	if len(pages) < 80 {
		return nil, fmt.Errorf("packaging/prepare wrote %d compressed man pages, want at least 80", len(pages))
	}
	for _, page := range pages {
		places[page] = "usr/share/man/" + filepath.Base(filepath.Dir(page)) + "/" + filepath.Base(page)
	}
	all := map[string][]byte{}
	for file, place := range places {
		if all[place], err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readDeb returns the architecture and the files of a deb.
func readDeb(file string) (string, map[string]packedFile, error) {
	arch, err := output("/", "dpkg-deb", "--field", file, "Architecture")
	if err != nil {
		return "", nil, err
	}
	files, err := readStream(exec.Command("dpkg-deb", "--fsys-tarfile", file))
	return arch, files, err
}

// readStream reads the tar stream that a command prints.
func readStream(cmd *exec.Cmd) (map[string]packedFile, error) {
	data, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd, err)
	}
	return readTar(bytes.NewReader(data))
}

// readRPM returns the architecture and the files of an rpm, and checks its digests. It does not
// unpack the rpm: the paths in an rpm of goreleaser are absolute, and cpio would write to them.
func readRPM(file string) (string, map[string]packedFile, error) {
	if _, err := output("/", "rpm", "--checksig", "--nosignature", file); err != nil {
		return "", nil, err
	}
	arch, err := output("/", "rpm", "-qp", "--queryformat", "%{ARCH}", file)
	if err != nil {
		return "", nil, err
	}
	list, err := output("/", "rpm", "-qp", "--queryformat", `[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEDIGESTS} %{FILENAMES}\n]`, file)
	if err != nil {
		return "", nil, err
	}
	files := map[string]packedFile{}
	for line := range strings.Lines(list) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "drwxr-xr-x root ") {
			continue
		}
		if len(f) != 4 || len(f[0]) != 10 || f[1] != "root" {
			return "", nil, fmt.Errorf("unexpected entry %q", line)
		}
		mode := os.FileMode(0)
		for i, letter := range f[0][1:] {
			if letter != '-' {
				mode |= 1 << (8 - i)
			}
		}
		files[strings.TrimPrefix(f[3], "/")] = packedFile{mode: mode, sum: f[2]}
	}
	return arch, files, nil
}

var apkField = regexp.MustCompile(`(?m)^(arch|datahash) = (.*)$`)

// readAPK returns the architecture and the files of an apk, and checks its digest. An apk without a
// signature has two gzip streams: .PKGINFO, and the files.
func readAPK(file string) (string, map[string]packedFile, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", nil, err
	}
	stream := bytes.NewReader(data)
	z, err := gzip.NewReader(stream)
	if err != nil {
		return "", nil, err
	}
	z.Multistream(false)
	var control bytes.Buffer
	if _, err := io.Copy(&control, bufio.NewReader(z)); err != nil {
		return "", nil, err
	}
	info, err := readTar(io.MultiReader(&control, bytes.NewReader(make([]byte, 1024)))) // this stream has no end mark
	if err != nil {
		return "", nil, err
	}
	fields := map[string]string{}
	for _, m := range apkField.FindAllStringSubmatch(string(info[".PKGINFO"].data), -1) {
		fields[m[1]] = m[2]
	}
	rest := data[len(data)-stream.Len():]
	if fields["datahash"] != sum(rest) {
		return "", nil, fmt.Errorf("the digest of the files is %s, want %s", fields["datahash"], sum(rest))
	}
	if z, err = gzip.NewReader(bytes.NewReader(rest)); err != nil {
		return "", nil, err
	}
	files, err := readTar(z)
	return fields["arch"], files, err
}

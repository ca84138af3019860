package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// checkPrograms checks what Go recorded in each program, and runs the program of this system.
func (c *check) checkPrograms() error {
	programs, err := c.artifacts("Binary")
	if err != nil {
		return err
	}
	if len(programs) != 6 {
		c.fail("there are %d programs, want 6: linux, darwin and windows on amd64 and arm64", len(programs))
	}
	for _, p := range programs {
		info, err := buildinfo.ReadFile(p.Path)
		if err != nil {
			return err
		}
		got := map[string]string{}
		for _, s := range info.Settings {
			got[s.Key] = s.Value
		}
		for key, want := range map[string]string{
			"GOOS": p.Goos, "GOARCH": p.Goarch, "CGO_ENABLED": "0", "-trimpath": "true", "vcs.revision": c.commit, "vcs.modified": "false",
		} {
			if got[key] != want {
				c.fail("%s/%s: %s is %q, want %q", p.Goos, p.Goarch, key, got[key], want)
			}
		}
		data, err := os.ReadFile(p.Path)
		if err != nil {
			return err
		}
		if bytes.Contains(data, []byte(c.dir)) {
			c.fail("%s/%s contains the path of the build folder", p.Goos, p.Goarch)
		}
		c.ok("%s/%s: %.1f MB, commit %s", p.Goos, p.Goarch, float64(len(data))/1e6, c.commit[:12])
	}
	return c.checkTag()
}

// checkTag checks that a tag becomes the version of the program and of the release notes.
func (c *check) checkTag() error {
	const tag = "v0.99.0"
	if _, err := output(c.source, "git", "tag", tag); err != nil {
		return err
	}
	program := filepath.Join(c.dir, "bin", "lanyard")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-o", program, "./cmd/lanyard")
	build.Dir, build.Env = c.source, append(os.Environ(), "CGO_ENABLED=0")
	if _, err := capture(build); err != nil {
		return err
	}
	got, err := output("/", program, "version")
	if err != nil {
		return err
	}
	want := fmt.Sprintf("lanyard/0.99.0 %s %s/%s\ncommit %s ", runtime.Version(), runtime.GOOS, runtime.GOARCH, c.commit[:12])
	if strings.HasPrefix(got, want) {
		c.ok("the tag %s becomes the version", tag)
	} else {
		c.fail("with the tag %s, lanyard version prints %q, want %q", tag, got, want)
	}
	_, err = output(c.source, "git", "tag", "-d", tag)
	return err
}

// A packedFile is a file in an archive or package.
type packedFile struct {
	mode  fs.FileMode
	time  time.Time
	owner string
	sum   string // SHA-256
	data  []byte // empty for a file of an rpm
}

// checkFiles checks the archives, the checksums and the lists of modules.
func (c *check) checkFiles() error {
	archives, err := c.artifacts("Archive")
	if err != nil {
		return err
	}
	want, err := c.archivedFiles()
	if err != nil {
		return err
	}
	for _, a := range archives {
		files, err := readArchive(a.Path)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
		program := programOf(a)
		if f, ok := files[program]; !ok || f.mode.Perm() != 0o755 {
			c.fail("%s: %s is missing or has mode %v, want 0755", a.Name, program, f.mode)
		}
		c.compareFiles(a.Name, without(files, program), want)
		for name, f := range files {
			if !f.time.Equal(c.time) || f.owner != "" && f.owner != "root" {
				c.fail("%s: %s has the time %s and the owner %s, want the time of the commit and root", a.Name, name, f.time, f.owner)
			}
		}
		c.ok("%s: %d files, %.1f MB", a.Name, len(files), size(a.Path))
	}
	if len(archives) != 6 {
		c.fail("there are %d archives, want 6", len(archives))
	}
	if err := c.checkSums(); err != nil {
		return err
	}
	return c.checkModules()
}

// programOf returns the name of the program for a system.
func programOf(a artifact) string {
	if a.Goos == "windows" {
		return "lanyard.exe"
	}
	return "lanyard"
}

func without(files map[string]packedFile, name string) map[string]packedFile {
	rest := map[string]packedFile{}
	for n, f := range files {
		if n != name {
			rest[n] = f
		}
	}
	return rest
}

func size(path string) float64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return float64(info.Size()) / 1e6
}

// archivedFiles returns the content of each file that an archive must have besides the program.
func (c *check) archivedFiles() (map[string][]byte, error) {
	all := map[string][]byte{}
	for _, name := range []string{"LICENSE", "README.md"} {
		data, err := os.ReadFile(filepath.Join(c.source, name))
		if err != nil {
			return nil, err
		}
		all[name] = data
	}
	prepared := os.DirFS(filepath.Join(c.source, ".cache", "package"))
	for _, pattern := range []string{"man/*/*", "completions/*"} {
		names, err := fs.Glob(prepared, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if all[name], err = fs.ReadFile(prepared, name); err != nil {
				return nil, err
			}
		}
	}
	if len(all) < 90 {
		return nil, fmt.Errorf("packaging/prepare wrote only %d files", len(all))
	}
	return all, nil
}

// compareFiles checks that an archive or package has exactly the wanted files, with mode 0644.
func (c *check) compareFiles(archive string, got map[string]packedFile, want map[string][]byte) {
	for name, data := range want {
		f, ok := got[name]
		switch {
		case !ok:
			c.fail("%s: %s is missing", archive, name)
		case f.sum != sum(data):
			c.fail("%s: %s has another content", archive, name)
		case f.mode.Perm() != 0o644:
			c.fail("%s: %s has mode %v, want 0644", archive, name, f.mode)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			c.fail("%s: %s is not expected", archive, name)
		}
	}
}

// readArchive returns the files of an archive by path.
func readArchive(file string) (map[string]packedFile, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(file, ".zip") {
		return readZip(data)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return readTar(r)
}

func readTar(r io.Reader) (map[string]packedFile, error) {
	files := map[string]packedFile{}
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		} else if err != nil {
			return nil, err
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		content, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		files[path.Clean(h.Name)] = packedFile{mode: h.FileInfo().Mode(), time: h.ModTime, owner: h.Uname, sum: sum(content), data: content}
	}
}

func readZip(data []byte) (map[string]packedFile, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	files := map[string]packedFile{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files[f.Name] = packedFile{mode: f.Mode(), time: f.Modified, sum: sum(content), data: content}
	}
	return files, nil
}

// checkSums checks that checksums.txt has the sum of every file that users download.
func (c *check) checkSums() error {
	text, err := os.ReadFile(filepath.Join(c.dist, "checksums.txt"))
	if err != nil {
		return err
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed[name] = sum
	}
	files, err := c.artifacts("Archive", "Linux Package", "SBOM")
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := os.ReadFile(f.Path)
		if err != nil {
			return err
		}
		if listed[f.Name] != sum(data) {
			c.fail("checksums.txt has %q for %s, want %s", listed[f.Name], f.Name, sum(data))
		}
		delete(listed, f.Name)
	}
	for name := range listed {
		c.fail("checksums.txt has %s, which does not exist", name)
	}
	c.ok("checksums.txt: %d files", len(files))
	return nil
}

// checkModules checks that the list of modules of each program has all modules of the program.
func (c *check) checkModules() error {
	programs, err := c.artifacts("Binary")
	if err != nil {
		return err
	}
	for _, p := range programs {
		info, err := buildinfo.ReadFile(p.Path)
		if err != nil {
			return err
		}
		lists, err := filepath.Glob(filepath.Join(c.dist, "*_"+p.Goos+"_"+p.Goarch+".cdx.json"))
		if err != nil || len(lists) != 1 {
			c.fail("%s/%s has the lists of modules %q, want one", p.Goos, p.Goarch, lists)
			continue
		}
		data, err := os.ReadFile(lists[0])
		if err != nil {
			return err
		}
		var list struct {
			BomFormat  string
			Components []struct{ Name, Version string }
		}
		if err := json.Unmarshal(data, &list); err != nil || list.BomFormat != "CycloneDX" {
			c.fail("%s: not a list in the format CycloneDX: %v", lists[0], err)
		}
		versions := map[string]string{}
		for _, component := range list.Components {
			versions[component.Name] = component.Version
		}
		for _, d := range info.Deps {
			if versions[d.Path] != d.Version {
				c.fail("%s: %s has the version %q, want %s", filepath.Base(lists[0]), d.Path, versions[d.Path], d.Version)
			}
		}
		if versions["std"] == "" {
			c.fail("%s: the standard library of Go is missing", filepath.Base(lists[0]))
		}
		c.ok("%s: %d modules", filepath.Base(lists[0]), len(info.Deps))
	}
	return nil
}

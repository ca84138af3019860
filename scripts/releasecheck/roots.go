package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// useInRoots installs the deb and the rpm into new root folders, uses lanyard there as a user, and
// removes the packages. Mounts and processes live in a namespace and end with it.
func (c *check) useInRoots() error {
	if why := c.noRoots(); why != "" {
		c.notChecked("the packages in clean roots: %s", why)
		return nil
	}
	clean, err := c.newRoot("clean")
	if err != nil {
		return err
	}
	// A second root has what users of man pages and completions have.
	full, err := c.newRoot("full", "man-db", "bash-completion", "zsh", "fish")
	if err != nil {
		return err
	}
	for _, use := range []struct{ root, format, purpose string }{
		{clean, ".deb", "in a root with only the deb"},
		{full, ".deb", "next to man, bash-completion, zsh and fish"},
		{full, ".rpm", "next to man, bash-completion and fish"},
	} {
		if _, err := exec.LookPath("rpm"); err != nil && use.format == ".rpm" {
			c.notChecked("the rpm in a clean root: rpm is not installed")
			continue
		}
		text, err := c.use(use.root, use.format)
		if err != nil {
			c.fail("%s %s: %v", use.format, use.purpose, err)
			continue
		}
		for line := range strings.Lines(text) {
			c.ok("%s %s: %s", use.format, use.purpose, strings.TrimSpace(line))
		}
	}
	return nil
}

// noRoots returns why this machine cannot make root folders, or "".
func (c *check) noRoots() string {
	switch {
	case runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64":
		return "this needs Linux on amd64 or arm64"
	case os.Getuid() != 0:
		return "this needs root"
	}
	for _, tool := range []string{"debootstrap", "unshare", "apt-get"} {
		if _, err := exec.LookPath(tool); err != nil {
			return tool + " is not installed"
		}
	}
	return ""
}

// newRoot makes a root folder with the smallest system of this machine's distribution, and some
// packages. It uses the release of Debian or Ubuntu and the mirror that this machine uses.
func (c *check) newRoot(name string, packages ...string) (string, error) {
	system, err := output("/", "sh", "-c", `. /etc/os-release && echo "$ID $VERSION_CODENAME"`)
	if err != nil {
		return "", err
	}
	distribution, suite, _ := strings.Cut(system, " ")
	mirror, err := mirrorOf(suite)
	if err != nil {
		return "", err
	}
	proxy, err := output("/", "sh", "-c", `eval "$(apt-config shell PROXY Acquire::http::Proxy)"; echo "$PROXY"`)
	if err != nil {
		return "", err
	}
	root, cache := filepath.Join(c.dir, "root-"+name), filepath.Join(c.dir, "debs")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	args := []string{"debootstrap", "--variant=minbase", "--cache-dir=" + cache}
	if distribution == "ubuntu" {
		args = append(args, "--components=main,universe") // fish is in universe
	}
	if len(packages) > 0 {
		args = append(args, "--include="+strings.Join(packages, ","))
	}
	cmd := inNamespace(append(args, suite, root, mirror)...)
	cmd.Env = os.Environ()
	if proxy != "" {
		cmd.Env = append(cmd.Env, "http_proxy="+proxy)
	}
	_, err = capture(cmd)
	return root, err
}

// mirrorOf returns the mirror that apt uses for a release of the distribution.
func mirrorOf(suite string) (string, error) {
	mirrors, err := output("/", "apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Codename: "+suite, "Component: main")
	if err != nil {
		return "", err
	}
	mirror, _, _ := strings.Cut(mirrors, "\n")
	if list, ok := strings.CutPrefix(mirror, "mirror+file:"); ok {
		text, err := os.ReadFile(list)
		if err != nil {
			return "", err
		}
		mirror = strings.TrimSpace(string(text))
		if first := strings.Fields(mirror); len(first) > 0 {
			mirror = first[0]
		}
	}
	if !strings.HasPrefix(mirror, "http") {
		return "", fmt.Errorf("apt has the mirror %q for main of %q, want an http address", mirror, suite)
	}
	return mirror, nil
}

// inNamespace returns a command that runs with its own mounts and processes. When it ends, its
// mounts and all processes that it started are gone.
func inNamespace(args ...string) *exec.Cmd {
	return exec.Command("unshare", append([]string{"--mount", "--pid", "--fork", "--kill-child", "--mount-proc"}, args...)...)
}

// use installs a package into a root, runs packaging/try there, and removes the package. It returns
// what packaging/try prints.
func (c *check) use(root, format string) (string, error) {
	packages, err := c.artifacts("Linux Package")
	if err != nil {
		return "", err
	}
	file := ""
	for _, p := range packages {
		if p.Goarch == runtime.GOARCH && filepath.Ext(p.Path) == format {
			file = p.Path
		}
	}
	for from, to := range map[string]string{file: "package" + format, filepath.Join(c.source, "packaging", "try"): "try"} {
		data, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(root, "tmp", to), data, 0o755); err != nil {
			return "", err
		}
	}
	install := `chroot "$1" dpkg --install /tmp/package.deb`
	remove := `chroot "$1" dpkg --purge lanyard`
	if format == ".rpm" {
		install = `rpm --root "$1" --dbpath /var/lib/rpm --install --nodeps --nosignature "$1/tmp/package.rpm"`
		remove = `rpm --root "$1" --dbpath /var/lib/rpm --erase --nodeps lanyard`
	}
	script := `set -eu
mount -t proc proc "$1/proc"
` + install + ` >&2
chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh /tmp/try "$2"
` + remove + ` >&2
`
	text, err := capture(inNamespace("sh", "-c", script, "sh", root, c.commit[:12]))
	if err != nil {
		return "", err
	}
	rest, err := output(root, "find", "etc", "opt", "usr", "-name", "*lanyard*")
	if err == nil && rest != "" {
		err = fmt.Errorf("after the package was removed, these files are left:\n%s", rest)
	}
	return text, err
}

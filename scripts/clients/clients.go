package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A client is a program that signs in to IAM Identity Center. Its recipe on the page has its name.
type client struct {
	name    string
	command string   // the program that must be installed
	version []string // the arguments that print the version of the client; they fail if it is not installed
	accept  func(version string) bool
	module  string // the Go module with the program, or ""
	missing string // how to install the client
	proxy   bool   // the client does not know endpoint variables
}

// clients returns the clients in the order of the table.
func clients() []client {
	const boto3 = "import boto3; print(boto3.__version__)"
	return []client{
		{
			name: "AWS CLI 2", command: "aws", version: []string{"--version"}, accept: func(v string) bool { return isAWSCLI2(v) && knowsEndpoints(v) },
			missing: "no package registry has it: see AWS's installer",
		},
		{
			name: "AWS CLI 2 before 2.13", command: "aws", version: []string{"--version"}, accept: func(v string) bool { return isAWSCLI2(v) && !knowsEndpoints(v) },
			missing: "apt-get install awscli, on Debian 12", proxy: true,
		},
		{name: "boto3", command: "python3", version: []string{"-c", boto3}, missing: "apt-get install python3-boto3"},
		{
			name: "SDK for JavaScript", command: "node", version: []string{"-p", `require("./interop/js/node_modules/@aws-sdk/client-sso-oidc/package.json").version`},
			missing: "npm ci --prefix interop/js",
		},
		{name: "SDK for Go", command: "go", version: []string{"list", "-m", "-f", "{{.Version}}", "github.com/aws/aws-sdk-go-v2/service/ssooidc"}},
		{
			name: "Terraform's library", command: "go",
			// -deps fails if a module of the program is missing.
			version: []string{
				"list", "-modfile=interop/terraform.mod", "-deps",
				"-f", `{{if eq .ImportPath "github.com/hashicorp/aws-sdk-go-base/v2"}}{{.Module.Version}}{{end}}`, "interop/terraform.go",
			},
			missing: "make modules",
		},
		{
			name: "aws-vault", command: "aws-vault", version: []string{"--version"}, proxy: true,
			module: "github.com/99designs/aws-vault/v7", missing: "go build in a clone of https://github.com/99designs/aws-vault",
		},
		{
			name: "granted", command: "granted", version: []string{"--version"}, proxy: true,
			module: "github.com/fwdcloudsec/granted/cmd/granted", missing: "go build ./cmd/granted in a clone of https://github.com/fwdcloudsec/granted",
		},
		{
			name: "aws-sso-cli", command: "aws-sso", version: []string{"version"}, proxy: true,
			module: "github.com/synfinatic/aws-sso-cli/cmd/aws-sso", missing: "go build ./cmd/aws-sso in a clone of https://github.com/synfinatic/aws-sso-cli",
		},
	}
}

func isAWSCLI2(output string) bool { return strings.HasPrefix(output, "aws-cli/2.") }

// knowsEndpoints reports whether a release of the AWS CLI reads AWS_ENDPOINT_URL_SSO.
func knowsEndpoints(output string) bool {
	part := strings.Split(strings.TrimPrefix(output, "aws-cli/2."), ".")
	minor, err := strconv.Atoi(part[0])
	return err == nil && minor >= 13
}

// A program is an installed client.
type program struct {
	command, path string
	version       string
	root          string // the folder of the repository
}

// A missingError reports that a client is not installed.
type missingError struct{ client, hint string }

func (e *missingError) Error() string {
	return fmt.Sprintf("%s: not installed; to install it: %s", e.client, e.hint)
}

// find returns the program of the client. It skips programs of other versions.
func (b *bench) find(c client) (program, error) {
	if p, ok, err := b.search(c); ok || err != nil {
		return p, err
	}
	hint := c.missing
	if c.module != "" && b.install {
		cmd := exec.Command("go", "install", c.module+"@latest")
		cmd.Env = append(os.Environ(), "GOBIN="+b.path("bin"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return program{}, &missingError{c.name, fmt.Sprintf("%s\ngo install %s@latest: %v\n%s", hint, c.module, err, out)}
		}
		if p, ok, err := b.search(c); ok || err != nil {
			return p, err
		}
	}
	return program{}, &missingError{c.name, hint}
}

var versionNumber = regexp.MustCompile(`\d+\.\d+[\w.+-]*`)

func (b *bench) search(c client) (p program, ok bool, err error) {
	root, err := repository()
	if err != nil {
		return program{}, false, err
	}
	folders := append([]string{b.bin, b.path("bin")}, filepath.SplitList(os.Getenv("PATH"))...)
	for _, dir := range folders {
		path := filepath.Join(dir, c.command)
		if info, err := os.Stat(path); dir == "" || err != nil || info.IsDir() {
			continue
		}
		cmd := exec.Command(path, c.version...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput() // aws-vault prints its version to stderr
		if err != nil || c.accept != nil && !c.accept(string(out)) {
			continue
		}
		if c.command == "python3" {
			// The shims of version managers need the user's own home.
			if real, err := exec.Command(path, "-c", "import sys; print(sys.executable)").Output(); err == nil {
				path = strings.TrimSpace(string(real))
			}
		}
		return program{c.command, path, versionNumber.FindString(string(out)), root}, true, nil
	}
	return program{}, false, nil
}

// repository returns the folder of go.mod.
func repository() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// wrap makes a link with the name of the command in dir. For Python, it writes a script instead,
// because Python looks for its packages next to the link.
func (p program) wrap(dir string) error {
	if p.command != "python3" {
		return os.Symlink(p.path, filepath.Join(dir, p.command))
	}
	script := "#!/bin/sh\nexec '" + strings.ReplaceAll(p.path, "'", `'\''`) + "' \"$@\"\n"
	return os.WriteFile(filepath.Join(dir, p.command), []byte(script), 0o700)
}

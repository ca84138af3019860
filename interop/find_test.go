package interop_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// installed finds the clients of this machine once. Those that it does not have
// are in the list as well, without a command.
var installed = sync.OnceValue(func() []client {
	all := []client{
		{name: "lanyard", version: "under test", base: []string{lanyardPath}, identity: []string{"sts", "get-caller-identity", "--profile"}},
		findAWSCLI("AWS CLI v2", "aws-cli/2.", "apt-get install awscli"),
		findAWSCLI("AWS CLI v1", "aws-cli/1.", "pip install awscli"),
	}
	all = append(all, findBoto3()...)
	return append(all, goSDK(), findJavaScript())
})

func clientNamed(name string) client {
	all := installed()
	return all[slices.IndexFunc(all, func(c client) bool { return c.name == name })]
}

// everyProgram returns all programs of that name: of two AWS CLIs only one is
// the first on the PATH.
func everyProgram(name string) (paths []string) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

func findAWSCLI(name, version, install string) client {
	c := client{
		name: name, install: install, python: true,
		identity: []string{"sts", "get-caller-identity", "--output", "json", "--profile"},
	}
	for _, path := range everyProgram("aws") {
		out, err := exec.Command(path, "--version").CombinedOutput() // old ones say it on stderr
		if err == nil && strings.HasPrefix(string(out), version) {
			c.base, c.version = []string{path}, strings.Fields(string(out))[0]
			break
		}
	}
	return c
}

// findBoto3 returns a client for each version that some Python has.
func findBoto3() []client {
	none := client{
		name: "boto3", install: "apt-get install python3-boto3", python: true,
		identity: []string{"identity"}, accounts: []string{"accounts"},
	}
	var found []client
	for _, path := range everyProgram("python3") {
		out, err := exec.Command(path, "-c", "import boto3, sys; print(boto3.__version__); print(sys.executable)").Output()
		answer := strings.Split(strings.TrimSpace(string(out)), "\n")
		if err != nil || len(answer) != 2 || slices.ContainsFunc(found, func(c client) bool { return c.version == answer[0] }) {
			continue
		}
		c := none
		c.version, c.base = answer[0], []string{answer[1], absolute("python/client.py")}
		c.name += " " + c.version
		found = append(found, c)
	}
	if found == nil {
		return []client{none}
	}
	return found
}

// goSDK is this test binary, started as a client.
func goSDK() client {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return client{
		name: "SDK for Go", version: "config v1.33.15", base: []string{"env", goClientVariable + "=1", self},
		identity: []string{"identity"}, accounts: []string{"accounts"},
	}
}

func findJavaScript() client {
	c := client{
		name: "SDK for JavaScript", install: "npm ci --prefix interop/js (needs Node.js 20 or later)",
		identity: []string{"identity"}, process: []string{"process"}, accounts: []string{"accounts"},
	}
	var pkg struct{ Version string }
	data, err := os.ReadFile("js/node_modules/@aws-sdk/credential-providers/package.json")
	if err != nil || json.Unmarshal(data, &pkg) != nil {
		return c
	}
	if node, err := exec.LookPath("node"); err == nil {
		c.version, c.base = pkg.Version, []string{node, absolute("js/client.js")}
	}
	return c
}

func absolute(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		panic(err) // the working directory is gone
	}
	return full
}

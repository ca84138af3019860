package interop_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// everyClient finds the clients on this machine. It searches only once. The list also has the
// clients that are not installed; their base is nil.
var everyClient = sync.OnceValue(func() []client {
	all := []client{{
		name: "lanyard", version: "under test", base: []string{lanyardPath},
		identity: []string{"sts", "get-caller-identity", "--profile"},
	}}
	pythons := findPythons()
	all = append(all, findAWSCLIs(pythons)...)
	all = append(all, findBoto3(pythons)...)
	return append(all, goSDK(), findJavaScript())
})

// A python is an interpreter and the version of its boto3. boto3 is "" if the interpreter does
// not have it.
type python struct{ path, boto3 string }

// findPythons returns all interpreters on PATH, because any of them may have boto3.
func findPythons() (found []python) {
	const question = "import sys\nprint(sys.executable)\nimport boto3\nprint(boto3.__version__)"
	for _, path := range programs("python3", nil) {
		out, _ := exec.Command(path, "-c", question).Output() // fails if the interpreter has no boto3
		answer := strings.Fields(string(out))
		if len(answer) == 1 {
			answer = append(answer, "")
		}
		if len(answer) == 2 && !slices.ContainsFunc(found, func(p python) bool { return p.path == answer[0] }) {
			found = append(found, python{answer[0], answer[1]})
		}
	}
	return found
}

// findAWSCLIs looks for both versions on PATH and in the folders of the interpreters. It skips
// the shims of version managers, because shims change PATH.
func findAWSCLIs(pythons []python) []client {
	verb := []string{"sts", "get-caller-identity", "--output", "json", "--profile"}
	v2 := client{name: "AWS CLI v2", install: "apt-get install awscli", python: true, identity: verb}
	v1 := client{name: "AWS CLI v1", install: "pip install awscli", python: true, identity: verb}
	var beside []string
	for _, p := range pythons {
		beside = append(beside, filepath.Dir(p.path))
	}
	for _, path := range programs("aws", beside) {
		if filepath.Base(filepath.Dir(path)) == "shims" {
			continue
		}
		out, err := exec.Command(path, "--version").CombinedOutput() // old versions print the version to stderr
		version, _, _ := strings.Cut(string(out), " ")
		for prefix, c := range map[string]*client{"aws-cli/1.": &v1, "aws-cli/2.": &v2} {
			if err == nil && c.base == nil && strings.HasPrefix(version, prefix) {
				c.base, c.version = []string{path}, version
			}
		}
	}
	return []client{v2, v1}
}

// findBoto3 returns a client for each version of boto3 that an interpreter has.
func findBoto3(pythons []python) (found []client) {
	missing := client{
		name: "boto3", install: "apt-get install python3-boto3", python: true,
		identity: []string{"identity"}, accounts: []string{"accounts"},
	}
	for _, p := range pythons {
		c := missing
		c.name, c.version = "boto3 "+p.boto3, p.boto3
		c.base = []string{p.path, absolute("python/client.py")}
		if p.boto3 != "" && !slices.ContainsFunc(found, func(other client) bool { return other.name == c.name }) {
			found = append(found, c)
		}
	}
	if found == nil {
		return []client{missing}
	}
	return found
}

// goSDK returns the client that is this test binary.
func goSDK() client {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return client{
		name: "SDK for Go", version: "of go.mod", base: []string{self}, variable: goClientVariable + "=1",
		identity: []string{"identity"}, accounts: []string{"accounts"},
	}
}

func findJavaScript() client {
	c := client{
		name: "SDK for JavaScript", install: "npm ci --prefix interop/js (with Node.js 20 or later)",
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

// programs returns all programs with a name, on PATH and in other folders. It returns each program
// once. It does not stop at the first program, because two versions of the AWS CLI have the same
// name.
func programs(name string, folders []string) (paths []string) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	seen := map[string]bool{}
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), folders...) {
		path := filepath.Join(dir, name)
		real, err := filepath.EvalSymlinks(path)
		if err != nil || seen[real] {
			continue
		}
		seen[real] = true
		paths = append(paths, path)
	}
	return paths
}

func absolute(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		panic(err) // the working directory no longer exists
	}
	return full
}

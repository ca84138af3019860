package servecmd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// targets lists the values of --print.
var targets = [...]string{"docker", "compose", "kubernetes", "devcontainer", "ssh"}

// usesSocket reports whether the lines for a target need a Unix socket. Docker Desktop cannot
// pass a Unix socket of the host to a container.
func usesSocket(target string) bool {
	return runtime.GOOS == "linux" && slices.Contains([]string{"compose", "kubernetes", "devcontainer"}, target)
}

// relayPort is the port of a relay in its container, and inContainer its folder there.
const (
	relayPort   = "9910"
	inContainer = "/run/lanyard"
)

// A path is the path of a profile at the endpoint.
type path struct{ profile, path string }

// An address has the address of an endpoint, and the paths of its files.
type address struct {
	file   string // with the token
	dir    string // of file
	socket string // "" without a Unix socket
	port   string
	region string // of the first profile; may be ""
	paths  []path
}

// text returns the lines for a target, or the lines for this machine if target is "".
func (a address) text(target string) (string, error) {
	switch target {
	case "docker":
		return a.docker(), nil
	case "compose":
		return a.compose()
	case "kubernetes":
		return a.kubernetes()
	case "devcontainer":
		return a.devcontainer()
	case "ssh":
		return a.ssh(), nil
	}
	name := "sh"
	if runtime.GOOS == "windows" {
		name = "powershell"
	}
	syntax := shell.Syntaxes()[name]
	var b strings.Builder
	for i, p := range a.paths {
		line, err := syntax.Set(endpointVariable, "http://127.0.0.1:"+a.port+p.path)
		if err != nil {
			return "", err
		}
		if i > 0 {
			line = "# " + oneLine(p.profile) + ": " + line
		}
		b.WriteString(line + "\n")
	}
	line, err := syntax.Set(tokenFileVariable, a.file)
	b.WriteString(line + "\n")
	if name == "sh" {
		b.WriteString(oldClients)
	}
	return b.String(), err
}

// oldClients is the line for clients from before 2024. They read only this variable. Newer clients
// prefer the file.
const oldClients = "export AWS_CONTAINER_AUTHORIZATION_TOKEN=\"$(cat \"$" + tokenFileVariable + "\")\"\n"

// oneLine returns a name for a comment.
func oneLine(name string) string { return strings.Join(strings.Fields(name), " ") }

// others returns a comment for each further profile.
func (a address) others(port string) string {
	var b strings.Builder
	for _, p := range a.paths[1:] {
		fmt.Fprintf(&b, "# %s: http://127.0.0.1:%s%s\n", oneLine(p.profile), port, p.path)
	}
	return b.String()
}

// docker returns the command line for a container in the network of this machine.
func (a address) docker() string {
	token := inContainer + "/token"
	return a.others(a.port) + strings.Join([]string{
		"docker run --rm --network host",
		"--mount " + shell.POSIX.Word("type=bind,source="+a.file+",target="+token+",readonly"),
		"--env " + shell.POSIX.Word(endpointVariable+"=http://127.0.0.1:"+a.port+a.paths[0].path),
		"--env " + shell.POSIX.Word(tokenFileVariable+"="+token),
		"amazon/aws-cli sts get-caller-identity",
	}, " \\\n  ") + "\n"
}

// ssh returns the command lines for a remote host.
func (a address) ssh() string {
	return a.others(a.port) + fmt.Sprintf(`# Copy the token, then sign in to HOST. The endpoint works until this ssh ends.
ssh HOST 'umask 077 && cat >.lanyard-token' <%s
ssh -o ExitOnForwardFailure=yes -R 127.0.0.1:%s:127.0.0.1:%s HOST
# In the shell on HOST:
export %s=%s
export %s=$HOME/.lanyard-token
%s`, shell.POSIX.Word(a.file), a.port, a.port,
		endpointVariable, shell.POSIX.Word("http://127.0.0.1:"+a.port+a.paths[0].path), tokenFileVariable, oldClients)
}

// relay returns the arguments of the relay in a container, and the mounts that it needs. binary
// is the path of lanyard in the container.
func (a address) relay(binary string) (argv []string, mounts []mount, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	if runtime.GOOS != "linux" {
		self = "/path/to/lanyard-for-linux"
	}
	mounts = []mount{{self, binary}, {a.dir, inContainer}}
	to := "http://host.docker.internal:" + a.port
	if a.socket != "" {
		socketDir := inContainer
		if filepath.Dir(a.socket) != a.dir {
			socketDir = inContainer + "-socket"
			mounts = append(mounts, mount{filepath.Dir(a.socket), socketDir})
		}
		to = "unix:" + socketDir + "/" + filepath.Base(a.socket)
	}
	return []string{
		binary, "serve", "relay", "--to", to,
		"--token-file", inContainer + "/" + filepath.Base(a.file), "--listen", "127.0.0.1:" + relayPort,
	}, mounts, nil
}

// A mount shows a file or folder of this machine to a container.
type mount struct{ from, to string }

// inside returns the URL for programs in the container of a relay.
func (a address) inside() string { return "http://127.0.0.1:" + relayPort + a.paths[0].path }

// compose returns the part of a compose file.
func (a address) compose() (string, error) {
	argv, mounts, err := a.relay("/lanyard")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(a.others(relayPort))
	b.WriteString("# app is your service.\nservices:\n  app:\n    environment:\n")
	fmt.Fprintf(&b, "      %s: %s\n", endpointVariable, quoted(a.inside()))
	if a.region != "" {
		fmt.Fprintf(&b, "      AWS_REGION: %s\n", quoted(a.region))
	}
	fmt.Fprintf(&b, "  lanyard:\n    image: busybox:stable\n    network_mode: service:app\n    restart: unless-stopped\n    command: %s\n    volumes:\n", quoted(argv))
	for _, m := range mounts {
		fmt.Fprintf(&b, "      - type: bind\n        source: %s\n        target: %s\n        read_only: true\n", quoted(m.from), quoted(m.to))
	}
	return b.String(), nil
}

// kubernetes returns a pod for a cluster whose node is this machine.
func (a address) kubernetes() (string, error) {
	argv, mounts, err := a.relay("/lanyard")
	if err != nil {
		return "", err
	}
	var b, volumes strings.Builder
	b.WriteString(a.others(relayPort))
	b.WriteString("# app is your container. The node must be this machine, or mount these paths of it.\n")
	b.WriteString("apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n  containers:\n    - name: app\n      image: amazon/aws-cli\n      command: [sleep, infinity]\n      env:\n")
	fmt.Fprintf(&b, "        - name: %s\n          value: %s\n", endpointVariable, quoted(a.inside()))
	if a.region != "" {
		fmt.Fprintf(&b, "        - name: AWS_REGION\n          value: %s\n", quoted(a.region))
	}
	fmt.Fprintf(&b, "    - name: lanyard\n      image: busybox:stable\n      command: %s\n      volumeMounts:\n", quoted(argv))
	for i, m := range mounts {
		name, kind := fmt.Sprintf("lanyard-%d", i), "Directory"
		if i == 0 {
			kind = "File"
		}
		fmt.Fprintf(&b, "        - name: %s\n          mountPath: %s\n          readOnly: true\n", name, quoted(m.to))
		fmt.Fprintf(&volumes, "    - name: %s\n      hostPath:\n        path: %s\n        type: %s\n", name, quoted(m.from), kind)
	}
	return b.String() + "  volumes:\n" + volumes.String(), nil
}

// devcontainer returns the settings of a devcontainer.json.
func (a address) devcontainer() (string, error) {
	argv, mounts, err := a.relay("/usr/local/bin/lanyard")
	if err != nil {
		return "", err
	}
	var words, mounted []string
	for _, word := range argv {
		words = append(words, shell.POSIX.Word(word))
	}
	for _, m := range mounts {
		mounted = append(mounted, "type=bind,source="+m.from+",target="+m.to+",readonly")
	}
	env := map[string]string{endpointVariable: a.inside()}
	if a.region != "" {
		env["AWS_REGION"] = a.region
	}
	return indented(struct {
		Mounts           []string          `json:"mounts"`
		ContainerEnv     map[string]string `json:"containerEnv"`
		PostStartCommand string            `json:"postStartCommand"`
	}{mounted, env, "nohup " + strings.Join(words, " ") + " >/tmp/lanyard-relay.log 2>&1 </dev/null &"})
}

// quoted returns a value in JSON, which is also YAML.
func quoted(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // strings always encode
	return strings.TrimSuffix(b.String(), "\n")
}

// indented returns a value as a JSON file.
func indented(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.String(), err
}

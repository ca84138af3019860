package servecmd

import (
	"encoding/json"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// nasty is an address with characters that YAML, JSON and shells treat in a special way.
func nasty() address {
	return address{
		file: "/tmp/a b'\"#:$x/token", dir: "/tmp/a b'\"#:$x", socket: "/tmp/s: #&\"/sock", port: "38001", region: "us-east-1",
		paths: []path{{"dev admin", "/dev%20admin"}, {"x\ny: z", "/x%0Ay:%20z"}},
	}
}

func skipUnlessLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the expected paths are Linux paths")
	}
}

// relayWords are the arguments of the relay for the nasty address.
var relayWords = []string{
	"serve", "relay", "--to", "unix:/run/lanyard-socket/sock", "--token-file", "/run/lanyard/token", "--listen", "127.0.0.1:9910",
}

func TestCompose(t *testing.T) {
	skipUnlessLinux(t)
	text, err := nasty().text("compose")
	if err != nil {
		t.Fatal(err)
	}
	type bind struct {
		Type, Source, Target string
		ReadOnly             bool `yaml:"read_only"`
	}
	var got struct {
		Services map[string]struct {
			Environment map[string]string
			Network     string `yaml:"network_mode"`
			Command     []string
			Volumes     []bind
		}
	}
	if err := yaml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	app, relay := got.Services["app"], got.Services["lanyard"]
	wantEnv := map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9910/dev%20admin", "AWS_REGION": "us-east-1"}
	if diff := cmp.Diff(wantEnv, app.Environment); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(append([]string{"/lanyard"}, relayWords...), relay.Command); diff != "" {
		t.Error(diff)
	}
	if relay.Network != "service:app" || len(relay.Volumes) != 3 || !relay.Volumes[0].ReadOnly ||
		relay.Volumes[1].Source != nasty().dir || relay.Volumes[2].Source != "/tmp/s: #&\"" {
		t.Errorf("the relay is %+v", relay)
	}
}

func TestKubernetes(t *testing.T) {
	skipUnlessLinux(t)
	text, err := nasty().text("kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	type named struct{ Name, Value string }
	var got struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Spec       struct {
			Containers []struct {
				Name    string
				Command []string
				Env     []named
				Mounts  []struct {
					Name      string
					MountPath string `yaml:"mountPath"`
					ReadOnly  bool   `yaml:"readOnly"`
				} `yaml:"volumeMounts"`
			}
			Volumes []struct {
				Name     string
				HostPath struct{ Path, Type string } `yaml:"hostPath"`
			}
		}
	}
	if err := yaml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.APIVersion != "v1" || got.Kind != "Pod" || len(got.Spec.Containers) != 2 || len(got.Spec.Volumes) != 3 {
		t.Fatalf("the pod is %+v", got)
	}
	app, relay := got.Spec.Containers[0], got.Spec.Containers[1]
	if len(app.Env) != 2 || app.Env[0] != (named{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9910/dev%20admin"}) {
		t.Errorf("the environment is %+v", app.Env)
	}
	if diff := cmp.Diff(append([]string{"/lanyard"}, relayWords...), relay.Command); diff != "" {
		t.Error(diff)
	}
	for i, m := range relay.Mounts {
		if m.Name != got.Spec.Volumes[i].Name || !m.ReadOnly {
			t.Errorf("mount %+v has the volume %+v", m, got.Spec.Volumes[i])
		}
	}
	if got.Spec.Volumes[1].HostPath.Path != nasty().dir || got.Spec.Volumes[0].HostPath.Type != "File" {
		t.Errorf("the volumes are %+v", got.Spec.Volumes)
	}
}

func TestDevContainer(t *testing.T) {
	skipUnlessLinux(t)
	text, err := nasty().text("devcontainer")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Mounts           []string
		ContainerEnv     map[string]string
		PostStartCommand string
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(got.Mounts) != 3 || got.Mounts[1] != "type=bind,source="+nasty().dir+",target=/run/lanyard,readonly" {
		t.Errorf("the mounts are %q", got.Mounts)
	}
	if got.ContainerEnv["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != "http://127.0.0.1:9910/dev%20admin" {
		t.Errorf("the environment is %v", got.ContainerEnv)
	}
	words := strings.Fields(got.PostStartCommand)
	if diff := cmp.Diff(relayWords, words[2:10]); diff != "" || words[0] != "nohup" || words[len(words)-1] != "&" {
		t.Errorf("the command is %q\n%s", got.PostStartCommand, diff)
	}
}

// The shell gives docker the words of the page, also if the name of a file has blanks and quotes.
func TestDocker(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	text, err := nasty().text("docker")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(sh, "-c", "docker() { printf '%s\\n' \"$@\"; }\n"+text).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	want := []string{
		"run", "--rm", "--network", "host", "--mount", "type=bind,source=" + nasty().file + ",target=/run/lanyard/token,readonly",
		"--env", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:38001/dev%20admin",
		"--env", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/run/lanyard/token", "amazon/aws-cli", "sts", "get-caller-identity", "",
	}
	if diff := cmp.Diff(want, strings.Split(string(out), "\n")); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(text, "# x y: z: http://127.0.0.1:38001/x%0Ay:%20z\n") {
		t.Errorf("no comment about the second profile: %s", text)
	}
}

// ssh itself reads the line, without a connection.
func TestSSH(t *testing.T) {
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip(err)
	}
	text, err := nasty().text("ssh")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "<"+shell.POSIX.Word(nasty().file)+"\n") {
		t.Errorf("no line copies the token:\n%s", text)
	}
	for line := range strings.Lines(text) {
		options, ok := strings.CutPrefix(line, "ssh -o")
		if !ok {
			continue
		}
		out, err := exec.Command(ssh, strings.Fields("-F /dev/null -G -o"+options)...).CombinedOutput()
		for _, want := range []string{"\nremoteforward [127.0.0.1]:38001 [127.0.0.1]:38001\n", "\nexitonforwardfailure yes\n", "\nhostname host\n"} {
			if err != nil || !strings.Contains(strings.ToLower(string(out)), want) {
				t.Errorf("%s: error %v, no line %q in:\n%s", line, err, want, out)
			}
		}
		return
	}
	t.Errorf("no line forwards the port:\n%s", text)
}

func TestTarget(t *testing.T) {
	for _, tt := range []struct{ to, network, address string }{
		{"unix:/run/s", "unix", "/run/s"},
		{"unix:s", "unix", "s"},
		{"http://host.docker.internal:9911", "tcp", "host.docker.internal:9911"},
		{"http://[::1]:9911/", "tcp", "[::1]:9911"},
		{"unix:", "", ""},
		{"", "", ""},
		{"host:80", "", ""},
		{"http://host", "", ""},
		{"https://host:1", "", ""},
		{"http://u@host:1", "", ""},
		{"http://host:1/dev", "", ""},
		{"http://host:1/?x", "", ""},
		{"http://host:1/#x", "", ""},
		{"ftp://host:1", "", ""},
	} {
		network, address, err := target(tt.to)
		if network != tt.network || address != tt.address || (err == nil) != (tt.network != "") {
			t.Errorf("target(%q) = %q, %q, %v; want %q, %q", tt.to, network, address, err, tt.network, tt.address)
		}
	}
}

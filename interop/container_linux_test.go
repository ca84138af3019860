package interop_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// enterContainer is a script that runs a command in a folder that looks like a container: with the
// programs of this machine, an empty /tmp and /run, and the mounts. Its arguments are the folder, the
// number of mounts, a source and a target for each mount, and the command. It needs a mount
// namespace of its own.
const enterContainer = `set -e
root=$1 n=$2
shift 2
mount -t tmpfs tmpfs "$root"
for d in bin lib lib64 usr etc dev; do
	[ -e /$d ] || continue
	mkdir "$root/$d"
	mount --rbind /$d "$root/$d"
done
mkdir "$root/tmp"
mount -t tmpfs tmpfs "$root/usr/local/bin"
while [ $n -gt 0 ]; do
	mkdir -p "$(dirname "$root$2")"
	if [ -d "$1" ]; then mkdir "$root$2"; else touch "$root$2"; fi
	mount --bind "$1" "$root$2"
	mount -o remount,bind,ro "$root$2"
	shift 2
	n=$((n - 1))
done
exec chroot "$root" "$@"`

// A container is what the printed lines say about the container of a relay: its mounts, its command,
// and the URL for programs in its network.
type container struct {
	mounts  [][2]string // source and target
	command []string
	url     string
}

// The lines of --print lead to a relay that works in a container. Only a folder and two namespaces
// stand for Docker.
func TestPrintedLinesInContainer(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make namespaces")
	}
	for _, program := range []string{"ip", "nsenter", "unshare", "chroot"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed; to install it: apt-get install iproute2 util-linux", program)
		}
	}
	if err := exec.Command("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "true").Run(); err != nil {
		t.Skipf("this machine does not allow namespaces: %v", err)
	}
	t.Parallel()
	for name, read := range map[string]func(text string) (container, error){
		"compose": readCompose, "kubernetes": readPod, "devcontainer": readDevContainer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, setup{"server", serverConfig, "corp"}, emulator.Config{})
			h.loginWith(t, clientNamed("lanyard"))
			server := h.serve(t, "serve", "ecs", "other", "--print", name)
			var c container
			proctest.Eventually(t, "the lines", func() bool {
				var err error
				c, err = read(server.Stdout.String())
				return server.Over() || err == nil && len(c.mounts) == 2 && c.url != ""
			})
			root := h.path("root")
			if err := os.Mkdir(root, 0o700); err != nil {
				t.Fatal(err)
			}
			prefix := h.namespace(t)
			// The end of unshare ends all processes of the container.
			line := append(slices.Clip(prefix), "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enterContainer, "sh", root, "2")
			for _, m := range c.mounts {
				line = append(line, m[0], m[1])
			}
			relay := h.begin(t, invocation{args: append(line, c.command...)})
			inv, _ := asked(clientNamed("lanyard"), "")
			inv.args = append(slices.Clip(prefix), inv.args...)
			var r result
			proctest.Eventually(t, "the relay", func() bool {
				r = h.run(t, inv, "AWS_CONFIG_FILE=/dev/null", "AWS_CONTAINER_CREDENTIALS_FULL_URI="+c.url, "AWS_REGION=us-east-1")
				return r.code == 0
			})
			if !strings.Contains(r.stdout, otherARN) {
				t.Errorf("stdout %s, stderr %s, relay %s; want the role of the profile other", r.stdout, r.stderr, relay.Stderr.String())
			}
		})
	}
}

func readCompose(text string) (c container, err error) {
	var file struct {
		Services map[string]struct {
			Environment map[string]string
			Command     []string
			Volumes     []struct{ Source, Target string }
		}
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		return c, err
	}
	c.url, c.command = file.Services["app"].Environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], file.Services["lanyard"].Command
	for _, v := range file.Services["lanyard"].Volumes {
		c.mounts = append(c.mounts, [2]string{v.Source, v.Target})
	}
	return c, nil
}

func readPod(text string) (c container, err error) {
	var pod struct {
		Spec struct {
			Containers []struct {
				Command []string
				Env     []struct{ Name, Value string }
				Mounts  []struct {
					MountPath string `yaml:"mountPath"`
				} `yaml:"volumeMounts"`
			}
			Volumes []struct {
				HostPath struct{ Path string } `yaml:"hostPath"`
			}
		}
	}
	if err := yaml.Unmarshal([]byte(text), &pod); err != nil || len(pod.Spec.Containers) != 2 {
		return c, err
	}
	c.url, c.command = pod.Spec.Containers[0].Env[0].Value, pod.Spec.Containers[1].Command
	for i, v := range pod.Spec.Volumes {
		c.mounts = append(c.mounts, [2]string{v.HostPath.Path, pod.Spec.Containers[1].Mounts[i].MountPath})
	}
	return c, nil
}

func readDevContainer(text string) (c container, err error) {
	var file struct {
		Mounts           []string
		ContainerEnv     map[string]string
		PostStartCommand string
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return c, err
	}
	// The command starts a background process. The container ends with its first process.
	c.url, c.command = file.ContainerEnv["AWS_CONTAINER_CREDENTIALS_FULL_URI"], []string{"sh", "-c", file.PostStartCommand + " wait"}
	for _, m := range file.Mounts {
		var pair [2]string
		for _, field := range strings.Split(m, ",") {
			if v, ok := strings.CutPrefix(field, "source="); ok {
				pair[0] = v
			} else if v, ok := strings.CutPrefix(field, "target="); ok {
				pair[1] = filepath.Clean(v)
			}
		}
		c.mounts = append(c.mounts, pair)
	}
	return c, nil
}

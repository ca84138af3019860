package cli_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestKeychainScripts runs the scripts that need a keychain. Each script has its own session bus
// and gnome-keyring.
func TestKeychainScripts(t *testing.T) {
	for _, program := range []string{"dbus-daemon", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no Secret Service to test with: %v", err)
		}
	}
	runScripts(t, "testdata/keychain", func(env *testscript.Env) error {
		r := &ring{folder: filepath.Join(env.WorkDir, "ring")}
		env.Values["ring"] = r
		env.Defer(r.stop)
		if err := r.startBus(); err != nil {
			return err
		}
		env.Setenv("DBUS_SESSION_BUS_ADDRESS", r.address)
		return r.startDaemon("--unlock")
	})
}

// A ring is a session bus with a Secret Service.
type ring struct {
	folder, address string
	bus, daemon     *exec.Cmd
}

func (r *ring) startBus() error {
	if err := os.MkdirAll(filepath.Join(r.folder, "data", "keyrings"), 0o700); err != nil {
		return err
	}
	// Without service files, the bus cannot start another keyring.
	config := filepath.Join(r.folder, "bus.conf")
	text := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=` + r.folder + `</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	r.bus = exec.Command("dbus-daemon", "--config-file="+config, "--print-address", "--nofork", "--nopidfile")
	out, err := r.bus.StdoutPipe()
	if err != nil {
		return err
	}
	if err := r.bus.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	r.address = strings.TrimSpace(line)
	return err
}

// startDaemon starts the Secret Service and waits until it is on the bus.
func (r *ring) startDaemon(args ...string) error {
	r.daemon = exec.Command("gnome-keyring-daemon", append([]string{"--foreground", "--components=secrets", "--control-directory=" + r.folder}, args...)...)
	r.daemon.Env = []string{"DBUS_SESSION_BUS_ADDRESS=" + r.address, "HOME=" + r.folder, "XDG_DATA_HOME=" + filepath.Join(r.folder, "data"), "PATH=" + os.Getenv("PATH")}
	r.daemon.Stdin = strings.NewReader("throw-away")
	if err := r.daemon.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ask := exec.Command("dbus-send", "--bus="+r.address, "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
			"org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets")
		if out, err := ask.Output(); err == nil && strings.Contains(string(out), "boolean true") {
			return nil
		}
	}
	return fmt.Errorf("gnome-keyring-daemon is not on the bus after a minute")
}

func (r *ring) stopDaemon() {
	if r.daemon != nil {
		_ = r.daemon.Process.Signal(syscall.SIGCONT)
		_ = r.daemon.Process.Kill()
		_ = r.daemon.Wait()
		r.daemon = nil
	}
}

func (r *ring) stop() {
	r.stopDaemon()
	if r.bus != nil {
		_ = r.bus.Process.Kill()
		_ = r.bus.Wait()
	}
}

// ringVerb implements the command "ring STATE". The command changes the state of the Secret Service.
// STATE is gone, locked, unlocked, silent or speaks.
func ringVerb(ts *testscript.TestScript, _ bool, args []string) {
	r := ts.Value("ring").(*ring)
	switch args[0] {
	case "gone":
		r.stopDaemon()
	case "locked":
		r.stopDaemon()
		ts.Check(r.startDaemon())
	case "unlocked":
		r.stopDaemon()
		ts.Check(r.startDaemon("--unlock"))
	case "silent":
		ts.Check(r.daemon.Process.Signal(syscall.SIGSTOP))
	case "speaks":
		ts.Check(r.daemon.Process.Signal(syscall.SIGCONT))
	default:
		ts.Fatalf("unknown command: ring %s", args[0])
	}
}

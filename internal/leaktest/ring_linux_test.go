package leaktest_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// keychain starts a Secret Service for this test, on a separate session bus.
func keychain() store {
	return store{
		name: "keychain", before: nothing, after: nothing, opened: closed,
		prepare: func(t *testing.T, w *fixture) {
			for _, program := range []string{"dbus-daemon", "gnome-keyring-daemon", "dbus-send"} {
				if _, err := exec.LookPath(program); err != nil {
					t.Skipf("there is no Secret Service to test with: %v", err)
				}
			}
			address := startBus(t, w)
			w.env = append(w.env, "DBUS_SESSION_BUS_ADDRESS="+address)
			startRing(t, w, address)
		},
		move: func(t *testing.T, w *fixture) { w.run(t, 0, 0, "store", "migrate", "--to", "keychain", "--yes") },
	}
}

// startBus starts a session bus that starts no services, and returns its address.
func startBus(t *testing.T, w *fixture) string {
	t.Helper()
	if err := os.MkdirAll(w.path("ring/data/keyrings"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.write(t, "ring/bus.conf", `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=`+w.path("ring")+`</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`, 0o600)
	bus := exec.Command("dbus-daemon", "--config-file="+w.path("ring/bus.conf"), "--print-address", "--nofork", "--nopidfile")
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, bus)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// startRing starts an unlocked keyring and waits until it is on the bus.
func startRing(t *testing.T, w *fixture, address string) {
	t.Helper()
	daemon := exec.Command("gnome-keyring-daemon", "--foreground", "--components=secrets", "--control-directory="+w.path("ring"), "--unlock")
	daemon.Env = []string{"DBUS_SESSION_BUS_ADDRESS=" + address, "HOME=" + w.path("ring"), "XDG_DATA_HOME=" + w.path("ring/data"), "PATH=" + os.Getenv("PATH")}
	daemon.Stdin = strings.NewReader("throw-away")
	launch(t, daemon)
	proctest.Eventually(t, "the keyring", func() bool {
		out, err := exec.Command("dbus-send", "--bus="+address, "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
			"org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets").Output()
		return err == nil && strings.Contains(string(out), "boolean true")
	})
}

// launch starts a process that ends with the test.
func launch(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// machineID returns the id of this computer as node-machine-id 1.1.12 does: the SHA-256 of the id of
// the system, in lower case and without white space. Source:
// https://github.com/automation-stack/node-machine-id, index.js.
func machineID() (string, error) {
	var id string
	switch runtime.GOOS {
	case "darwin":
		out, err := output("/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice")
		if err != nil {
			return "", err
		}
		_, id, _ = strings.Cut(out, "IOPlatformUUID")
		id, _, _ = strings.Cut(id, "\n")
		id = strings.NewReplacer("=", "", `"`, "").Replace(id)
	case "windows":
		out, err := output(filepath.Join(os.Getenv("SystemRoot"), "System32", "reg.exe"), "QUERY", `HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography`, "/v", "MachineGuid")
		if err != nil {
			return "", err
		}
		_, id, _ = strings.Cut(out, "REG_SZ")
	default:
		var all strings.Builder
		for _, path := range []string{"/var/lib/dbus/machine-id", "/etc/machine-id"} {
			if content, err := datafile.Read(path, 1<<10); err == nil {
				all.Write(content)
			}
		}
		host, _ := os.Hostname()
		id, _, _ = strings.Cut(all.String()+host, "\n")
	}
	id = strings.ToLower(strings.Join(strings.Fields(id), ""))
	if id == "" {
		return "", errors.New("the system has no id")
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:]), nil
}

// output runs a program of the system and returns its output.
func output(path string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, args...).Output()
	return string(out), err
}

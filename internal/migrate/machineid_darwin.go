package migrate

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

// systemID returns the id of the hardware.
func systemID() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice").Output()
	if err != nil {
		return "", err
	}
	_, id, _ := strings.Cut(string(out), "IOPlatformUUID")
	id, _, _ = strings.Cut(id, "\n")
	return strings.NewReplacer("=", "", `"`, "").Replace(id), nil
}

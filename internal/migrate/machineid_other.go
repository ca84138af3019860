//go:build !darwin && !windows

package migrate

import (
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// systemID returns the first line of the files with the id of the system. Without both files, the
// name of the computer is the id.
func systemID() (string, error) {
	var all strings.Builder
	for _, path := range []string{"/var/lib/dbus/machine-id", "/etc/machine-id"} {
		if content, err := datafile.Read(path, 1<<10); err == nil {
			all.Write(content)
		}
	}
	host, _ := os.Hostname()
	id, _, _ := strings.Cut(all.String()+host, "\n")
	return id, nil
}

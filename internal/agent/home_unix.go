//go:build unix

package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// HomeID tells home folders apart by the ~/.aws in them, whatever path leads there:
// that of a container may be another one. "" if there is none yet.
func HomeID(home string) string {
	info, err := os.Stat(filepath.Join(home, ".aws"))
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}

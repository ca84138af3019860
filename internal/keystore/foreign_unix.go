//go:build unix

package keystore

import (
	"os"
	"syscall"
)

// foreign says whether root runs in a home that is not root's, as with sudo
// that keeps HOME.
func foreign(home string) bool {
	if os.Geteuid() != 0 {
		return false
	}
	info, err := os.Stat(home)
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Uid != 0
}

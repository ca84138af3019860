//go:build unix

package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// defaultAddress is in the folder that the system gives to each user while they
// are logged in, or else in one of our own among the temporary files.
func defaultAddress(lookupEnv func(string) (string, bool), name string) string {
	uid := strconv.Itoa(os.Geteuid())
	own, _ := lookupEnv("XDG_RUNTIME_DIR")
	for _, dir := range []string{own, "/run/user/" + uid} {
		if filepath.IsAbs(dir) && checkOurs(dir) == nil {
			return filepath.Join(dir, "lanyard", name+".sock")
		}
	}
	temp, _ := lookupEnv("TMPDIR") // on macOS that of the user alone
	if !filepath.IsAbs(temp) {
		temp = "/tmp"
	}
	return filepath.Join(temp, "lanyard-"+uid, name+".sock")
}

// checkOurs says what is wrong with a folder for sockets, which others could put
// things into.
func checkOurs(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder that only this user can write to", dir)
	}
	return nil
}

// makeFolder makes the folder of the socket, if need be, and checks that it is this
// user's.
func makeFolder(address string) error {
	dir := filepath.Dir(address)
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return checkOurs(dir)
}

// LogPath is where the agent at an address writes what it does, when nobody reads
// its stderr.
func LogPath(address string) (string, error) {
	return address + ".log", makeFolder(address)
}

// maxPath is the longest path of a socket, on the system where it is shortest.
const maxPath = 103

func checkLength(address string) error {
	if len(address) > maxPath {
		return fmt.Errorf("its path is longer than the %d bytes that a socket's may have", maxPath)
	}
	return nil
}

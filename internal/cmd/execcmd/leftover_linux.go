package execcmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// leftoverTime is how long endLeftovers waits for processes that it has asked to end.
const leftoverTime = 2 * time.Second

// endLeftovers ends the processes that the command has left running in its process group. It finds
// them by the private folder in their environment. It spares other programs of the group, such as the
// next program of a pipe, and programs that have left the group on purpose.
func endLeftovers(dir string) {
	signal := syscall.SIGTERM
	for deadline := time.Now().Add(leftoverTime); ; time.Sleep(20 * time.Millisecond) {
		found := leftovers(dir)
		if len(found) == 0 {
			return
		}
		if time.Now().After(deadline) {
			signal = syscall.SIGKILL
		}
		for _, pid := range found {
			_ = syscall.Kill(pid, signal) // it may have ended
		}
		if signal == syscall.SIGKILL {
			return
		}
	}
}

// leftovers returns the processes of this process group whose environment names the folder.
func leftovers(dir string) (pids []int) {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	group := syscall.Getpgrp()
	for _, path := range all {
		pid, err := strconv.Atoi(filepath.Base(path))
		if err != nil || pid == os.Getpid() {
			continue
		}
		if g, err := syscall.Getpgid(pid); err != nil || g != group {
			continue
		}
		environ, err := datafile.Read(path+"/environ", datafile.Limit)
		if err != nil {
			continue // a process of another user, or one that has ended
		}
		for entry := range bytes.SplitSeq(environ, []byte{0}) {
			if value, ok := strings.CutPrefix(string(entry), "AWS_SHARED_CREDENTIALS_FILE="); ok && filepath.Dir(value) == dir {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

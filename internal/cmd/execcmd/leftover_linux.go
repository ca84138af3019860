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

const (
	// leftoverTime is how long endLeftovers waits for processes that it has asked to end.
	leftoverTime = 2 * time.Second

	// startTime is how long endLeftovers waits for a process that is just starting a program.
	startTime = 200 * time.Millisecond
)

// endLeftovers ends the processes that the command has left running in its process group. It finds
// them by the private folder in their environment. It spares other programs of the group, such as the
// next program of a pipe, and programs that have left the group on purpose.
func endLeftovers(dir string) {
	signal := syscall.SIGTERM
	start := time.Now()
	for {
		found, starting := leftovers(dir)
		if len(found) == 0 && (!starting || time.Since(start) > startTime) {
			return
		}
		if time.Since(start) > leftoverTime {
			signal = syscall.SIGKILL
		}
		for _, pid := range found {
			_ = syscall.Kill(pid, signal) // it may have ended
		}
		if signal == syscall.SIGKILL {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// leftovers returns the processes of this process group whose environment names the folder. starting
// reports whether the environment of a process is not known, because the process is just starting a
// program.
func leftovers(dir string) (pids []int, starting bool) {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, false
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
		if len(environ) == 0 {
			starting = starting || !ended(path)
			continue
		}
		for entry := range bytes.SplitSeq(environ, []byte{0}) {
			if value, ok := strings.CutPrefix(string(entry), "AWS_SHARED_CREDENTIALS_FILE="); ok && filepath.Dir(value) == dir {
				pids = append(pids, pid)
			}
		}
	}
	return pids, starting
}

// ended reports whether a process has ended, and only waits for its parent.
func ended(path string) bool {
	stat, err := datafile.Read(path+"/stat", datafile.Limit)
	if err != nil {
		return true
	}
	_, after, _ := strings.Cut(string(stat), ") ") // the state follows the name
	return strings.HasPrefix(after, "Z") || strings.HasPrefix(after, "X")
}

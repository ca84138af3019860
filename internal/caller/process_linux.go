package caller

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// look reads the status of a process.
func look(pid int) (status, bool) {
	name, fields, ok := stat(pid)
	if !ok {
		return status{}, false
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return status{}, false
	}
	s := status{parent: parent, name: name}
	if !interprets(program(name)) && name != "MainThread" { // Node.js names its first thread
		return s, true
	}
	line, _ := datafile.Read(proc(pid, "cmdline"), datafile.Limit)
	for _, w := range bytes.SplitN(line, []byte{0}, 3) {
		if len(s.words) < 2 && len(w) > 0 {
			s.words = append(s.words, string(w))
		}
	}
	return s, true
}

// terminalOf reports whether a process has a controlling terminal.
func terminalOf(pid int) bool {
	_, fields, ok := stat(pid)
	return ok && fields[4] != "0"
}

// stat returns the name of a process, and the first fields after the name in /proc/PID/stat: state,
// parent, group, session and terminal.
func stat(pid int) (name string, fields []string, ok bool) {
	var buf [512]byte // the name has at most 64 bytes, and each field at most 20
	b := buf[:start(proc(pid, "stat"), buf[:])]
	from, to := bytes.IndexByte(b, '('), bytes.LastIndex(b, []byte(") "))
	if from < 0 || to < from {
		return "", nil, false
	}
	fields = strings.SplitN(string(b[to+2:]), " ", 6)
	return string(b[from+1 : to]), fields, len(fields) == 6
}

// start reads the start of a file in /proc, and returns the number of bytes. It is 0 after an error.
// A quick answer reads such a file for each ancestor. It makes three system calls for each file, and
// package os makes six.
func start(path string, b []byte) int {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer func() { _ = syscall.Close(fd) }()
	for {
		n, err := syscall.Read(fd, b)
		if !errors.Is(err, syscall.EINTR) {
			return max(n, 0)
		}
	}
}

// environment returns the environment with which a process started. It is empty if the process
// belongs to another user.
func environment(pid int) func(string) (string, bool) {
	b, _ := datafile.Read(proc(pid, "environ"), datafile.Limit)
	return func(name string) (string, bool) {
		for line := range bytes.SplitSeq(b, []byte{0}) {
			if key, value, ok := bytes.Cut(line, []byte("=")); ok && string(key) == name {
				return string(value), true
			}
		}
		return "", false
	}
}

func proc(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }

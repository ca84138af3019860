//go:build amd64 || arm64

package stormtest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The test binary is also a tracer. It runs the program in its arguments. With killVariable
// set to N, it kills the program just before the N-th system call that changes a file below
// HOME. If N is 0, it does not kill the program. logVariable names a file that gets one line
// for each such call.
//
// strace can kill too, but it counts the calls of each thread separately. A Go program moves
// between threads, so some calls would never be hit.
const (
	killVariable = "STORMTEST_KILL_AT"
	logVariable  = "STORMTEST_TRACE_LOG"
)

// cannotTrace is the start of the tracer's message if the system forbids tracing.
const cannotTrace = "tracer: processes cannot be traced here:"

// runTracer is the main function of the tracer.
func runTracer(args []string) (code int, ok bool) {
	at, err := strconv.Atoi(os.Getenv(killVariable))
	if err != nil {
		return 0, false
	}
	log, err := os.Create(os.Getenv(logVariable))
	if err != nil {
		fmt.Fprintln(os.Stderr, "tracer:", err)
		return 1, true
	}
	defer func() { _ = log.Close() }()
	code, err = (&tracer{at: at, log: log, home: os.Getenv("HOME")}).run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, cannotTrace, err)
		return 1, true
	}
	return code, true
}

type tracer struct {
	at, n int
	log   *os.File
	home  string
	err   error // the tracer cannot read system calls
}

// run returns the program's exit code, or 137 if the tracer killed it.
func (tr *tracer) run(args []string) (int, error) {
	runtime.LockOSThread() // only the thread that started the program may trace it
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start the program under ptrace: %w", err)
	}
	pid := cmd.Process.Pid
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, 0, nil); err != nil { // the program has stopped at its first instruction
		return 0, err
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := syscall.PtraceSetOptions(pid, options); err != nil {
		return 0, err
	}
	threads := map[int]bool{pid: true}
	for next, signal := pid, 0; ; {
		_ = syscall.PtraceSyscall(next, signal) // fails if the thread has ended
		tid, err := syscall.Wait4(-1, &ws, syscall.WALL, nil)
		if err != nil {
			return 0, err
		}
		next, signal = tid, 0
		switch {
		case tid == pid && ws.Exited():
			return ws.ExitStatus(), tr.err
		case tid == pid && ws.Signaled():
			return 128 + int(ws.Signal()), nil
		case !ws.Stopped():
		case ws.StopSignal() == syscall.SIGTRAP|0x80:
			if !tr.goesOn(tid) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		case ws.StopSignal() == syscall.SIGTRAP: // an event: the program has a new thread
		case ws.StopSignal() == syscall.SIGSTOP && !threads[tid]:
			threads[tid] = true
		default:
			signal = int(ws.StopSignal())
		}
	}
}

// A syscallInfo is the result of PTRACE_GET_SYSCALL_INFO at the start of a call.
type syscallInfo struct {
	op     uint8
	_      [3]uint8
	arch   uint32
	ip, sp uint64
	number uint64
	args   [6]uint64
}

// goesOn counts the system call that a thread starts. It returns false if the tracer must
// kill the program at this call.
func (tr *tracer) goesOn(tid int) bool {
	var info syscallInfo
	_, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid),
		unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 && errno != syscall.ESRCH { // ESRCH means that the thread has ended
		tr.err = fmt.Errorf("look at a system call: %w", errno)
	}
	if errno != 0 || info.op != unix.PTRACE_SYSCALL_INFO_ENTRY {
		return true
	}
	c, ok := changing[info.number]
	if !ok || info.number == unix.SYS_OPENAT && info.args[2]&unix.O_CREAT == 0 {
		return true
	}
	path := c.path(tid, info.args)
	if !strings.HasPrefix(path, tr.home+"/") {
		return true
	}
	tr.n++
	_, _ = fmt.Fprintln(tr.log, c.name, short.ReplaceAllString(filepath.Base(path), "$1"))
	return tr.n != tr.at
}

// short shortens the hashes in file names to their first letters, and removes random parts.
var short = regexp.MustCompile(`([0-9a-f]{4})[0-9a-f]{36}|(?:-)[0-9]{5,}$`)

// A change describes a system call that changes files. One argument names the file. If that
// is a relative path, another argument names the folder.
type change struct {
	name         string
	folder, file int // the index of each argument; folder is -1 if file is a descriptor
}

var changing = map[uint64]change{
	unix.SYS_OPENAT: {"openat", 0, 1}, unix.SYS_MKDIRAT: {"mkdirat", 0, 1}, unix.SYS_UNLINKAT: {"unlinkat", 0, 1},
	unix.SYS_RENAMEAT: {"renameat", 2, 3}, unix.SYS_RENAMEAT2: {"renameat2", 2, 3}, unix.SYS_LINKAT: {"linkat", 2, 3},
	unix.SYS_SYMLINKAT: {"symlinkat", 1, 2}, unix.SYS_FCHMODAT: {"fchmodat", 0, 1}, unix.SYS_FCHOWNAT: {"fchownat", 0, 1},
	unix.SYS_WRITE: {"write", -1, 0}, unix.SYS_PWRITE64: {"pwrite64", -1, 0}, unix.SYS_FTRUNCATE: {"ftruncate", -1, 0},
	unix.SYS_FSYNC: {"fsync", -1, 0}, unix.SYS_FDATASYNC: {"fdatasync", -1, 0}, unix.SYS_FCHMOD: {"fchmod", -1, 0},
	unix.SYS_FCHOWN: {"fchown", -1, 0}, unix.SYS_FLOCK: {"flock", -1, 0},
}

func (c change) path(tid int, args [6]uint64) string {
	if c.folder < 0 {
		return descriptor(tid, args[c.file])
	}
	path := text(tid, args[c.file])
	if !filepath.IsAbs(path) {
		path = filepath.Join(descriptor(tid, args[c.folder]), path)
	}
	return path
}

func descriptor(tid int, fd uint64) string {
	name := fmt.Sprintf("/proc/%d/fd/%d", tid, int32(fd))
	if int32(fd) == unix.AT_FDCWD {
		name = fmt.Sprintf("/proc/%d/cwd", tid)
	}
	path, _ := os.Readlink(name) // an error means that the descriptor is closed
	return path
}

// text reads a string from the program's memory.
func text(tid int, at uint64) string {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", tid))
	if err != nil {
		return ""
	}
	defer func() { _ = mem.Close() }()
	b := make([]byte, 4096)
	n, _ := mem.ReadAt(b, int64(at)) // ReadAt returns fewer bytes at the end of a page, but paths are short
	s, _, _ := strings.Cut(string(b[:n]), "\x00")
	return s
}

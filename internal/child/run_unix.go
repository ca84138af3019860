//go:build !windows

package child

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// run starts the program and waits for its end.
func run(app *command.App, program *exec.Cmd, signals <-chan os.Signal) (syscall.WaitStatus, error) {
	more := make(chan os.Signal, 8)
	signal.Notify(more, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGCONT, syscall.SIGWINCH, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(more)
	r := relay{onTerminal: hasTerminal()}
	err := program.Start()
	if errors.Is(err, syscall.ENOEXEC) { // a shell must run a script that does not begin with #!
		script := exec.Command("/bin/sh", append([]string{program.Path}, program.Args[1:]...)...)
		script.Env, script.Stdin, script.Stdout, script.Stderr = program.Env, program.Stdin, program.Stdout, program.Stderr
		program = script
		err = program.Start()
	}
	if err != nil {
		return 0, err
	}
	r.program = program.Process
	changes := make(chan syscall.WaitStatus)
	go watch(r.program.Pid, changes)
	for {
		select {
		case s := <-signals:
			r.forward(s)
		case s := <-more:
			r.forward(s)
		case status := <-changes:
			switch {
			case status.Stopped():
				app.Log.Debug("the program has stopped", "signal", status.StopSignal().String())
				// The shell sees this process stop, and takes the terminal back.
				_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
				r.continued = time.Now()
			case !status.Continued():
				_ = program.Wait() // copies the rest of the output, if that is not a file
				return status, nil
			}
		}
	}
}

// watch sends each change of the program's state, until the program has ended.
func watch(pid int, changes chan<- syscall.WaitStatus) {
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED|syscall.WCONTINUED, nil); errors.Is(err, syscall.EINTR) {
			continue
		}
		changes <- status
		if status.Exited() || status.Signaled() {
			return
		}
	}
}

// lateSignal is the longest time in which Go delivers a signal that came before a stop.
const lateSignal = 100 * time.Millisecond

// A relay forwards signals to a program.
type relay struct {
	program    *os.Process
	onTerminal bool // when the program was started

	// continued is the time when this process was continued after a stop. Go may deliver a
	// signal of Ctrl-Z only then, when the terminal may already belong to another process.
	continued time.Time
}

// forward sends a signal to the program, if the terminal has not already sent it to the program.
func (r *relay) forward(s os.Signal) {
	if !r.delivered(s) {
		_ = r.program.Signal(s) // the program may have ended
	}
}

// delivered reports whether the program has got a signal itself. The terminal and the shell
// send signals to a process group, which is usually the group of both processes.
func (r *relay) delivered(s os.Signal) bool {
	group, err := syscall.Getpgid(r.program.Pid)
	if err != nil || group != syscall.Getpgrp() {
		return false
	}
	switch s {
	case syscall.SIGTSTP:
		return inForeground() || time.Since(r.continued) < lateSignal
	case os.Interrupt, syscall.SIGQUIT, syscall.SIGCONT, syscall.SIGWINCH:
		return inForeground()
	case syscall.SIGTTIN, syscall.SIGTTOU:
		return true // only the terminal sends these signals
	case syscall.SIGHUP:
		return r.onTerminal && !hasTerminal() // the terminal was closed
	}
	return false
}

// openTerminal opens the terminal of this process.
func openTerminal() (*os.File, error) {
	return os.OpenFile("/dev/tty", os.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
}

// hasTerminal reports whether this process has a terminal.
func hasTerminal() bool {
	tty, err := openTerminal()
	if err == nil {
		_ = tty.Close()
	}
	return err == nil
}

// inForeground reports whether the keys of the terminal send signals to this process.
func inForeground() bool {
	tty, err := openTerminal()
	if err != nil {
		return false
	}
	defer func() { _ = tty.Close() }()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}

// EndLike ends this process by the signal that ended the program. It does nothing for other
// errors. A shell stops a loop only if Ctrl-C ended the command by its signal.
//
// EndLike returns after other signals, such as SIGSEGV, and after signals that this process
// ignores. The error has an exit code.
func EndLike(err error) {
	var killed *Killed
	if !errors.As(err, &killed) {
		return
	}
	switch s := killed.status.Signal(); s {
	case syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL: // Go ignores other signals, or writes a core file
		signal.Reset(s)
		if syscall.Kill(os.Getpid(), s) == nil {
			time.Sleep(time.Second) // until the signal arrives
		}
	}
}

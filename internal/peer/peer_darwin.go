package peer

import (
	"net"

	"golang.org/x/sys/unix"
)

func of(conn net.Conn) (p Process, err error) {
	err = control(conn, func(fd int) error {
		cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err != nil {
			return err
		}
		pid, err := unix.GetsockoptInt(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
		p = Process{UID: int(cred.Uid), PID: pid}
		return err
	})
	return p, err
}

// Find returns the pid of the process, or 0. The name is unknown on this system.
func (p Process) Find() (pid int, name string) { return p.PID, "" }

package agent

import (
	"net"

	"golang.org/x/sys/unix"
)

func peerOf(conn net.Conn) (p peer, err error) {
	err = control(conn, func(fd int) error {
		cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err != nil {
			return err
		}
		pid, err := unix.GetsockoptInt(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
		p = peer{int(cred.Uid), pid}
		return err
	})
	return p, err
}

// Harden keeps the memory of this process out of core files.
func Harden() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) } // best effort

// resident returns 0: the resident memory is unknown on this system.
func resident() int { return 0 }

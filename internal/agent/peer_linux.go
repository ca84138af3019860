package agent

import (
	"net"

	"golang.org/x/sys/unix"
)

func peerOf(conn net.Conn) (p peer, err error) {
	err = control(conn, func(fd int) error {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err == nil {
			p = peer{int(cred.Uid), int(cred.Pid)}
		}
		return err
	})
	return p, err
}

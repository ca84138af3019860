//go:build unix && !linux && !darwin

package agent

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// peerOf has no way here that all the systems share, so there is no agent on them.
func peerOf(net.Conn) (peer, error) {
	return peer{}, errors.New("this system does not tell who is at the other end of a socket")
}

// Harden keeps the memory of this process out of core files.
func Harden() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) } // best effort

// resident would be how much memory the process has.
func resident() int { return 0 }

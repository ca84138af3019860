//go:build unix && !linux && !darwin

package agent

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// peerOf always returns an error, because these systems have no common way to find the peer.
// The agent does not work on these systems.
func peerOf(net.Conn) (peer, error) {
	return peer{}, errors.New("the agent is not supported on this system")
}

// Harden keeps the memory of this process out of core files.
func Harden() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) } // best effort

// resident returns 0: the resident memory is unknown on this system.
func resident() int { return 0 }

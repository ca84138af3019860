// Package peer finds the process at the other end of a connection on this machine.
package peer

import (
	"errors"
	"fmt"
	"net"
)

var (
	// ErrUnknown reports that the system does not know which process made a connection.
	ErrUnknown = errors.New("the system does not tell which process made the connection")

	// ErrUnsupported is the [ErrUnknown] of systems that know the process of no connection of
	// this kind.
	ErrUnsupported = fmt.Errorf("%w: not supported on this system", ErrUnknown)
)

// A Process is the process at the other end of a connection.
type Process struct {
	UID int
	PID int // 0 if unknown; see [Process.Find]

	inode uint32 // of the socket; 0 if unknown
}

// Of returns the process that made a connection. For a Unix socket, the result has a PID. Of
// supports TCP connections only on Linux. It returns [ErrUnknown] if the system does not know
// the process.
func Of(conn net.Conn) (Process, error) { return of(conn) }

// control calls f with the file descriptor of a Unix socket.
func control(conn net.Conn, f func(fd int) error) error {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return ErrUnsupported
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return err
	}
	err2 := raw.Control(func(fd uintptr) { err = f(int(fd)) })
	return errors.Join(err, err2)
}

package peer

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

func of(conn net.Conn) (p Process, err error) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		return ofTCP(tcp)
	}
	err = control(conn, func(fd int) error {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err == nil {
			p = Process{UID: int(cred.Uid), PID: int(cred.Pid)}
		}
		return err
	})
	return p, err
}

// The sizes and offsets of messages in linux/inet_diag.h. The kernel looks up a single socket,
// so the time does not depend on the number of connections. A search in /proc/net/tcp takes
// milliseconds on a machine with many connections.
const (
	headerSize  = 16 // nlmsghdr
	requestSize = 56 // inet_diag_req_v2
	replySize   = 72 // inet_diag_msg
	sockDiag    = 20 // SOCK_DIAG_BY_FAMILY
)

// ofTCP asks the kernel for the owner of the other end of a connection.
func ofTCP(conn *net.TCPConn) (Process, error) {
	theirs, ok1 := conn.RemoteAddr().(*net.TCPAddr)
	ours, ok2 := conn.LocalAddr().(*net.TCPAddr)
	if !ok1 || !ok2 || !theirs.IP.IsLoopback() {
		return Process{}, ErrUnknown
	}
	s, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return Process{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	defer func() { _ = unix.Close(s) }()
	limit := unix.NsecToTimeval(int64(time.Second))
	if err := unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit); err != nil {
		return Process{}, err
	}
	reply := make([]byte, 4096)
	n := 0
	if err = unix.Send(s, question(theirs, ours), 0); err == nil {
		n, err = unix.Read(s, reply)
	}
	switch {
	case err != nil:
		return Process{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	case n < headerSize+replySize || binary.NativeEndian.Uint16(reply[4:]) != sockDiag:
		return Process{}, fmt.Errorf("%w: the client has gone", ErrUnknown)
	}
	m := reply[headerSize:n]
	return Process{UID: int(binary.NativeEndian.Uint32(m[64:])), inode: binary.NativeEndian.Uint32(m[68:])}, nil
}

// question returns the message that asks for the socket with these addresses.
func question(from, to *net.TCPAddr) []byte {
	b := make([]byte, headerSize+requestSize)
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], sockDiag)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST)
	r := b[headerSize:]
	r[0], r[1] = unix.AF_INET6, unix.IPPROTO_TCP
	fromIP, toIP := from.IP.To16(), to.IP.To16()
	if from.IP.To4() != nil {
		r[0], fromIP, toIP = unix.AF_INET, from.IP.To4(), to.IP.To4()
	}
	binary.NativeEndian.PutUint32(r[4:], ^uint32(0)) // sockets in any state
	binary.BigEndian.PutUint16(r[8:], uint16(from.Port))
	binary.BigEndian.PutUint16(r[10:], uint16(to.Port))
	copy(r[12:28], fromIP)
	copy(r[28:44], toIP)
	binary.NativeEndian.PutUint64(r[48:], ^uint64(0)) // no cookie
	return b
}

// Find returns the pid and the name of the process, or 0 and "" if they are unknown. For a TCP
// connection, it searches the processes of this user.
func (p Process) Find() (pid int, name string) {
	if pid = p.PID; pid == 0 && p.inode != 0 {
		pid = ownerOf(fmt.Sprintf("socket:[%d]", p.inode))
	}
	if pid == 0 {
		return 0, ""
	}
	comm, _ := datafile.Read(fmt.Sprintf("/proc/%d/comm", pid), datafile.Limit) // the process may have ended
	return pid, strings.TrimSpace(string(comm))
}

// ownerOf returns the pid of a process that has a socket open, or 0.
func ownerOf(socket string) int {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // only the processes of this user
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == socket {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			return pid
		}
	}
	return 0
}

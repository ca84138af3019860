// Package eventlog sends lines to the log services of the system: syslog, and systemd's journal.
package eventlog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"time"
)

// The sockets of the services on Linux.
const (
	SyslogSocket   = "/dev/log"
	JournaldSocket = "/run/systemd/journal/socket"
)

// Syslog sends lines to the syslog service behind a socket, in the format of RFC
// 3164, with the facility authpriv and the severity info.
func Syslog(socket string, lines []string) error {
	return send(socket, lines, func(line string) []byte {
		const authprivInfo = 10<<3 | 6
		return fmt.Appendf(nil, "<%d>%s lanyard[%d]: %s", authprivInfo, time.Now().Format(time.Stamp), os.Getpid(), line)
	})
}

// Journald sends lines to systemd's journal, in the journal's own format: each field
// has its name, its length and its value.
func Journald(socket string, lines []string) error {
	return send(socket, lines, func(line string) []byte {
		var b bytes.Buffer
		for _, f := range [][2]string{{"MESSAGE", line}, {"SYSLOG_IDENTIFIER", "lanyard"}, {"PRIORITY", "6"}} {
			b.WriteString(f[0] + "\n")
			_ = binary.Write(&b, binary.LittleEndian, uint64(len(f[1]))) // a bytes.Buffer returns no error
			b.WriteString(f[1] + "\n")
		}
		return b.Bytes()
	})
}

// send sends one datagram for each line. It does not wait for a service that does not read.
func send(socket string, lines []string, message func(string) []byte) error {
	conn, err := net.DialTimeout("unixgram", socket, time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := conn.Write(message(line)); err != nil {
			return err
		}
	}
	return nil
}

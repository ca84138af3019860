package console

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// sameUser reports whether a client on this machine runs as the same user. It returns true if the
// system does not tell, for example for a browser of Windows that opens a page in WSL.
func sameUser(client, server string) bool {
	data, err := datafile.Read("/proc/net/tcp", 64<<20)
	if err != nil {
		return true
	}
	uid, ok := socketOwner(string(data), client, server)
	return !ok || uid == os.Getuid()
}

// socketOwner returns the user of the socket with these addresses in a table of the format of
// /proc/net/tcp.
func socketOwner(table, local, remote string) (uid int, ok bool) {
	from, err1 := procAddress(local)
	to, err2 := procAddress(remote)
	if err1 != nil || err2 != nil {
		return 0, false
	}
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > 7 && f[1] == from && f[2] == to {
			uid, err := strconv.Atoi(f[7])
			return uid, err == nil
		}
	}
	return 0, false
}

// procAddress returns an IPv4 address and port as /proc/net/tcp writes them.
func procAddress(s string) (string, error) {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return "", err
	}
	if !a.Addr().Unmap().Is4() {
		return "", errors.New("not an IPv4 address")
	}
	ip := a.Addr().Unmap().As4()
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip[:]), a.Port()), nil
}

package console

import (
	"encoding/binary"
	"net"
	"os"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

func TestSocketOwner(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the table is from a little-endian system")
	}
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     7        0 2 1 0
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 0
`
	if uid, ok := socketOwner(table, "127.0.0.1:50000", "127.0.0.1:8080"); uid != 1001 || !ok {
		t.Errorf("owner %d, %v, want 1001", uid, ok)
	}
	for _, client := range []string{"127.0.0.1:50001", "[::1]:50000", "x"} {
		if uid, ok := socketOwner(table, client, "127.0.0.1:8080"); ok {
			t.Errorf("owner of %s: %d", client, uid)
		}
	}
}

func TestOwnSocket(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	data, err := datafile.Read("/proc/net/tcp", 64<<20)
	if err != nil {
		t.Skip(err)
	}
	if uid, ok := socketOwner(string(data), conn.LocalAddr().String(), l.Addr().String()); !ok || uid != os.Getuid() {
		t.Errorf("owner of our socket: %d, %v, want %d", uid, ok, os.Getuid())
	}
	if !sameUser(conn.LocalAddr().String(), l.Addr().String()) {
		t.Error("our own socket belongs to another user")
	}
}

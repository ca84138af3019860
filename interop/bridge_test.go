package interop_test

import (
	"fmt"
	"io"
	"net"
	"os"
)

// bridgeVariable is set if the test binary runs as a bridge.
const bridgeVariable = "LANYARD_INTEROP_BRIDGE"

// bridge passes connections to ports of 127.0.0.1 on to Unix sockets. Each pair of arguments is a
// port and a socket. In a network namespace of its own, a bridge is the only way to the emulator.
// It ends when its stdin ends.
func bridge(pairs []string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		l, err := net.Listen("tcp4", "127.0.0.1:"+pairs[i])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		go pass(l, "unix", pairs[i+1])
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// pass connects the clients of a listener with an address, until the listener is closed.
func pass(l net.Listener, network, address string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			to, err := net.Dial(network, address)
			if err != nil {
				return
			}
			defer to.Close()
			go func() {
				_, _ = io.Copy(to, c)
				_ = to.(interface{ CloseWrite() error }).CloseWrite()
			}()
			_, _ = io.Copy(c, to)
		}()
	}
}

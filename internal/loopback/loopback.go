// Package loopback decides whether a host is this machine. Lanyard allows plain HTTP to
// this machine, for the emulator and other local services.
package loopback

import (
	"net"
	"strings"
)

// Host reports whether a host is this machine: localhost in upper or lower case, an
// address of 127.0.0.0/8 (also in IPv6 form), or ::1 (also with a zone). The host must
// have no port and no brackets. Host does not resolve other names.
func Host(host string) bool {
	if strings.ToLower(host) == "localhost" { // EqualFold would accept a long s (U+017F) as an s
		return true
	}
	if strings.Contains(host, ":") {
		host, _, _ = strings.Cut(host, "%")
	}
	return net.ParseIP(host).IsLoopback()
}

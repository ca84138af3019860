// Package loopback decides whether a host is this machine. Plain HTTP is allowed there,
// for the emulator and other local services.
package loopback

import (
	"net"
	"strings"
)

// Host reports whether a host, without port and brackets, is this machine: localhost in
// any case, an address of 127.0.0.0/8, also in its IPv6 form, or ::1, also with a zone.
// Other names do not count, whatever they resolve to.
func Host(host string) bool {
	if strings.ToLower(host) == "localhost" { // EqualFold would take a long s for an s
		return true
	}
	if strings.Contains(host, ":") {
		host, _, _ = strings.Cut(host, "%")
	}
	return net.ParseIP(host).IsLoopback()
}

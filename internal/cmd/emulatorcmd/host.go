package emulatorcmd

import (
	"net"
	"net/http"
	"strings"
)

// hereOnly answers requests for a name of this machine, and no others. A web page
// in the person's browser can make its own name lead to this machine, and would
// then read the organization's pages as one of its own.
func hereOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isHere(r.Host) {
			http.Error(w, "the emulator answers by the names of this machine only", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// isHere says whether a Host header names this machine: a loopback address,
// localhost, or a name below it (buckets have their own).
func isHere(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

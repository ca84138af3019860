package emulator

import (
	"net/http"
	"time"
)

// NewServer returns a server for h with time limits that keep slow clients from
// holding connections for ever. Set its Addr, or give it a listener; keep both on
// the loopback interface.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      2 * time.Minute, // a fault may delay an answer
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// Package emulatortest starts Identity Center emulators for tests, and signs in as a user.
//
// A test starts a server. It runs a program with the variables of [Server.Env], so that the
// program connects to the server. Then it calls [Server.SignIn], which does what a user does
// in the browser:
//
//	srv := emulatortest.Start(t, emulator.Config{})
//	cmd := exec.Command("aws", "sso", "login", "--no-browser")
//	cmd.Env = append(os.Environ(), srv.Env()...)
//	… read the URL that cmd prints …
//	err := srv.SignIn(t.Context(), address, "jane")
//
// A Server is also an [emulator.Emulator]. The test can move its clock, end sessions, add
// faults and count requests:
//
//	srv.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Count: 2, Status: 429})
//	… run the program …
//	if n := srv.Count("GetRoleCredentials"); n > 3 {
//		t.Errorf("%d requests, want at most 3", n)
//	}
//
// [TestClient] is a conformance suite for clients.
package emulatortest

import (
	"errors"
	"log"
	"net"
	"net/http"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A Server is an emulator that listens on 127.0.0.1.
type Server struct {
	*emulator.Emulator
	URL string // without a slash at the end
}

// Start starts a server that runs until the test ends. If the Config is wrong, Start
// fails the test.
func Start(t testing.TB, c emulator.Config) *Server {
	t.Helper()
	e, err := emulator.New(c)
	if err != nil {
		t.Fatalf("emulator: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("emulator: %v", err)
	}
	srv := emulator.NewServer(e)
	srv.ErrorLog = log.New(t.Output(), "emulator: ", 0)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		_ = srv.Close() // Close fails only if the server is already closed
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("emulator: %v", err)
		}
	})
	return &Server{Emulator: e, URL: "http://" + l.Addr().String()}
}

// Env returns the environment variables, as KEY=VALUE, that point the AWS CLI and the SDKs at the
// server. Also set HOME to a temporary folder, so that the test does not overwrite real sessions.
func (s *Server) Env() []string {
	return emulator.Env(s.URL)
}

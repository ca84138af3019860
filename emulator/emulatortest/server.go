// Package emulatortest gives tests a running Identity Center emulator, and a
// person to sign in at it.
//
// A test starts a server, points its program at it with the variables of
// [Server.Env], and lets [Server.SignIn] play the person in front of the browser:
//
//	srv := emulatortest.Start(t, emulator.Config{})
//	cmd := exec.Command("aws", "sso", "login", "--no-browser")
//	cmd.Env = append(os.Environ(), srv.Env()...)
//	… read the address that cmd prints …
//	err := srv.SignIn(t.Context(), address, "jane")
//
// The Server is also the [emulator.Emulator], so the test can move its clock, end
// sessions, break operations and count requests:
//
//	srv.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Count: 2, Status: 429})
//	… run the program …
//	if n := srv.Count("GetRoleCredentials"); n > 3 {
//		t.Errorf("%d requests, that is too eager", n)
//	}
//
// Authors of a client can run it through the conformance suite, [TestClient].
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

// Start starts a server that runs until the test ends. A bad Config ends the
// test.
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
		_ = srv.Close() // it can only fail to close what is closed
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("emulator: %v", err)
		}
	})
	return &Server{Emulator: e, URL: "http://" + l.Addr().String()}
}

// Env returns the variables, as KEY=VALUE, that send the AWS CLI and the SDKs to
// the server. Add them to an environment with a HOME of its own, so that nobody's
// real session is overwritten.
func (s *Server) Env() []string {
	return emulator.Env(s.URL)
}

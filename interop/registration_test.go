package interop_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A client registration is good for 90 days, and both programs keep it in the
// same file. Neither may be kept from signing in by what the other has left.
func TestSharedRegistration(t *testing.T) {
	aws, lanyard := clientNamed("AWS CLI v2"), clientNamed("lanyard")
	code := []string{"--use-device-code"} // all that the AWS CLI knew before 2.22, which has no such flag
	tests := []struct {
		name          string
		first, second client
		flags         []string // of lanyard
		registrations int
	}{
		{name: "by code both, first the AWS CLI", first: aws, second: lanyard, flags: code, registrations: 1},
		{name: "by code both, first lanyard", first: lanyard, second: aws, flags: code, registrations: 1},
		{name: "in the browser after by code", first: aws, second: lanyard, registrations: 2},
		{name: "by code after in the browser", first: lanyard, second: aws, registrations: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			aws.need(t)
			h := newHome(t, setups[0], emulator.Config{})
			for _, c := range []client{tt.first, tt.second} {
				if c.name == "lanyard" {
					h.loginWith(t, c, tt.flags...)
				} else {
					h.loginWith(t, c)
				}
			}
			if n := h.srv.Count("RegisterClient"); n > tt.registrations {
				t.Errorf("%d registrations, want at most %d", n, tt.registrations)
			}
			h.checkRefresh(t, lanyard)
			h.checkRefresh(t, aws)
		})
	}
}

package interop_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A client registration is valid for 90 days. lanyard and the AWS CLI store it in the same file.
// Each program can sign in with the registration of the other program, or replaces it.
func TestSharedRegistration(t *testing.T) {
	aws, lanyard := clientNamed("AWS CLI v2"), clientNamed("lanyard")
	code := []string{"--use-device-code"} // the AWS CLI before 2.22 always uses a device code, and does not know the flag
	tests := []struct {
		name          string
		first, second client
		flags         []string // the flags of lanyard
		registrations int
	}{
		{name: "device codes, the AWS CLI first", first: aws, second: lanyard, flags: code, registrations: 1},
		{name: "device codes, lanyard first", first: lanyard, second: aws, flags: code, registrations: 1},
		{name: "browser after device code", first: aws, second: lanyard, registrations: 2},
		{name: "device code after browser", first: lanyard, second: aws, registrations: 2},
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

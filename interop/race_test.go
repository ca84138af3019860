package interop_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/proctest"

	"github.com/lanyard-cli/lanyard/emulator"
)

// The AWS CLI and boto3 take no lock. They may use the refresh token at the same time as lanyard.
// Then the service rejects lanyard's refresh, and lanyard waits for the file that the other
// program is about to write.
//
// The emulator would end the session if a refresh token is used twice. AWS only rejects the
// second use, so the test plays that with a fault.
func TestRefreshAtTheSameTime(t *testing.T) {
	each(t, others(everyClient()), func(t *testing.T, c client) {
		t.Parallel()
		h := newHome(t, setups[0], emulator.Config{})
		h.loginWith(t, clientNamed("lanyard"))
		h.expire(t)
		const operation = "CreateToken:refresh_token"
		h.srv.AddFault(emulator.Fault{Operation: operation, Count: 1, Delay: time.Second})
		theirs := h.start(t, c.whoami("dev"))
		proctest.Eventually(t, "the refresh of the "+c.name, func() bool { return h.srv.Count(operation) == 1 })
		h.srv.AddFault(emulator.Fault{Operation: operation, Count: 1, Status: http.StatusBadRequest, Code: "InvalidGrantException"})
		ours := h.run(t, clientNamed("lanyard").whoami("dev"))
		checkAdmin(t, ours)
		checkAdmin(t, theirs())
		if n := h.srv.Count(operation); n != 2 {
			t.Errorf("%d refreshes, want 2: the client's, and the refused one of lanyard", n)
		}
		h.checkRefresh(t, clientNamed("lanyard"))
	})
}

// If the service rejects a refresh of the AWS CLI or boto3, they use their token while it is
// valid.
func TestRejectedRefreshWithValidToken(t *testing.T) {
	early := slices.DeleteFunc(oneOfEach(), func(c client) bool { return !c.python }) // the SDKs for Go and JavaScript refresh later
	each(t, early, func(t *testing.T, c client) {
		t.Parallel()
		h := newHome(t, setups[0], emulator.Config{})
		h.loginWith(t, clientNamed("lanyard"))
		h.setExpiry(t, time.Now().Add(10*time.Minute))
		const operation = "CreateToken:refresh_token"
		h.srv.AddFault(emulator.Fault{Operation: operation, Count: 1, Delay: 500 * time.Millisecond, Status: http.StatusBadRequest, Code: "InvalidGrantException"})
		theirs := h.start(t, c.whoami("dev"))
		proctest.Eventually(t, "the refresh of the "+c.name, func() bool { return h.srv.Count(operation) == 1 })
		checkAdmin(t, h.run(t, clientNamed("lanyard").whoami("dev")))
		refreshed := h.token(t)
		checkAdmin(t, theirs())
		if n := h.srv.Count(operation); n != 2 || h.token(t) != refreshed {
			t.Errorf("%d refreshes, want 2; the file has lanyard's new token: %v", n, h.token(t) == refreshed)
		}
		h.checkRefresh(t, clientNamed("lanyard"))
	})
}

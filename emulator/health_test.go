package emulator_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A health check changes no counts, and faults do not affect it.
func TestHealthCheck(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.srv.ResetCounts()
	x.srv.AddFault(emulator.Fault{Status: 500})
	for _, method := range []string{"GET", "HEAD"} {
		if resp, out := x.do(method, emulator.HealthPath, nil); resp.StatusCode != 200 || method == "GET" && out["status"] != "ok" {
			t.Errorf("%s: status %d, body %v, want 200", method, resp.StatusCode, out)
		}
	}
	if got := x.srv.Counts(); len(got) != 0 {
		t.Errorf("counts %v, want none", got)
	}
}

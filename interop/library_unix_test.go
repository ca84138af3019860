//go:build unix

package interop_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A Go program with package provider continues with new credentials when the first ones expire.
func TestExpiryInLibrary(t *testing.T) {
	t.Parallel()
	h, longer := newShortHome(t)
	p := h.begin(t, clientNamed("SDK for Go").with([]string{"library"}, h.path("end")), "AWS_PROFILE=short")
	proctest.Eventually(t, "the first identity", func() bool { return p.Over() || strings.Contains(p.Stdout.String(), "\n") })
	h.expireShort(t, longer)
	if err := os.WriteFile(h.path("end"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := p.Wait(t)
	var first, second ambientIdentity
	d := json.NewDecoder(strings.NewReader(r.Stdout))
	if err := errors.Join(d.Decode(&first), d.Decode(&second)); err != nil || r.Code != 0 {
		t.Fatalf("%v, exit code %d; stderr: %s", err, r.Code, r.Stderr)
	}
	if first.identity != second.identity || !strings.HasPrefix(second.Arn, otherARN) || first.Key == second.Key {
		t.Errorf("the identities are %+v and %+v, want the same role with two keys", first, second)
	}
}

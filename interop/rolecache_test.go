package interop_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// The name of a role's cache file is a hash of JSON with Python's escapes for letters outside
// ASCII. The name of a token file is a hash of the unescaped letters.
const foreignName = "société-𝒳"

// Each program uses the role credentials that the other program has fetched.
func TestSharedRoleCache(t *testing.T) {
	foreign := setup{"foreign letters", strings.ReplaceAll(sessionConfig, "corp", foreignName), foreignName}
	for _, s := range append([]setup{foreign}, setups...) {
		for _, order := range [][2]string{{"lanyard", "AWS CLI v2"}, {"AWS CLI v2", "lanyard"}} {
			t.Run(s.name+" from "+order[0], func(t *testing.T) {
				t.Parallel()
				first, second := clientNamed(order[0]), clientNamed(order[1])
				first.need(t)
				second.need(t)
				h := newHome(t, s, emulator.Config{})
				h.loginWith(t, first)
				h.checkAdmin(t, first)
				files := h.listing(t, "cli", ".json")
				h.checkAdmin(t, second)
				if n := h.srv.Count("GetRoleCredentials"); n != 1 {
					t.Errorf("%d requests for role credentials, want 1", n)
				}
				if now := h.listing(t, "cli", ".json"); len(files) != 1 || len(now) != 1 || files[0] != now[0] {
					t.Errorf("the role files are %v, then %v; want one file, the same both times", files, now)
				}
				h.checkWithoutToken(t, second)
			})
		}
	}
}

// checkWithoutToken checks that the client uses role credentials in the cache until they expire,
// even without a token.
func (h *home) checkWithoutToken(t *testing.T, c client) {
	t.Helper()
	if err := os.Remove(h.tokenPath()); err != nil {
		t.Fatal(err)
	}
	h.checkAdmin(t, c)
	if n := h.srv.Count("GetRoleCredentials"); n != 1 {
		t.Errorf("without a token: %d requests for role credentials, want 1", n)
	}
}

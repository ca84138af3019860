package stormtest_test

import (
	"strconv"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A file or folder that could not be read once is not an absent one: a sign-out that
// reports success has removed the token and the credentials.
func TestALogoutThatCannotReadSaysSo(t *testing.T) {
	t.Parallel()
	needStrace(t)
	places := map[string]func(h *home) string{
		"the token":     func(h *home) string { return h.cache().TokenPath("corp") },
		"the folder":    func(h *home) string { return h.cache().SSO() },
		"the roles":     func(h *home) string { return h.cache().Roles() },
		"a role's file": func(h *home) string { return h.files(t, h.cache().Roles(), ".json")[0] },
	}
	for name, place := range places {
		for when := 1; when <= 5; when++ {
			t.Run(name+"/"+strconv.Itoa(when), func(t *testing.T) {
				t.Parallel()
				h := newHome(t, emulator.Config{}, config)
				h.signIn(t)
				if r := h.credentials(t, "dev"); r.code != 0 {
					t.Fatalf("exit %d: %s", r.code, r.stderr)
				}
				fault := "inject=openat:error=EIO:when=" + strconv.Itoa(when)
				r := h.startProgram(t, nil, "strace", "-f", "-qq", "-o", "/dev/null", "-P", place(h), "-e", fault, program, "sso", "logout").wait(t)
				left := append(h.files(t, h.cache().SSO(), ".json"), h.files(t, h.cache().Roles(), ".json")...)
				for _, path := range left {
					if readJSON(t, path)["clientSecret"] != nil && readJSON(t, path)["accessToken"] == nil {
						continue // a registration stays
					}
					if r.code == 0 {
						t.Errorf("exit 0, and %s is left: %s", path, r.stderr)
					}
				}
			})
		}
	}
}

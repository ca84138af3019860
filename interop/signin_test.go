package interop_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// signInURL matches the address of a sign-in page that a program prints. The address is
// /authorize, or the device page with the code.
var signInURL = regexp.MustCompile(`https?://\S+(/authorize\?|user_code=)\S+\s`)

// signIn runs a command that waits for a sign-in. It signs jane in at the address that the
// command prints, and returns the command's stdout.
func (h *home) signIn(t *testing.T, command invocation, env ...string) string {
	t.Helper()
	p := h.begin(t, command, env...)
	var address string
	proctest.Eventually(t, "the sign-in address, or the end", func() bool {
		address = strings.TrimSpace(signInURL.FindString(p.Stdout.String() + p.Stderr.String()))
		return address != "" || p.Over()
	})
	if address != "" {
		if err := h.srv.SignIn(t.Context(), address, "jane"); err != nil {
			t.Fatalf("%s: %v", command, err)
		}
	}
	if r := p.Wait(t); r.Code != 0 || address == "" {
		t.Fatalf("%s: exit code %d, address printed: %v, want 0 and an address\n%s%s", command, r.Code, address != "", r.Stdout, r.Stderr)
	}
	return p.Result.Stdout
}

// loginWith signs jane in with "sso login". The client opens its browser, and jane signs in on
// that page.
func (h *home) loginWith(t *testing.T, c client, flags ...string) {
	t.Helper()
	c.need(t)
	program, visited := browserProgram(t)
	wait := h.start(t, c.with([]string{"sso", "login", "--profile", "dev"}, flags...), "BROWSER="+program)
	var address []byte
	proctest.Eventually(t, c.name+" to open its browser", func() (opened bool) {
		var err error
		address, err = os.ReadFile(visited)
		return err == nil
	})
	if err := h.srv.SignIn(t.Context(), string(address), "jane"); err != nil {
		t.Errorf("%s: %v", c.name, err)
	}
	wait().must(t)
}

// browserProgram writes a program for BROWSER. The program writes the address to the file
// visited.
func browserProgram(t *testing.T) (program, visited string) {
	t.Helper()
	dir := t.TempDir()
	program, visited = filepath.Join(dir, "browser"), filepath.Join(dir, "visited")
	script := "#!/bin/sh\nprintf %s \"$1\" >" + visited + ".new && mv " + visited + ".new " + visited + "\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return program, visited
}

// checkNoLoginSince runs f and checks that no client signs in meanwhile.
func (h *home) checkNoLoginSince(t *testing.T, f func()) {
	t.Helper()
	count := func() int {
		return h.srv.Count("Authorize") + h.srv.Count("RegisterClient") + h.srv.Count("StartDeviceAuthorization") +
			h.srv.Count("CreateToken:device_code") + h.srv.Count("CreateToken:authorization_code")
	}
	before := count()
	f()
	if n := count() - before; n != 0 {
		t.Errorf("%d requests for a new sign-in, want 0", n)
	}
}

package interop_test

import (
	"bufio"
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
)

// signInURL is an address that a program prints for the person: of /authorize,
// or of the device page with the code in it.
var signInURL = regexp.MustCompile(`https?://\S+(/authorize\?|user_code=)\S+`)

// signIn runs a command that waits for a person, lets jane sign in at the
// address it prints, and returns its output.
func (h *home) signIn(t *testing.T, in invocation, env ...string) string {
	t.Helper()
	if in.python {
		pythons <- struct{}{}
		defer func() { <-pythons }()
	}
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	defer cancel()
	cmd := h.command(ctx, in, env...)
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", in, err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		w.Close()
	}()
	var out strings.Builder
	signedIn := false
	for lines := bufio.NewScanner(r); lines.Scan(); {
		out.WriteString(lines.Text() + "\n")
		if address := signInURL.FindString(lines.Text()); address != "" && !signedIn {
			signedIn = true
			if err := h.srv.SignIn(ctx, address, "jane"); err != nil {
				t.Errorf("%s: %v", in, err)
				cancel()
			}
		}
	}
	if err := <-ended; err != nil || !signedIn {
		t.Fatalf("%s: %v, shown an address: %v\n%s", in, err, signedIn, out.String())
	}
	return out.String()
}

// loginWith signs in by a command line of the AWS CLI's form.
func (h *home) loginWith(t *testing.T, c client, flags ...string) {
	t.Helper()
	c.need(t)
	h.signIn(t, c.with([]string{"sso", "login", "--no-browser", "--profile", "dev"}, flags...))
}

// checkNoLoginSince runs f and expects that nobody signs in meanwhile.
func (h *home) checkNoLoginSince(t *testing.T, f func()) {
	t.Helper()
	count := func() int {
		return h.srv.Count("Authorize") + h.srv.Count("RegisterClient") + h.srv.Count("StartDeviceAuthorization") +
			h.srv.Count("CreateToken:device_code") + h.srv.Count("CreateToken:authorization_code")
	}
	before := count()
	f()
	if n := count() - before; n != 0 {
		t.Errorf("%d requests for a new sign-in", n)
	}
}

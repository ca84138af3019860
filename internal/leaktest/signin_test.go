//go:build unix

package leaktest_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

const user = "jane" // of the emulator's default organization

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/(?:authorize\?|\S+user_code=)\S+`)

// awaitURL waits until a process has printed a sign-in URL or opened it in a browser.
func (w *fixture) awaitURL(t *testing.T, p *proctest.Process, inBrowser bool) (signInURL string) {
	t.Helper()
	proctest.Eventually(t, "the address of the sign-in", func() bool {
		text := p.Stdout.String()
		if inBrowser {
			noted, _ := os.ReadFile(w.path("aside/visited")) // the file may not exist yet
			text = string(noted)
		}
		signInURL = address.FindString(text)
		return signInURL != ""
	})
	if inBrowser {
		if err := os.Remove(w.path("aside/visited")); err != nil {
			t.Error(err)
		}
	}
	return signInURL
}

// signIn signs the user in through the program. The printed URL may hold state and challenge.
// The browser flow's URL must hold them.
func (w *fixture) signIn(t *testing.T, flags ...string) {
	t.Helper()
	p := w.start(t, append([]string{"sso", "login", "--sso-session", "corp"}, flags...)...)
	if err := w.srv.SignIn(t.Context(), w.awaitURL(t, p, len(flags) == 0), user); err != nil {
		t.Error(err)
	}
	may := visit
	if len(flags) > 1 {
		may = 0
	}
	w.wait(t, p, may, 0)
}

// signInWrongly starts sign-ins that fail.
func (w *fixture) signInWrongly(t *testing.T) {
	t.Helper()
	begin := func() (*proctest.Process, string) {
		p := w.start(t, "sso", "login", "--sso-session", "corp", "--no-browser")
		return p, w.awaitURL(t, p, false)
	}
	// The user refuses.
	p, to := begin()
	if err := w.srv.Refuse(t.Context(), to, user); err != nil {
		t.Error(err)
	}
	w.wait(t, p, visit, 255)

	// Ctrl-C.
	p, _ = begin()
	p.Signal(t, os.Interrupt)
	w.wait(t, p, visit, 130)

	// Another program sends a code with a wrong state.
	p, to = begin()
	forge(t, w, to)
	if err := w.srv.SignIn(t.Context(), to, user); err != nil {
		t.Error(err)
	}
	w.wait(t, p, visit, 0)

	// The code is right, but the service refuses it and quotes it.
	p, to = begin()
	w.wire.set(false, inMessage)
	_ = w.srv.SignIn(t.Context(), to, user) // the page says that it failed
	w.wait(t, p, visit, 254)
	w.wire.set(false, nil)

	// The service does not answer.
	w.srv.AddFault(emulator.Fault{Operation: "CreateToken", Drop: true})
	p, to = begin()
	_ = w.srv.SignIn(t.Context(), to, user)
	w.wait(t, p, visit, 255)
	w.srv.ClearFaults()
}

// forge calls the program's callback URL with a code and a wrong state.
func forge(t *testing.T, w *fixture, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w.secrets.learn(code, "forged code", "code-that-somebody-has-forged", false)
	w.secrets.learn(visit, "forged state", "state-that-somebody-has-forged", false)
	resp, err := http.Get(u.Query().Get("redirect_uri") + "?code=code-that-somebody-has-forged&state=state-that-somebody-has-forged")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong state gets status %d, want 400", resp.StatusCode)
	}
}

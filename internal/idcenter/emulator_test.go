package idcenter

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

const startURL = "https://d-1234567890.awsapps.com/start"

// A terminalUser is a user at a terminal, with the emulator as the service.
type terminalUser struct {
	srv *emulatortest.Server
	c   *Client
	// visits receives the result of each visit of the browser.
	visits chan error

	mu    sync.Mutex
	shown string
}

func newDesk(t *testing.T, conf emulator.Config) *terminalUser {
	t.Helper()
	srv := emulatortest.Start(t, conf)
	return &terminalUser{srv: srv, c: client(t, Options{Region: "us-east-1", OIDCEndpoint: srv.URL, PortalEndpoint: srv.URL}), visits: make(chan error, 10)}
}

func (d *terminalUser) show(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown += text
}

// signsIn is a browser in which the user signs in and approves.
func (d *terminalUser) signsIn(ctx context.Context, url string) error {
	err := d.srv.SignIn(ctx, url, "jane")
	d.visits <- err
	return err
}

// refuses is a browser in which the user signs in and refuses.
func (d *terminalUser) refuses(ctx context.Context, url string) error {
	err := d.srv.Refuse(ctx, url, "jane")
	d.visits <- err
	return err
}

func (d *terminalUser) browserEnded(t *testing.T) {
	t.Helper()
	select {
	case err := <-d.visits:
		if err != nil {
			t.Errorf("browser: %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the browser did not finish")
	}
}

// A shelf keeps one client registration.
type shelf struct {
	reg          Registration
	full         bool
	saved, drops int
}

func (s *shelf) Load() (Registration, bool) { return s.reg, s.full }
func (s *shelf) Save(reg Registration) error {
	s.reg, s.full, s.saved = reg, true, s.saved+1
	return nil
}
func (s *shelf) Drop(string) error { s.full, s.drops = false, s.drops+1; return nil }

// The test signs in, lists accounts and roles, gets credentials, refreshes the token and
// signs out.
func TestSignInByBrowser(t *testing.T) {
	d := newDesk(t, emulator.Config{})
	kept := &shelf{}
	res, err := d.c.SignIn(t.Context(), SignIn{
		SessionName: "corp", StartURL: startURL, Scopes: []string{"sso:account:access"},
		Registrations: kept, Open: d.signsIn, Show: d.show,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.browserEnded(t)
	want := regexp.MustCompile(`\AAttempting to open your default browser. If the browser does not open, open the following URL.
If you are unable to open the URL on this device, run this command again with the '--use-device-code' option.

` + regexp.QuoteMeta(d.srv.URL) + `/authorize\?response_type=code&client_id=[^&]+&redirect_uri=http%3A%2F%2F127.0.0.1%3A\d+%2Foauth%2Fcallback&` +
		`state=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}&code_challenge_method=S256&scopes=sso%3Aaccount%3Aaccess&code_challenge=[A-Za-z0-9_-]{43}

\z`)
	if !want.MatchString(d.shown) {
		t.Errorf("shown:\n%s\nwant %s", d.shown, want)
	}
	if res.Grant.AccessToken.IsZero() || res.Grant.RefreshToken.IsZero() || res.Grant.Lifetime != time.Hour {
		t.Errorf("grant %+v, want an access token, a refresh token and the configured lifetime", res.Grant)
	}
	if kept.saved != 1 || kept.reg.ClientID != res.Registration.ClientID || len(kept.reg.GrantTypes) != 3 || time.Until(kept.reg.ExpiresAt) < 80*24*time.Hour {
		t.Errorf("registration kept %d times: %+v, want once, with three grant types and for 80 days or more", kept.saved, kept.reg)
	}

	var account Account
	accounts := 0
	for a, err := range d.c.Accounts(t.Context(), res.Grant.AccessToken) {
		if err != nil {
			t.Fatal(err)
		}
		account = a
		accounts++
	}
	var role Role
	for r, err := range d.c.Roles(t.Context(), res.Grant.AccessToken, account.ID) {
		if err != nil {
			t.Fatal(err)
		}
		role = r
	}
	t.Logf("%d accounts, the last %+v, with %+v", accounts, account, role)

	next, err := d.c.Refresh(t.Context(), res.Registration, res.Grant.RefreshToken)
	if err != nil || next.RefreshToken.Equal(res.Grant.RefreshToken) || next.AccessToken.Equal(res.Grant.AccessToken) {
		t.Fatalf("refresh: %+v, %v; want new tokens", next, err)
	}
	keys, err := d.c.RoleCredentials(t.Context(), next.AccessToken, account.ID, role.Name)
	if err != nil || !strings.HasPrefix(keys.AccessKeyID, "ASIA") || time.Until(keys.Expiration) < 50*time.Minute {
		t.Errorf("keys %+v, %v; want keys for at least 50 minutes", keys, err)
	}
	if _, err := d.c.RoleCredentials(t.Context(), next.AccessToken, account.ID, "NoSuchRole"); !errors.Is(err, ErrForbidden) {
		t.Errorf("role that is not assigned: %v, want ErrForbidden", err)
	}
	if err := d.c.Logout(t.Context(), next.AccessToken); err != nil {
		t.Error(err)
	}
	if _, err := d.c.RoleCredentials(t.Context(), next.AccessToken, account.ID, role.Name); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("after the logout: %v, want ErrUnauthorized", err)
	}
	if _, err := d.c.Refresh(t.Context(), res.Registration, next.RefreshToken); !errors.Is(err, ErrInvalidGrant) {
		t.Errorf("refresh after the logout: %v, want ErrInvalidGrant", err)
	}
}

func TestSignInByCode(t *testing.T) {
	d := newDesk(t, emulator.Config{})
	kept := &shelf{}
	s := SignIn{SessionName: "corp", StartURL: startURL, Device: true, Registrations: kept, Open: d.signsIn, Show: d.show, Timeout: 20 * time.Second}
	res, err := d.c.SignIn(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	d.browserEnded(t)
	want := regexp.MustCompile(`\AAttempting to open your default browser.
If the browser does not open or you wish to use a different device to authorize this request, open the following URL:

http\S+

Then enter the code:

[A-Z]{4}-[A-Z]{4}

Only approve this code if you started this sign-in yourself. Never approve a
code that another person sent you: [^\n]+
\z`)
	if !want.MatchString(d.shown) {
		t.Errorf("shown:\n%s\nwant %s", d.shown, want)
	}
	// A refresh token needs the scope sso:account:access.
	if res.Grant.AccessToken.IsZero() || !res.Grant.RefreshToken.IsZero() {
		t.Errorf("grant %+v, want an access token and no refresh token", res.Grant)
	}

	s.Scopes = []string{"sso:account:access"} // the kept registration does not have this scope
	res, err = d.c.SignIn(t.Context(), s)
	if err != nil || res.Grant.RefreshToken.IsZero() || kept.saved != 2 {
		t.Errorf("grant %+v, %d registrations, %v; want a refresh token and 2 registrations", res.Grant, kept.saved, err)
	}
	d.browserEnded(t)
	if _, err = d.c.SignIn(t.Context(), s); err != nil || kept.saved != 2 {
		t.Errorf("second sign-in: %d registrations, %v; want 2", kept.saved, err)
	}
}

// Both flows tell the user that no browser opens.
func TestNoBrowser(t *testing.T) {
	for _, device := range []bool{false, true} {
		d := newDesk(t, emulator.Config{})
		address := regexp.MustCompile(`http\S+(?:user_code|code_challenge=)\S+`)
		s := SignIn{StartURL: startURL, Device: device, NoBrowser: true, Open: func(context.Context, string) error {
			t.Error("a browser was opened")
			return nil
		}}
		s.Show = func(text string) {
			d.show(text)
			if url := address.FindString(text); url != "" {
				go func() { _ = d.signsIn(t.Context(), url) }()
			}
		}
		if _, err := d.c.SignIn(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		d.browserEnded(t)
		want := `\ABrowser will not be automatically opened.
Please visit the following URL:

http\S+code_challenge=\S+
\z`
		if device {
			want = `\ABrowser will not be automatically opened.
Please visit the following URL:

http\S+

Then enter the code:

[A-Z]{4}-[A-Z]{4}

Alternatively, you may visit the following URL which will autofill the code upon loading:
http\S+user_code=[A-Z]{4}-[A-Z]{4}

Only approve this code .*
code that .*
\z`
		}
		if !regexp.MustCompile(want).MatchString(d.shown) {
			t.Errorf("shown:\n%s\nwant %s", d.shown, want)
		}
	}
}

func TestRefused(t *testing.T) {
	d := newDesk(t, emulator.Config{})
	_, err := d.c.SignIn(t.Context(), SignIn{StartURL: startURL, Open: d.refuses})
	var refusal *CallbackError
	if !errors.As(err, &refusal) || refusal.Code != "access_denied" ||
		!strings.HasPrefix(err.Error(), "Error loading authorization code: Failed to retrieve an authorization code.\n\nAdditional error details:\nerror: access_denied") {
		t.Errorf("browser: %v, want access_denied", err)
	}
	d.browserEnded(t)

	_, err = d.c.SignIn(t.Context(), SignIn{StartURL: startURL, Device: true, Open: d.refuses})
	if err == nil || !strings.HasPrefix(err.Error(), "An error occurred (AccessDeniedException) when calling the CreateToken operation:\n\nAdditional error details:\nerror: access_denied\n") {
		t.Errorf("device: %v, want an AccessDeniedException", err)
	}
	d.browserEnded(t)
}

func TestBadStartURL(t *testing.T) {
	d := newDesk(t, emulator.Config{})
	_, err := d.c.SignIn(t.Context(), SignIn{StartURL: "https://d-0000000000.awsapps.com/start", Device: true, Show: d.show})
	if err == nil || !strings.HasPrefix(err.Error(), "An error occurred (InvalidRequestException) when calling the StartDeviceAuthorization operation:") {
		t.Errorf("error %v, want an InvalidRequestException", err)
	}
	if d.shown != "" {
		t.Errorf("shown: %s, want nothing", d.shown)
	}
}

// The service does not know the kept registration. The sign-in continues with a new
// registration.
func TestUnknownClient(t *testing.T) {
	for _, device := range []bool{false, true} {
		d := newDesk(t, emulator.Config{})
		kept := &shelf{full: true, reg: Registration{ClientID: "gone", ClientSecret: secret.New("secret-2"), ExpiresAt: time.Now().Add(time.Hour)}}
		if !device {
			// The emulator's page /authorize accepts the client, so that the user gets a code.
			res, err := d.c.SignIn(t.Context(), SignIn{StartURL: startURL, Registrations: kept, Open: d.signsIn})
			if err != nil {
				t.Fatal(err)
			}
			d.browserEnded(t)
			kept.reg = res.Registration
			d.srv.AddFault(emulator.Fault{Operation: "CreateToken", Count: 1, Status: 401, Code: "InvalidClientException"})
		}
		kept.saved = 0
		res, err := d.c.SignIn(t.Context(), SignIn{StartURL: startURL, Device: device, Registrations: kept, Open: d.signsIn, Show: d.show})
		if err != nil || kept.drops != 1 || kept.saved != 1 || !kept.full || res.Registration.ClientID != kept.reg.ClientID {
			t.Errorf("device %v: %d dropped, %d saved, %v; want one dropped and one saved registration", device, kept.drops, kept.saved, err)
		}
		if n := strings.Count(d.shown, "Attempting to open"); !device && n != 2 {
			t.Errorf("%d URLs shown, want 2", n)
		}
	}
}

package signin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Options select the sessions and the way to sign in. The zero value signs in with the browser
// of this machine.
type Options struct {
	Session              string
	NoBrowser, UseDevice bool
	CallbackPort         int
	All                  bool
	IfNeeded, Force      bool
	Quiet                bool   // do not print that the sign-in succeeded
	Caller               string // the command's name, for other processes that wait for the sign-in
	unasked              bool   // by auto_login, for another command
}

// IsLoopback reports whether a base URL is on this machine.
func IsLoopback(base string) bool {
	u, err := url.Parse(base)
	return err == nil && loopback.Host(u.Hostname())
}

// Login signs in to one session and prints the result. It returns the session with its
// current region: a vanity start URL may redirect to another region.
func Login(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o Options) (profile.Session, error) {
	configured := s
	s, in, err := signIn(ctx, w, p, s, o)
	if err != nil {
		return s, ExplainOrigin(w, err)
	}
	if in.Force = o.Force; in.Force {
		if in.Roles, err = w.RoleFiles(s); err != nil {
			return s, err
		}
	}
	in.Waiting = func(h broker.Process, _ time.Duration) {
		w.App.Warn(fmt.Sprintf("waiting for %s to sign in to %s", h, s.StartURL), "")
	}
	tok, err := w.Broker.Login(ctx, s, in)
	if err != nil {
		return s, explainLogin(w, s, err)
	}
	if o.Force {
		w.ForgetByAgent(ctx)
	}
	w.WakeAgent(ctx)
	if err := updateRegion(ctx, w, configured, s.Region, o); err != nil {
		return s, err
	}
	if !o.Quiet {
		fmt.Fprint(w.App.Out.Raw(), w.App.OutStyle().Good("Successfully logged into Start URL:"))
		fmt.Fprintf(w.App.Out, " %s\n", s.StartURL)
	}
	if s.Name == "" && s.AutoRefresh == profile.On {
		w.App.Warn(fmt.Sprintf("this token expires in %s; only lanyard can refresh it, because the profiles of %s have no sso_session",
			output.Until(tok.ExpiresAt, w.App.Now()), s.StartURL),
			"to let every SDK refresh it, run: lanyard configure upgrade --sso-start-url "+command.Quote(s.StartURL))
	}
	return s, nil
}

// signIn prepares a sign-in. It returns the session with its current region, and the
// [broker.SignIn] for the broker.
func signIn(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o Options) (profile.Session, broker.SignIn, error) {
	issuer, region, err := resolveIssuer(ctx, w, p, s)
	if err != nil {
		return s, broker.SignIn{}, err
	}
	s.Region = region
	if err := w.Broker.MaySignIn(s, o.Force); err != nil {
		return s, broker.SignIn{}, err
	}
	endpoint, err := w.Broker.SignInEndpoint(s)
	if err != nil {
		return s, broker.SignIn{}, err
	}
	if err := w.IntoMemory(ctx, s); err != nil {
		return s, broker.SignIn{}, err
	}
	client, err := w.Client(p, issuer, region)
	if err != nil {
		return s, broker.SignIn{}, err
	}
	out := messages(w, o)
	request := idcenter.SignIn{
		SessionName: s.Name, StartURL: s.StartURL, Scopes: s.Scopes,
		// Browsers add a fragment to the start URL, but the service does not know the fragment.
		IssuerURL: starturl.Portal(issuer),
		Device:    o.UseDevice, NoBrowser: o.NoBrowser, CallbackPort: cmp.Or(o.CallbackPort, s.CallbackPort),
		Show: func(text string) { fmt.Fprint(out, text) },
		Now:  w.App.Now,
	}
	if o.unasked {
		// Other processes wait a little longer than request.Timeout, so that they see the result.
		request.Timeout = broker.AutoLoginLimit - callBudget
		request.ByCode = SessionLogin(w.App, s) + " --use-device-code"
	}
	if s.Name == "" {
		// A legacy profile gets the AWS CLI's eight-hour token. Other tools can use this token, but
		// it cannot be refreshed. If sso_auto_refresh is on, the profile gets a refreshable token.
		if s.AutoRefresh == profile.On {
			request.Scopes = []string{profile.AccessScope}
		} else {
			request.Device = true
		}
	}
	switch {
	case s.Browser == profile.PrintURL:
		request.NoBrowser = true
	case !o.NoBrowser && browserPlace(w.App) == here && !browser.Declined(w.App.Env.Environ()):
		choice, err := browser.ParseChoice(s.Browser)
		if err != nil {
			w.App.Warn(s.BrowserFrom+": "+err.Error()+"; lanyard uses the default", "")
		}
		request.Open = func(ctx context.Context, url string) error { return w.App.Open(ctx, url, choice.String()) }
		setting := "set BROWSER to another browser"
		if !choice.IsZero() {
			setting = "change sso_browser: " + s.BrowserFrom
		}
		request.NotOpened = func(err error) {
			hint := "open the URL yourself, or " + setting
			switch none := errors.Is(err, browser.ErrNoBrowser); {
			case none && request.Device:
				hint = "open the URL yourself, on any device"
			case none:
				hint = "open the URL in a browser of this machine; to sign in on another device, run: " + SessionLogin(w.App, s) + " --use-device-code"
			}
			w.App.Warn("the browser was not opened: "+err.Error(), hint)
		}
	}
	request.Registrations = &registrationFile{
		dir:     w.Broker.Cache,
		session: s.Key(),
		name:    ssocache.RegistrationName(s.StartURL, s.Region, s.Name, s.Scopes),

		endpoint: endpoint,
	}
	return s, broker.SignIn{
		Caller: o.Caller,
		Do: func(ctx context.Context, keep broker.Keep) error {
			request.Keep = keep
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer guideRemote(ctx, w.App, &request)()
			showWaiting(w.App, &request, o.unasked || w.App.IO.OutTerminal)
			_, err := client.SignIn(ctx, request)
			return err
		},
	}, nil
}

// resolveIssuer checks the start URL before it sends a request, and resolves a vanity URL.
// The portal of a vanity URL may be in a region other than sso_region.
func resolveIssuer(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session) (issuer, region string, err error) {
	if strings.ContainsAny(s.StartURL, `"'`) {
		return "", "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "Invalid sso_start_url: '" + s.StartURL + "'"},
			"remove the quotes from the value in %s:%d", s.Path, s.Line)
	}
	if strings.ContainsAny(s.StartURL, " \t") {
		return "", "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "Invalid sso_start_url: '" + s.StartURL + "'"},
			"remove the text after the value in %s:%d; a comment needs its own line", s.Path, s.Line)
	}
	if text, hint := profile.StartURLAdvice(s.StartURL); text != "" {
		w.App.Warn(fmt.Sprintf("%s:%d: %s", s.Path, s.Line, text), hint)
	}
	startURL := profile.CleanStartURL(s.StartURL)
	p = p.ForSession()
	hc, err := w.HTTPClient(p)
	if err != nil {
		return "", "", err
	}
	endpoint, err := p.Endpoint("SSO_OIDC")
	if err != nil {
		return "", "", err
	}
	issuer, region, err = idcenter.ResolveStartURL(ctx, hc, startURL, IsLoopback(endpoint.URL))
	if err != nil {
		return "", "", &command.ConfigError{Code: "Configuration", Msg: err.Error()}
	}
	if region != "" {
		return issuer, region, nil
	}
	region = idcenter.StartURLRegion(startURL)
	if region != "" && region != s.Region {
		return "", "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("the start URL %s belongs to the region %s, but sso_region is %s", s.StartURL, region, s.Region)},
			"%s", setRegionHint(w, s, region))
	}
	return issuer, s.Region, nil
}

// setRegionHint returns the command line that corrects sso_region.
func setRegionHint(w *workspace.Workspace, s profile.Session, region string) string {
	if s.Name != "" {
		return fmt.Sprintf("run: %s configure set sso_region %s --sso-session %s", w.App.Name, region, command.Quote(s.Name))
	}
	return "set sso_region = " + region + " in " + w.In.Config.Path
}

// updateRegion writes the region of a vanity start URL to the config, as the AWS CLI does. It
// changes the [sso-session], or every legacy profile of the session.
func updateRegion(ctx context.Context, w *workspace.Workspace, s profile.Session, region string, o Options) error {
	if region == s.Region {
		return nil
	}
	change := awsconfig.Change{Kind: awsconfig.SSOSession, Name: s.Name, Key: "sso_region", Value: region}
	changes := []awsconfig.Change{change}
	if s.Name == "" {
		changes = nil
		uses, err := w.QuietSessions()
		if err != nil {
			return err
		}
		for _, u := range uses {
			if !u.Session.Same(s) {
				continue
			}
			for _, name := range u.Profiles {
				change.Kind, change.Name = awsconfig.Profile, name
				changes = append(changes, change)
			}
		}
	}
	if _, err := w.Edit(ctx, false, "sso login", changes...); err != nil {
		return err
	}
	fmt.Fprintf(messages(w, o), "SSO region updated to %s\n", region)
	return nil
}

// A registrationFile stores the client registration in the file that the AWS CLI uses.
type registrationFile struct {
	dir     keystore.Files
	session string // the key of the session, which determines the store
	name    string

	endpoint ssocache.Endpoint // of the sign-in service, which accepts only its own registrations
}

func (r *registrationFile) Load() (idcenter.Registration, bool) {
	reg, err := r.dir.LoadRegistration(r.name)
	return idcenter.Registration{
		ClientID: reg.ClientID, ClientSecret: reg.ClientSecret, ExpiresAt: reg.ExpiresAt,
		Scopes: reg.Scopes, GrantTypes: reg.GrantTypes,
	}, err == nil && r.endpoint.Takes(reg.Origin)
}

func (r *registrationFile) Save(reg idcenter.Registration) error {
	return r.dir.SaveRegistration(r.session, r.name, ssocache.Registration{
		ClientID: reg.ClientID, ClientSecret: reg.ClientSecret, ExpiresAt: reg.ExpiresAt,
		Scopes: reg.Scopes, GrantTypes: reg.GrantTypes, Origin: r.endpoint.Origin,
	})
}

func (r *registrationFile) Drop(clientID string) error { return r.dir.DropRegistration(clientID) }

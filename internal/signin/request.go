package signin

import (
	"context"
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// signIn is how to sign in to a session, and the session as it is now: a vanity start
// URL may have told another region.
func signIn(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o Options) (profile.Session, broker.SignIn, error) {
	issuer, region, err := issuer(ctx, w, p, s)
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
	out := said(w, o)
	request := idcenter.SignIn{
		SessionName: s.Name, StartURL: s.StartURL, Scopes: s.Scopes,
		// What browsers add to a start URL means nothing to the service.
		IssuerURL: starturl.Portal(issuer),
		Device:    o.UseDevice, NoBrowser: o.NoBrowser, CallbackPort: o.CallbackPort,
		Show: func(text string) { fmt.Fprint(out, text) },
		Now:  w.App.Now,
	}
	if o.unasked {
		// A little less than others wait for this sign-in: they are to be told how it
		// ended.
		request.Timeout = broker.AutoLoginLimit - callBudget
		request.ByCode = SessionLogin(w.App, s) + " --use-device-code"
	}
	if s.Name == "" {
		// A legacy profile gets the AWS CLI's eight-hour token, which other
		// tools can use but nobody can refresh, unless it asks for more.
		if s.AutoRefresh == profile.On {
			request.Scopes = []string{profile.AccessScope}
		} else {
			request.Device = true
		}
	}
	if !o.NoBrowser && where(w.App) == here && !browser.Declined(w.App.Env.Environ()) {
		request.Open = w.App.Open
		request.NotOpened = func(err error) {
			w.App.Warn("the browser was not opened: "+err.Error(), "open the URL yourself, or set BROWSER to another browser")
		}
	}
	request.Registrations = &registrations{
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
			_, err := client.SignIn(ctx, request)
			return err
		},
	}, nil
}

package wizard

import (
	"context"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// AskWholeSession asks for every setting of the session.
func (z *Wizard) AskWholeSession(ctx context.Context) (err error) {
	z.Session.Name = z.o.name
	if z.Session.Name == "" {
		z.Session.Name, err = z.con.Ask(ctx, picker.Question{
			Text: "SSO session name: ", Suggestions: z.sessionNames(), Note: z.describeSession,
			Check: required(checkName(awsconfig.SSOSession)),
		})
		if err != nil {
			return err
		}
	}
	get, err := z.ofSession()
	if err != nil {
		return err
	}
	scopes := get("sso_registration_scopes")
	if scopes == "" {
		scopes = profile.AccessScope
	}
	return z.askNewSession(ctx, get("sso_start_url"), get("sso_region"), scopes)
}

// ofSession reads what the config says of the session now.
func (z *Wizard) ofSession() (get func(key string) string, err error) {
	section, err := z.Section(awsconfig.SSOSession, z.Session.Name)
	return func(key string) string {
		s, _ := section.Get(key)
		return s.Value
	}, err
}

// WholeSessionByFlags takes every setting from the flags, or else from the session
// as it is.
func (z *Wizard) WholeSessionByFlags(ctx context.Context) error {
	z.Session.Name = z.o.name
	if z.o.name == "" {
		missing := []string{"--sso-session-name"}
		if z.o.startURL == "" {
			missing = append(missing, "--sso-start-url")
		}
		if z.o.region == "" {
			missing = append(missing, "--sso-region")
		}
		return noTerminal(z.App, missing)
	}
	get, err := z.ofSession()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		to  *string
		key string
	}{{&z.o.startURL, "sso_start_url"}, {&z.o.region, "sso_region"}, {&z.o.scopes, "sso_registration_scopes"}} {
		if *f.to == "" {
			*f.to = get(f.key)
		}
	}
	if err := z.sessionByFlags(ctx); err != nil {
		return err
	}
	var missing []string
	if z.Session.StartURL == "" {
		missing = append(missing, "--sso-start-url")
	}
	if z.Session.Region == "" {
		missing = append(missing, "--sso-region")
	}
	if missing != nil {
		return noTerminal(z.App, missing)
	}
	return nil
}

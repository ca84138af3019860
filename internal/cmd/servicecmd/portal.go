// Operations of the access portal, which use the access token of a session.

package servicecmd

import (
	"context"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// resolvePortal resolves the profile for an operation of the portal. The profile must have a
// session. It needs no account and no role.
func resolvePortal(w *workspace.Workspace) (*profile.Profile, error) {
	p, err := w.ResolveForLogin()
	if err == nil {
		w.Use(p)
	}
	return p, err
}

// useSession sets the access token and the region from a session. Values on the command line take
// precedence.
func (o *operation) useSession(ctx context.Context, p *profile.Profile, client *call.Client) error {
	_, given := o.in.Document.Get(tokenMember)
	if given && client.Region != "" {
		return nil
	}
	p, s, err := o.findSession(p)
	switch {
	case given && err != nil:
		return noRegion(o.w)
	case err != nil:
		return err
	case given:
		client.Region = s.Region
		return nil
	}
	o.found, o.sessionFlag = s, signin.SessionFlag(o.app, p)
	token := func(ctx context.Context, refused secret.String) (secret.String, error) {
		answer, err := signin.Get(ctx, o.w, p, broker.Request{
			Session: s, Purpose: broker.AccessToken, Caller: o.svc.Name + " " + o.op.CLIName, Rejected: refused,
		})
		return answer.Token.AccessToken, err
	}
	current, err := token(ctx, secret.String{})
	if err != nil {
		return err
	}
	client.RefreshAccessToken = token
	o.in.Document = objectOf(o.in)
	o.in.Document.Set(tokenMember, current.Reveal())
	client.Region = s.Region
	return nil
}

// objectOf returns a copy of the input that the caller may change.
func objectOf(input *arg.Input) *document.Object {
	o := new(document.Object)
	for name, v := range input.Document.All() {
		o.Set(name, v)
	}
	return o
}

// findSession returns the session for an operation of the portal, and a profile with this
// session. --sso-session or the profile names the session. If the user named no
// profile, it can also be the only session in the config.
func (o *operation) findSession(p *profile.Profile) (*profile.Profile, profile.Session, error) {
	w := o.w
	if o.session != "" {
		s, err := w.SessionNamed(o.session)
		if err != nil {
			return nil, profile.Session{}, err
		}
		return byName(p, s), s, nil
	}
	s, err := p.LoginSession()
	if err == nil {
		leads := *p
		leads.Session = s
		return &leads, s, nil
	}
	uses, err2 := w.QuietSessions()
	switch targets := workspace.Distinct(uses); {
	case err2 != nil:
		return nil, s, err2
	case p.Explicit || p.FromEnv || len(targets) == 0:
		return nil, s, err
	case len(targets) == 1:
		return byName(p, targets[0]), targets[0], nil
	default:
		var names []string
		for _, t := range targets {
			if t.Name != "" {
				names = append(names, t.Name)
			}
		}
		return nil, s, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: w.In.Config.Path + " has several sessions, and no profile is named"},
			"add --profile NAME or --sso-session NAME; the sessions are: %s", strings.Join(names, ", "))
	}
}

// byName returns a copy of a profile that has no name and uses the session s.
func byName(p *profile.Profile, s profile.Session) *profile.Profile {
	made := *p
	made.Name, made.Exists, made.Session = "", false, s
	return &made
}

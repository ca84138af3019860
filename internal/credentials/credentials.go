// Package credentials gets the credentials of a profile of any kind. They can come from
// Identity Center, from keys in the files, from a credential_process, from the container, or
// from the EC2 instance. The package also assumes the roles of the profile. It follows
// botocore's order and uses botocore's error messages.
//
// Commands call [Get] for the credentials of a profile, and [Authorize] before they call an
// operation.
package credentials

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/rolecache"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Get returns the credentials of a profile. It ignores keys in the environment. Expiration is
// zero if the credentials do not expire, or if the date is unknown.
func Get(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) (ssocache.Credentials, error) {
	return getBut(ctx, w, p, caller, secret.String{})
}

// None reports whether err says that the profile has no credentials.
func None(err error) bool {
	var e *command.ConfigError
	return errors.As(err, &e) && e.Code == "NoCredentials"
}

// InUse returns the keys of the environment, or else the credentials of the profile.
func InUse(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) (ssocache.Credentials, error) {
	if c, ok, err := environmentKeys(w, p); ok || err != nil {
		return c, err
	}
	return Get(ctx, w, p, caller)
}

// environmentKeys returns the keys of the environment. ok is false if the environment has no
// keys, or if they are not the credentials in use.
func environmentKeys(w *workspace.Workspace, p *profile.Profile) (c ssocache.Credentials, ok bool, err error) {
	if p.Assume != "" {
		return c, false, nil // the keys may be the source of the role
	}
	return workspace.EnvironmentKeys(w.App)
}

// Authorize gives the client the credentials in use. If a service says that the credentials
// have expired, the client gets new credentials. It cannot replace keys of the environment.
func Authorize(ctx context.Context, w *workspace.Workspace, p *profile.Profile, client *call.Client, caller string) error {
	if w.App.Flags.NoSignRequest {
		return nil
	}
	c, err := InUse(ctx, w, p, caller)
	if err != nil {
		return err
	}
	client.Credentials, client.AccountID = signin.SigningKeys(c), cmp.Or(c.AccountID, p.AccountID)
	if _, env, _ := environmentKeys(w, p); !env && !c.Expiration.IsZero() {
		client.RefreshCredentials = func(ctx context.Context, expired call.Credentials) (call.Credentials, error) {
			c, err := getBut(ctx, w, p, caller, expired.SessionToken)
			return signin.SigningKeys(c), err
		}
	}
	return nil
}

// getBut returns credentials with another session token than rejected.
func getBut(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string, rejected secret.String) (ssocache.Credentials, error) {
	chain, warnings, err := p.Chain()
	w.Warn(warnings)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	entries, err := rolecache.Entries(p, chain, w.App.Env.Lookup)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	f := &fetcher{w: w, p: p, caller: caller, rejected: rejected}
	s := f.guarded(f.start(chain), chain.Start)
	for i, role := range chain.Roles {
		s = f.assumed(s, role, entries[i], i == len(chain.Roles)-1)
	}
	return s.get(ctx)
}

// guarded applies the user's rules to the first step of a chain. The broker itself applies them to
// a role of Identity Center.
func (f *fetcher) guarded(s step, start profile.Start) step {
	first := workspace.FirstRole(start)
	if s.get != nil {
		s.roles = []broker.Role{first}
	}
	if start.Kind == profile.SSO || s.get == nil {
		return s
	}
	get, subject := s.get, f.subject(first)
	s.get = func(ctx context.Context) (ssocache.Credentials, error) {
		a, err := f.w.Broker.Provide(ctx, subject, func(ctx context.Context, _ string) (broker.Answer, error) {
			c, err := get(ctx)
			return broker.Answer{Credentials: c, Fetched: true}, err
		})
		return a.Credentials, err
	}
	return s
}

func (f *fetcher) subject(role broker.Role, through ...broker.Role) broker.Subject {
	return workspace.Subject(f.p, role, through, f.caller)
}

// A fetcher gets the credentials of one profile.
type fetcher struct {
	w        *workspace.Workspace
	p        *profile.Profile
	caller   string
	rejected secret.String // a session token that a service has refused, or zero
}

// A step of a chain gets credentials. session is the session at the start of the chain, or
// the zero Session. roles lists the roles so far, the first role first.
type step struct {
	session profile.Session
	roles   []broker.Role
	get     func(ctx context.Context) (ssocache.Credentials, error)
}

// start returns the first step of a chain. For a web identity, it returns the zero step,
// because AssumeRoleWithWebIdentity needs no credentials.
func (f *fetcher) start(c profile.Chain) step {
	p, w := c.Start.Profile, f.w
	var s step
	switch c.Start.Kind {
	case profile.SSO:
		s.session = p.Session
		s.get = func(ctx context.Context) (ssocache.Credentials, error) {
			rejected := f.rejected
			if len(c.Roles) > 0 {
				rejected = secret.String{}
			}
			return signin.Credentials(ctx, w, p, f.caller, rejected)
		}
	case profile.Static:
		s.get = func(context.Context) (ssocache.Credentials, error) {
			c, _, err := workspace.StaticKeys(p)
			return c, err
		}
	case profile.Environment:
		s.get = func(context.Context) (ssocache.Credentials, error) {
			keys, ok, err := workspace.EnvironmentKeys(w.App.WithProfile(""))
			if !ok && err == nil {
				err = noneInSource(c.Start, "Environment")
			}
			return keys, err
		}
	case profile.Process:
		line, _ := p.Get("credential_process")
		s.get = func(ctx context.Context) (ssocache.Credentials, error) { return f.process(ctx, p, line) }
	case profile.Container:
		s.get = func(ctx context.Context) (ssocache.Credentials, error) {
			if w.App.Env.Get(relativeURI) == "" && w.App.Env.Get(fullURI) == "" && p.Kind != profile.Container {
				return ssocache.Credentials{}, noneInSource(c.Start, "EcsContainer")
			}
			return container(ctx, w.App)
		}
	case profile.Metadata, profile.None:
		s.get = func(ctx context.Context) (ssocache.Credentials, error) { return f.metadata(ctx, c.Start) }
	case profile.Login:
		s.get = func(ctx context.Context) (ssocache.Credentials, error) { return f.login(ctx, c.Start) }
	}
	return s
}

// noneInSource returns botocore's error for a credential_source without credentials.
func noneInSource(s profile.Start, source string) error {
	return &profile.Error{
		Msg:  "Error when retrieving credentials from " + source + ": No credentials found in credential_source referenced in profile " + s.Profile.Name,
		Hint: "the source is in " + s.From, Code: 255,
	}
}

// ChainVariable names the variable in which the AWS CLI passes the chain of profiles to a
// credential_process. It prevents a profile from calling itself.
const ChainVariable = "_AWS_CLI_PROFILE_CHAIN"

// callers returns the profiles whose credential_process led to this process.
func callers(app *command.App) (chain []string) {
	for _, n := range strings.Split(app.Env.Get(ChainVariable), ",") {
		if n = strings.TrimSpace(n); n != "" {
			chain = append(chain, n)
		}
	}
	return chain
}

// CheckChain returns an error if the profile is already in the chain of callers.
func CheckChain(app *command.App, name string) error {
	chain := callers(app)
	for _, n := range chain {
		if n == name {
			return &command.ConfigError{Code: "Configuration", Msg: "Credential process resolution detected an infinite loop, profile cycle: " +
				strings.Join(append(chain, name), " -> ")}
		}
	}
	if len(chain) >= 4 {
		return &command.ConfigError{Code: "Configuration", Msg: "Maximum recursive credential process resolution reached (4).\nProfiles seen: " + strings.Join(chain, " -> ")}
	}
	return nil
}

// Package wizard asks for sessions and profiles and writes them to the config. It has the
// questions of "configure sso" and "configure sso-session", and skips a question if a flag
// answers it. Begin with [New].
package wizard

import (
	"cmp"
	"context"
	"errors"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Options hold the answers from flags, and how to sign in.
type Options struct {
	signin.Options
	StartURL, Region, Name, Scopes string
	Account, Role                  string
	DefaultRegion, Output, Profile string
	AutoRefresh, RefreshWindow     string
	Yes                            bool

	Given func(flag string) bool
}

// New checks the flags and reads the config.
func New(app *command.App, o Options) (*Wizard, error) {
	if err := o.check(app.Flags); err != nil {
		return nil, err
	}
	w, err := workspace.Open(app)
	if err != nil {
		return nil, err
	}
	if w.In.Config.Path == "" {
		return nil, workspace.NoConfigFile("AWS_CONFIG_FILE")
	}
	w.In.New = true
	p, err := w.ResolveForLogin()
	if err != nil {
		return nil, err
	}
	w.Connect(p)
	if err := w.Editable(); err != nil {
		return nil, err
	}
	z := &Wizard{Workspace: w, o: o, p: p}
	if app.IO.Terminal {
		z.con = app.Console()
	}
	return z, nil
}

// A Wizard collects the settings of sessions and profiles. It writes a profile when all its
// settings are known.
type Wizard struct {
	*workspace.Workspace
	o   Options
	p   *profile.Profile // the profile in use, whose settings are the defaults
	con *picker.Console

	Session profile.Session // its Name is "" for a legacy profile
	known   bool            // the session is in the config
	token   ssocache.Token
	last    ssoProfile // the last profile that the wizard has written
}

// An ssoProfile is a profile to write. A profile without an account can only sign in.
type ssoProfile struct{ name, account, role, region, output string }

// Run asks the questions and writes one or more profiles.
func (z *Wizard) Run(ctx context.Context) error {
	if err := z.askSession(ctx); err != nil {
		return err
	}
	next := ssoProfile{region: cmp.Or(z.App.Flags.Region, z.value("region")), output: cmp.Or(z.App.Flags.Output, z.value("output"))}
	for first := true; ; first = false {
		if err := z.chooseRole(ctx, &next, first); err != nil {
			return z.ignoreCancel(err, first)
		}
		if err := z.askProfile(ctx, &next, first); err != nil {
			return z.ignoreCancel(err, first)
		}
		if err := z.write(ctx, next); err != nil {
			return err
		}
		z.tell(next)
		if more, err := z.askAnother(ctx); err != nil || !more {
			return err
		}
	}
}

// ignoreCancel returns nil if the user cancels after the wizard has written a profile. Otherwise it
// returns err.
func (z *Wizard) ignoreCancel(err error, first bool) error {
	if !first && (errors.Is(err, picker.ErrCancelled) || errors.Is(err, picker.ErrGone)) {
		return nil
	}
	return err
}

// value returns a setting of the profile in use.
func (z *Wizard) value(key string) string {
	s, _ := z.p.Get(key)
	return s.Value
}

// changes returns the changes that write a profile. The keys of the profile come first, in
// the AWS CLI's order. Then come the keys of its session. The changes also remove keys that
// contradict the new keys.
func (z *Wizard) changes(p ssoProfile) ([]awsconfig.Change, error) {
	var list []awsconfig.Change
	kind, name := awsconfig.Profile, p.name
	set := func(key, value string) {
		if value != "" {
			list = append(list, awsconfig.Change{Kind: kind, Name: name, Key: key, Value: value})
		}
	}
	stale := []string{"sso_start_url", "sso_region", "sso_registration_scopes"}
	if z.Session.Name == "" {
		stale = []string{"sso_session"}
		set("sso_start_url", z.Session.StartURL)
		set("sso_region", z.Session.Region)
	} else {
		more, err := profile.Contradictions(z.In, p.name, z.Session.Name)
		if err != nil {
			return nil, err
		}
		stale = append(stale, more...)
		set("sso_session", z.Session.Name)
	}
	set("sso_account_id", p.account)
	set("sso_role_name", p.role)
	set("region", p.region)
	set("output", p.output)
	list = append(list, workspace.Removals(p.name, append(stale, comeFirst()...))...)
	if z.Session.Name != "" {
		kind, name = awsconfig.SSOSession, z.Session.Name
	}
	if z.Session.Name != "" && !z.known {
		list = append(list, sessionChanges(z.Session, z.o.scopesOr(profile.AccessScope))...)
	}
	set("sso_auto_refresh", z.o.AutoRefresh)
	set("sso_refresh_window", z.o.RefreshWindow)
	return list, nil
}

// comeFirst returns the keys of a profile that override the SSO keys in the AWS CLI and the
// SDKs. With such a key, the profile would not use the role that the user has picked.
func comeFirst() []string {
	return []string{
		"role_arn", "source_profile", "credential_source", "web_identity_token_file", "credential_process", "login_session",
		"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token",
	}
}

// sessionChanges returns the changes that write an [sso-session].
func sessionChanges(s profile.Session, scopes string) []awsconfig.Change {
	var list []awsconfig.Change
	for _, kv := range [][2]string{{"sso_start_url", s.StartURL}, {"sso_region", s.Region}, {"sso_registration_scopes", scopes}} {
		list = append(list, awsconfig.Change{Kind: awsconfig.SSOSession, Name: s.Name, Key: kv[0], Value: kv[1]})
	}
	return list
}

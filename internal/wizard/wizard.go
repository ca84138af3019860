// Package wizard asks for sessions and profiles and writes them: the questions of
// "configure sso" and "configure sso-session". What a flag gives is not asked. Begin with
// [New].
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

// Options are the answers of the wizard that were given as flags, and how to
// sign in.
type Options struct {
	signin.Options
	StartURL, Region, Name, Scopes string
	Account, Role                  string
	DefaultRegion, Output, Profile string
	AutoRefresh, RefreshWindow     string
	Yes                            bool

	Given func(flag string) bool
}

// New reads what there is, and checks the flags.
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

// A Wizard sets profiles up. What it has found out so far is in its fields;
// nothing is written before all is known.
type Wizard struct {
	*workspace.Workspace
	o   Options
	p   *profile.Profile // the one in use, whose settings are what Enter keeps
	con *picker.Console

	Session profile.Session // its Name is "" for a legacy profile
	known   bool            // it is in the config
	token   ssocache.Token
	last    ssoProfile // the one that was written last
}

// An ssoProfile is one that the wizard writes. Without an account it only signs in.
type ssoProfile struct{ name, account, role, region, output string }

// Run asks a person.
func (z *Wizard) Run(ctx context.Context) error {
	if err := z.askSession(ctx); err != nil {
		return err
	}
	next := ssoProfile{region: cmp.Or(z.App.Flags.Region, z.value("region")), output: cmp.Or(z.App.Flags.Output, z.value("output"))}
	for first := true; ; first = false {
		if err := z.chooseRole(ctx, &next, first); err != nil {
			return z.left(err, first)
		}
		if err := z.askProfile(ctx, &next, first); err != nil {
			return z.left(err, first)
		}
		if err := z.write(ctx, next); err != nil {
			return err
		}
		z.tell(next)
		if more, err := z.more(ctx); err != nil || !more {
			return err
		}
	}
}

// left is how the wizard ends when the person leaves: well, if a profile is written.
func (z *Wizard) left(err error, first bool) error {
	if !first && (errors.Is(err, picker.ErrCancelled) || errors.Is(err, picker.ErrGone)) {
		return nil
	}
	return err
}

// value is what the profile in use has for a key.
func (z *Wizard) value(key string) string {
	s, _ := z.p.Get(key)
	return s.Value
}

// changes are what is to be written for a profile: its own keys, as the AWS CLI
// orders them, then its session's. Keys that would contradict them go.
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

// comeFirst are the keys of a profile that the AWS CLI and the SDKs look at before
// those of Identity Center: with one of them, the role that was chosen would not be
// the one in use.
func comeFirst() []string {
	return []string{
		"role_arn", "source_profile", "credential_source", "web_identity_token_file", "credential_process", "login_session",
		"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token",
	}
}

// sessionChanges are what is to be written for an [sso-session].
func sessionChanges(s profile.Session, scopes string) []awsconfig.Change {
	var list []awsconfig.Change
	for _, kv := range [][2]string{{"sso_start_url", s.StartURL}, {"sso_region", s.Region}, {"sso_registration_scopes", scopes}} {
		list = append(list, awsconfig.Change{Kind: awsconfig.SSOSession, Name: s.Name, Key: kv[0], Value: kv[1]})
	}
	return list
}

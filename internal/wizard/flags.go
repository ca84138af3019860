package wizard

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
)

// ByFlags writes one profile from the flags, without questions. The error names all missing
// flags.
func (z *Wizard) ByFlags(ctx context.Context) error {
	missing, err := z.answersByFlags(ctx)
	if err != nil {
		return err
	}
	if missing != nil {
		return noTerminal(z.App, missing)
	}
	p := z.profileByFlags()
	for _, region := range []string{z.o.Region, p.region} {
		z.warnOfRegion(region)
	}
	if other, err := z.isAnother(p); err != nil {
		return err
	} else if other != "" && !z.o.Yes && !z.sameInUse(p) {
		return command.WithHint(command.Usagef("the profile %s exists and is for %s", p.name, other),
			"add --yes to replace it, or --profile-name NAME to write another profile")
	}
	if err := z.write(ctx, p); err != nil {
		return err
	}
	z.tell(p)
	z.tellOfSignIn(p)
	return nil
}

// answersByFlags sets the session and returns the required flags that are missing.
func (z *Wizard) answersByFlags(ctx context.Context) (missing []string, err error) {
	need := func(flag string, given bool) {
		if !given {
			missing = append(missing, flag)
		}
	}
	need("--sso-session-name", z.o.Given("sso-session-name"))
	z.Session.Name = z.o.Name
	known, err := z.knownSession(z.o.Name)
	if err != nil {
		return nil, err
	}
	if !known {
		if err := z.sessionByFlags(ctx); err != nil {
			return nil, err
		}
		need("--sso-start-url", z.Session.StartURL != "")
		need("--sso-region", z.Session.Region != "")
	}
	need("--sso-account-id", z.o.Account != "")
	need("--sso-role-name", z.o.Role != "")
	return missing, nil
}

// profileByFlags returns the profile to write.
func (z *Wizard) profileByFlags() ssoProfile {
	p := ssoProfile{
		account: z.o.Account, role: z.o.Role, name: z.o.Profile,
		region: cmp.Or(z.o.DefaultRegion, z.App.Flags.Region), output: cmp.Or(z.o.Output, z.App.Flags.Output),
	}
	if inUse, named := z.ProfileName(); p.name == "" && named {
		p.name = inUse
	}
	if p.name == "" {
		p.name = p.proposal()
	}
	return p
}

// tellOfSignIn prints how to sign in, if the session is not valid.
func (z *Wizard) tellOfSignIn(p ssoProfile) {
	tok, err := z.Broker.Peek(z.Session)
	if err != nil {
		z.App.Warn(err.Error(), command.HintOf(err))
		return
	}
	if tok.Left(z.App.Now()) <= 0 && !tok.Refreshable(z.App.Now()) {
		fmt.Fprintf(z.App.IO.Err, "%s: to sign in, run: %s\n", z.App.Name, signin.LoginFor(z.App, z.Session.Name, p.name))
	}
}

// warnOfRegion warns about a region that lanyard does not know. The wizard makes the user
// enter such a region twice.
func (z *Wizard) warnOfRegion(region string) {
	known, near, err := profile.CheckRegion(region)
	if region == "" || known || err != nil {
		return
	}
	hint := ""
	if len(near) > 0 {
		hint = "did you mean: " + strings.Join(near, ", ")
	}
	z.App.Warn("lanyard does not know the region "+region+" and uses it anyway", hint)
}

// sameInUse reports whether --profile names the profile. The wizard then changes that
// profile, even if the profile is for another role.
func (z *Wizard) sameInUse(p ssoProfile) bool {
	return z.App.Flags.Profile != "" && z.App.Flags.Profile == p.name
}

// sessionByFlags sets a session that is not in the config yet.
func (z *Wizard) sessionByFlags(ctx context.Context) error {
	z.setStartURL(z.o.StartURL)
	z.Session.Region = z.o.Region
	z.Session.Scopes = profile.SplitScopes(z.o.scopesOr(profile.AccessScope))
	if z.o.StartURL == "" || z.o.Region != "" {
		return nil
	}
	found, err := z.revealedRegion(ctx)
	if err != nil {
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: err.Error()}, "add: --sso-region REGION")
	}
	z.Session.Region = found.region
	return nil
}

// noTerminal returns the error for missing flags without a terminal.
func noTerminal(app *command.App, missing []string) error {
	return command.WithHint(command.Usagef("the following arguments are required: %s", strings.Join(missing, ", ")),
		"add these flags, or run the command in a terminal to be asked for the values")
}

// NewSessionChanges returns the changes that `configure sso-session` makes.
func (z *Wizard) NewSessionChanges() []awsconfig.Change {
	changes := sessionChanges(z.Session, z.o.scopesOr(profile.AccessScope))
	for _, kv := range [][2]string{{"sso_auto_refresh", z.o.AutoRefresh}, {"sso_refresh_window", z.o.RefreshWindow}} {
		if kv[1] != "" {
			changes = append(changes, awsconfig.Change{Kind: awsconfig.SSOSession, Name: z.Session.Name, Key: kv[0], Value: kv[1]})
		}
	}
	return changes
}

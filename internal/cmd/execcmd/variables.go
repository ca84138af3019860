package execcmd

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// profileVariable names the profile whose credentials are in the environment.
const profileVariable = "LANYARD_PROFILE"

// cleared lists the variables that name other credentials. A program that reads one of these
// variables could use another identity.
var cleared = [...]string{
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
	"AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION", "AWS_ACCOUNT_ID",
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	"AWS_CREDENTIAL_FILE", "AWS_BEARER_TOKEN_BEDROCK", profileVariable,
}

// rarelySet reports whether a variable has other credentials that only a few programs read: the keys
// of older SDKs for Java and Go, and tokens for single services. A program gets no such variable.
func rarelySet(name string) bool {
	return name == "AWS_ACCESS_KEY" || name == "AWS_SECRET_KEY" || strings.HasPrefix(name, "AWS_BEARER_TOKEN_")
}

// A variable is one environment variable.
type variable struct{ name, value string }

// A setting holds the environment variables of one profile, with secrets in plaintext.
type setting []variable

// addNoRegion defines the flag --no-region of a command.
func addNoRegion(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "no-region", false, "leave the region variables as they are")
}

// checkNoRegion returns an error if --no-region and --region are given.
func checkNoRegion(app *command.App, noRegion bool) error {
	if noRegion && app.Flags.Region != "" {
		return command.Usagef("--no-region cannot be used with --region")
	}
	return nil
}

// variables returns the environment variables of the profile that workspace.Choose has chosen.
// source is the environment variable that names the profile, or "".
func variables(ctx context.Context, app *command.App, source, caller string, noRegion bool) (setting, error) {
	p, vars, err := variablesOf(ctx, workspace.Files(app), source, caller, noRegion)
	if err != nil {
		return nil, err
	}
	workspace.RecordUse(app, p.Name)
	return vars, nil
}

// variablesOf does the same as variables for the profile in use of a workspace. It does not record
// the use of the profile.
func variablesOf(ctx context.Context, w *workspace.Workspace, source, caller string, noRegion bool) (*profile.Profile, setting, error) {
	p, err := credentials.Resolve(ctx, w, caller)
	if err != nil {
		return nil, nil, workspace.ExplainName(err, source)
	}
	if err := credentials.CheckChain(w.App, p.Name); err != nil {
		return nil, nil, err
	}
	region := p.Region
	if noRegion {
		region = ""
	} else if err := p.CheckRegion(); err != nil {
		return nil, nil, err
	}
	c, err := credentials.Get(ctx, w, p, caller)
	if err != nil {
		return nil, nil, err
	}
	return p, newSetting(p, c, region), nil
}

// Environment returns the environment for a program that gets the credentials of the profile or
// the role in use.
func Environment(ctx context.Context, app *command.App, caller string) ([]string, error) {
	vars, err := variables(ctx, app, "", caller, false)
	if err != nil {
		return nil, err
	}
	return vars.environment(app.Env.Environ()), nil
}

// EnvironmentOf does the same as Environment for a workspace. It does not record the use of the
// profile, because a command that calls it uses many profiles.
func EnvironmentOf(ctx context.Context, w *workspace.Workspace, caller string) ([]string, error) {
	_, vars, err := variablesOf(ctx, w, "", caller, false)
	if err != nil {
		return nil, err
	}
	return vars.environment(w.App.Env.Environ()), nil
}

// newSetting returns the variables for credentials. If region is "", the environment keeps its own
// region.
func newSetting(p *profile.Profile, c ssocache.Credentials, region string) setting {
	s := setting{
		{"AWS_ACCESS_KEY_ID", c.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey.Reveal()},
	}
	add := func(name, value string) {
		if value != "" {
			s = append(s, variable{name, value})
		}
	}
	add("AWS_SESSION_TOKEN", c.SessionToken.Reveal())
	if !c.Expiration.IsZero() {
		add("AWS_CREDENTIAL_EXPIRATION", ssocache.FormatTime(c.Expiration))
	}
	add("AWS_ACCOUNT_ID", cmp.Or(c.AccountID, p.AccountID))
	add("AWS_REGION", region)
	add("AWS_DEFAULT_REGION", region) // boto3 reads only AWS_DEFAULT_REGION
	if p.Assume == "" {
		add(profileVariable, p.Name)
	}
	return s
}

// environment returns the entries of environ without the variables with credentials, and then the
// variables of the profile.
func (s setting) environment(environ []string) []string {
	removed := cleared[:]
	for _, v := range s {
		removed = append(removed, v.name)
	}
	out := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return rarelySet(name) || slices.ContainsFunc(removed, func(r string) bool {
			return r == name || runtime.GOOS == "windows" && strings.EqualFold(r, name)
		})
	})
	for _, v := range s {
		out = append(out, v.name+"="+v.value)
	}
	return out
}

package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

func profileChecks() []Check {
	return []Check{
		{"profile", "profile in use", "the profile in use exists, and its settings lead to credentials", checkProfile},
		{"variables", "variables", "no environment variable overrides the profile, or names a file or profile that does not exist", checkVariables},
	}
}

// checkProfile describes the profile that a command would use.
func checkProfile(_ context.Context, p *Patient) []Finding {
	name, named := p.W.ProfileName()
	switch {
	case p.InUseErr != nil && profile.Unknown(p.InUseErr) && !named && len(p.sessions) > 0:
		return []Finding{ok("no profile is chosen, and there is no profile called default")}
	case p.InUseErr != nil:
		f := ofError(p.InUseErr)
		f.Text = fmt.Sprintf("profile %s%s: %v", name, p.namedBy(), p.InUseErr)
		return []Finding{f}
	case p.InUse.EnvKeys:
		return []Finding{ok("%s; but the keys in the environment are used instead", p.describe(p.InUse))}
	case p.InUse.Kind == profile.None && !named:
		return []Finding{ok("no profile is chosen; the profile default has no credentials")}
	case p.InUse.Kind == profile.None:
		return []Finding{problem("profile %s%s has no credentials", name, p.namedBy()).
			fix("add sso_session, sso_account_id and sso_role_name to the profile\nrun: %s configure sso", p.W.App.Name)}
	}
	if _, _, err := p.InUse.Chain(); err != nil {
		return []Finding{ofError(err)}
	}
	return []Finding{ok("%s", p.describe(p.InUse))}
}

// namedBy returns the variable or flag that names the profile, in parentheses.
func (p *Patient) namedBy() string {
	switch {
	case p.W.App.Flags.Profile != "":
		return " (from --profile)"
	case p.isSet("AWS_PROFILE"):
		return " (from AWS_PROFILE)"
	case p.isSet("AWS_DEFAULT_PROFILE"):
		return " (from AWS_DEFAULT_PROFILE)"
	}
	return ""
}

// describe returns the name, the account and the role of a profile.
func (p *Patient) describe(in *profile.Profile) string {
	text := in.Name + p.namedBy()
	if in.Kind == profile.SSO {
		return fmt.Sprintf("%s: %s in account %s", text, in.RoleName, in.AccountID)
	}
	return fmt.Sprintf("%s: %s", text, in.Kind)
}

// checkVariables looks at the variables that override the files.
func checkVariables(_ context.Context, p *Patient) []Finding {
	var found []Finding
	found = append(found, p.keyVariables()...)
	found = append(found, p.nameVariables()...)
	found = append(found, p.regionVariables()...)
	found = append(found, p.endpointVariables()...)
	found = append(found, p.pathVariables()...)
	if len(found) == 0 {
		return []Finding{ok("none overrides the profile")}
	}
	return found
}

// unset returns the line that removes variables from a shell.
func unset(names ...string) string { return "run: unset " + strings.Join(names, " ") }

// keyVariables looks for keys in the environment.
func (p *Patient) keyVariables() (found []Finding) {
	keys := []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
	id, secret := p.env(keys[0]) != "", p.env(keys[1]) != ""
	switch {
	case id && !secret:
		found = append(found, problem("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY").fix("%s", unset(keys...)))
	case secret && !id:
		found = append(found, warning("AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID").fix("%s", unset(keys...)))
	case id && p.keysExpired():
		found = append(found, problem("the keys in the environment have expired, and override the profile").fix("%s", unset(append(keys, "AWS_CREDENTIAL_EXPIRATION")...)))
	case id && p.env("LANYARD_PROFILE") != "":
		// "use --keys", exec and shell have set the keys on purpose
	case id:
		found = append(found, warning("AWS_ACCESS_KEY_ID overrides the profile, unless --profile names one").fix("%s", unset(keys...)))
	}
	if p.env("AWS_WEB_IDENTITY_TOKEN_FILE") != "" && p.env("AWS_ROLE_ARN") != "" {
		found = append(found, warning("AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN override the default profile").fix("%s", unset("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN")))
	}
	if vault := p.env("AWS_VAULT"); vault != "" {
		found = append(found, warning("this shell was started by aws-vault for its profile %s", vault).fix("leave this shell: exit"))
	}
	return found
}

// keysExpired reports whether the keys in the environment say that they have expired.
func (p *Patient) keysExpired() bool {
	end := p.env("AWS_CREDENTIAL_EXPIRATION")
	if end == "" {
		end = p.env("AWS_SESSION_EXPIRATION")
	}
	t, err := ssocache.ParseTime(end)
	return end != "" && err == nil && !t.After(p.W.App.Now())
}

// nameVariables looks at the variables that name a profile. The check profile reports a profile that
// does not exist.
func (p *Patient) nameVariables() []Finding {
	name, old := p.env("AWS_PROFILE"), p.env("AWS_DEFAULT_PROFILE")
	if name != "" && old != "" && name != old {
		return []Finding{warning("AWS_PROFILE is %s, and AWS_DEFAULT_PROFILE is %s: lanyard and the AWS CLI use AWS_PROFILE, some older tools the other", name, old).
			fix("%s", unset("AWS_DEFAULT_PROFILE"))}
	}
	return nil
}

// regionVariables compares the region variables with each other and with the profile.
func (p *Patient) regionVariables() []Finding {
	region, old := p.env("AWS_REGION"), p.env("AWS_DEFAULT_REGION")
	if region != "" && old != "" && region != old {
		return []Finding{warning("AWS_REGION is %s, and AWS_DEFAULT_REGION is %s: boto3 uses AWS_DEFAULT_REGION, other tools AWS_REGION", region, old).
			fix("%s", unset("AWS_DEFAULT_REGION"))}
	}
	if p.InUse == nil {
		return nil
	}
	variable, value := "AWS_REGION", region
	if value == "" {
		variable, value = "AWS_DEFAULT_REGION", old
	}
	if own, has := p.InUse.Get("region"); has && value != "" && own.Value != value {
		return []Finding{warning("%s is %s, and overrides the region %s of the profile %s", variable, value, own.Value, p.InUse.Name).fix("%s", unset(variable))}
	}
	return nil
}

// endpointVariables looks for variables that move services to another server.
func (p *Patient) endpointVariables() []Finding {
	if p.env("LANYARD_EMULATOR_URL") != "" {
		return nil // this shell belongs to the emulator
	}
	var names, hosts []string
	for _, entry := range p.W.App.Env.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if value == "" || name != "AWS_ENDPOINT_URL" && !strings.HasPrefix(name, "AWS_ENDPOINT_URL_") {
			continue
		}
		names = append(names, name)
		if u, err := url.Parse(value); err == nil {
			value = u.Redacted() // a URL can have a password
		}
		if !slices.Contains(hosts, value) {
			hosts = append(hosts, value)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []Finding{warning("%s: requests go to %s instead of AWS", strings.Join(names, ", "), strings.Join(hosts, ", ")).fix("%s", unset(names...))}
}

// pathVariables checks that files in variables exist.
func (p *Patient) pathVariables() (found []Finding) {
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"} {
		value, set := p.W.App.Env.Lookup(name)
		if !set {
			continue
		}
		if value == "" {
			if name != "AWS_WEB_IDENTITY_TOKEN_FILE" {
				found = append(found, warning("%s is set but empty, so programs read no such file", name).fix("%s", unset(name)))
			}
			continue
		}
		path := userpath.Expand(value, p.W.App.Env.Lookup)
		switch _, err := os.Stat(path); {
		case errors.Is(err, fs.ErrNotExist):
			found = append(found, problem("%s names the file %s, which does not exist", name, path).fix("%s", unset(name)))
		case err != nil:
			found = append(found, problem("%s: %v", name, err).fix("run: ls -l %s", command.Quote(path)))
		}
	}
	return found
}

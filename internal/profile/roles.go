// This file finds the chain of a profile: the first credentials, and the roles to assume.

package profile

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Chain describes how to get the credentials of a profile.
type Chain struct {
	Start Start
	Roles []Role // the roles to assume, in this order; the last role is the profile's
}

// A Start describes the first credentials of a chain.
type Start struct {
	// Kind is never AssumeRole. With WebIdentity, the first role of the chain needs no
	// credentials. With None, only the metadata service of the instance can have credentials.
	Kind    Kind
	From    string   // the setting or the variable that decides the Kind; "" for the Kind None
	Profile *Profile // the profile with the settings for the credentials
}

// A Role is an IAM role to assume. Empty fields are not configured.
type Role struct {
	Profile string // the profile with the settings
	From    string // the setting or the variable that names the role

	ARN, SessionName, ExternalID string
	Duration                     time.Duration
	MFASerial, MFAProcess        string

	// The settings of aws-vault. The AWS CLI ignores them.
	SourceIdentity string
	Tags           []Tag
	TransitiveTags []string // keys

	Policy string // a session policy: the role then has no other permissions than the policy

	// TokenFile or TokenProcess provides the token of a web identity. If both are empty, the
	// credentials of the source assume the role.
	TokenFile, TokenProcess string
}

// ARNParts returns the account id and the role name in the ARN of a role. The name includes the
// path. A part that is not in the ARN is "".
func ARNParts(arn string) (accountID, roleName string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	if ValidAccountID(parts[4]) {
		accountID = parts[4]
	}
	return accountID, strings.TrimPrefix(parts[5], "role/")
}

// A Tag is a session tag.
type Tag struct{ Key, Value string }

// WebIdentity reports whether the token of a web identity assumes the role.
func (r Role) WebIdentity() bool { return r.TokenFile != "" || r.TokenProcess != "" }

// ChainLimit is the maximum duration of a role that another role assumes. Source: the STS API
// reference, AssumeRole, DurationSeconds.
const ChainLimit = time.Hour

// Chain returns the chain of the profile. It follows source_profile and credential_source
// like botocore's AssumeRoleProvider, with the same errors. An error is an *[Error].
func (p *Profile) Chain() (Chain, []Warning, error) {
	r := &resolver{Inputs: p.in}
	var c Chain
	var err error
	if p.Assume != "" && p.EnvKeys {
		c.Start = Start{Environment, "AWS_ACCESS_KEY_ID", p}
	} else if c, err = r.chain(p, []string{p.Name}); err != nil {
		return Chain{}, r.warnings, err
	}
	if p.Assume != "" {
		c.Roles = append(c.Roles, Role{Profile: p.Name, From: AssumeFlag, ARN: p.Assume, SessionName: p.AssumeSession})
	}
	if n := len(c.Roles); n > 0 {
		c.Roles[n-1].Policy = p.Policy
	}
	r.limitDurations(&c)
	return c, r.warnings, nil
}

// AssumeFlag is the From of a role that [Profile.Assuming] adds.
const AssumeFlag = "--assume-role"

// Assuming returns a copy of the profile whose chain ends with one more role. If the keys of the
// environment are in use, these keys assume the role.
func (p *Profile) Assuming(arn string) *Profile {
	made := *p
	made.Assume = arn
	return &made
}

// Narrowed returns a copy of the profile whose last role gets a session policy. A permission set is
// no such role: AWS lets only the role of AssumeRole have a session policy.
func (p *Profile) Narrowed(policy string) *Profile {
	made := *p
	made.Policy = policy
	return &made
}

// WithRole returns a copy of the profile with another permission set of its account.
func (p *Profile) WithRole(name string) *Profile {
	made := *p
	made.RoleName = name
	return &made
}

// ForRole returns a copy of the profile without a name, for a role of Identity Center. The copy
// keeps only the settings of the connection, and a region from a flag or the environment.
func (p *Profile) ForRole(s Session, accountID, roleName string) *Profile {
	made := *p
	made.Name, made.Exists, made.EnvKeys, made.Kind, made.KindFrom = "", false, false, SSO, "--role"
	made.Session, made.AccountID, made.RoleName = s, accountID, roleName
	if made.RegionSource != Flag && made.RegionSource != Env {
		made.Region, made.RegionSource, made.regionErr = "", NoSource, nil
	}
	return &made
}

// chain returns the chain of a profile. visited holds the names of the profiles so far.
func (r *resolver) chain(p *Profile, visited []string) (Chain, error) {
	switch {
	case p.Kind == Process && p.process != nil:
		return r.chain(p.process, append(visited, p.process.Name))
	case p.Kind == WebIdentity:
		role, err := r.webIdentity(p)
		return Chain{Start{WebIdentity, p.KindFrom, p}, []Role{role}}, err
	case p.Kind != AssumeRole:
		return Chain{Start: Start{p.Kind, p.KindFrom, p}}, nil
	}
	role, err := r.role(p)
	if err != nil {
		return Chain{}, err
	}
	c, err := r.source(p, visited)
	c.Roles = append(c.Roles, role)
	return c, err
}

// source returns the chain of the credentials that assume the role of p.
func (r *resolver) source(p *Profile, visited []string) (Chain, error) {
	named, hasProfile := p.settings.get("source_profile")
	credentials, hasSource := p.settings.get("credential_source")
	switch {
	case hasProfile && hasSource:
		return Chain{}, &Error{
			Msg:  "The profile \"" + p.Name + "\" contains both source_profile and credential_source.",
			Hint: "remove one of these settings: " + place(named) + ", " + place(credentials), Code: 255,
		}
	case hasSource:
		start, err := credentialSource(p, credentials)
		return Chain{Start: start}, err
	case !hasProfile:
		return Chain{}, &Error{
			Msg:  "Partial credentials found in assume-role, missing: source_profile or credential_source",
			Hint: "add one of these settings to the profile " + strconv.Quote(p.Name) + ", which has role_arn: " + p.KindFrom, Code: 255,
		}
	}
	src, err := r.sourceProfile(p, named, visited)
	if err != nil {
		return Chain{}, err
	}
	return r.chain(src, append(visited, named.Value))
}

// sourceProfile returns the profile of a source_profile. If this profile has keys and a
// role_arn, the keys are the source. Keys of the environment and the metadata service are
// never the source.
func (r *resolver) sourceProfile(p *Profile, named foundSetting, visited []string) (*Profile, error) {
	if named.Value == "" { // without a name, Resolve would take the profile of the environment
		return nil, missingSource(p, named)
	}
	in := r.Inputs
	in.Profile, in.New = named.Value, false
	src, warnings, err := Resolve(in)
	if src == nil {
		return nil, r.brokenChain(p, named, visited[:len(visited)-1], err)
	}
	keys := src.settings.has("aws_access_key_id") || src.settings.has("aws_secret_access_key")
	if slices.Contains(visited, named.Value) && (named.Value != p.Name || !keys) {
		return nil, loop(named, visited)
	}
	for _, w := range warnings {
		r.warn(w)
	}
	if src.Kind == AssumeRole && keys {
		own := *src
		own.Kind, own.KindFrom = r.kindBesideRole(own.settings, true)
		if own.Kind == SSO {
			err = r.sso(&own)
		}
		src = &own
	} else if src.Kind == AssumeRole {
		return src, nil // an error of its session does not matter
	}
	if src.Kind == None || src.Kind == Container {
		return nil, &Error{
			Msg:  "The source profile \"" + named.Value + "\" must have credentials.",
			Hint: "change source_profile, or add credentials to that profile: " + place(named), Code: 255,
		}
	}
	return src, err
}

// credentialSource returns the start of a chain for a credential_source.
func credentialSource(p *Profile, f foundSetting) (Start, error) {
	kinds := map[string]Kind{"Environment": Environment, "EcsContainer": Container, "Ec2InstanceMetadata": Metadata}
	kind, ok := kinds[f.Value]
	if !ok {
		return Start{}, &Error{
			Msg:  "The credential source \"" + f.Value + "\" referenced in profile \"" + p.Name + "\" is not valid.",
			Hint: "use Environment, EcsContainer or Ec2InstanceMetadata: " + place(f), Code: 255,
		}
	}
	return Start{kind, place(f), p}, nil
}

// loop returns botocore's error for a circular chain.
func loop(source foundSetting, visited []string) *Error {
	return &Error{
		Msg: "Infinite loop in credential configuration detected. Attempting to load from profile " + source.Value +
			" which has already been visited. Visited profiles: ['" + strings.Join(visited, "', '") + "']",
		Code: 255, Hint: "change source_profile: " + place(source),
	}
}

// role returns the role that a profile names with role_arn.
func (r *resolver) role(p *Profile) (Role, error) {
	get := func(key string) string {
		f, _ := p.settings.get(key)
		return f.Value
	}
	role := Role{
		Profile: p.Name, From: p.KindFrom, ARN: get("role_arn"), SessionName: get("role_session_name"),
		ExternalID: get("external_id"), MFASerial: get("mfa_serial"), MFAProcess: get("mfa_process"),
		SourceIdentity: get("source_identity"), Duration: r.duration(p),
	}
	f, _ := p.settings.get("transitive_session_tags")
	role.TransitiveTags = list(f.Value)
	f, _ = p.settings.get("session_tags")
	for _, pair := range list(f.Value) {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return Role{}, &Error{
				Msg:  place(f) + ": " + strconv.Quote(pair) + " is not a tag",
				Hint: "write tags as NAME=VALUE, with commas between them", Code: 255,
			}
		}
		role.Tags = append(role.Tags, Tag{strings.TrimSpace(key), strings.TrimSpace(value)})
	}
	return role, nil
}

// list splits a list at commas, and removes blanks around the elements.
func list(s string) (out []string) {
	for _, e := range strings.Split(s, ",") {
		if e = strings.TrimSpace(e); e != "" {
			out = append(out, e)
		}
	}
	return out
}

// duration returns duration_seconds. Like botocore, it ignores a value that is not a number,
// but adds a warning.
func (r *resolver) duration(p *Profile) time.Duration {
	f, ok := p.settings.get("duration_seconds")
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(f.Value), 10, 32)
	if err != nil {
		r.warn(Warning{Text: place(f) + ": " + strconv.Quote(f.Value) + " is not a whole number of seconds; lanyard uses the default"})
		return 0
	}
	return time.Duration(n) * time.Second
}

// webIdentity returns the role that a web identity assumes, from the profile or the
// environment. If --profile names the profile, webIdentity ignores the environment.
func (r *resolver) webIdentity(p *Profile) (Role, error) {
	get := func(key, variable string) (value, from string) {
		if v, ok := r.env(variable); ok && variable != "" && !p.Explicit {
			return v, variable
		}
		f, ok := p.settings.get(key)
		if !ok {
			return "", ""
		}
		return f.Value, place(f)
	}
	role := Role{Profile: p.Name}
	role.ARN, role.From = get("role_arn", "AWS_ROLE_ARN")
	role.SessionName, _ = get("role_session_name", "AWS_ROLE_SESSION_NAME")
	role.TokenFile, _ = get("web_identity_token_file", webIdentityVariable)
	if role.TokenFile == "" {
		role.TokenProcess, _ = get("web_identity_token_process", "")
		role.Duration = r.duration(p) // botocore ignores it beside a file
	}
	if role.ARN == "" {
		return Role{}, &Error{
			Msg: "The provided profile or the current environment is configured to assume role with web identity but has no role ARN configured. " +
				"Ensure that the profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is set.",
			Hint: "add role_arn; the token of the web identity comes from " + p.KindFrom, Code: 255,
		}
	}
	return role, nil
}

// limitDurations limits the duration of a role that another role assumes to one hour, because
// AWS refuses longer durations. Each permission set is a role.
func (r *resolver) limitDurations(c *Chain) {
	byRole := slices.Contains([]Kind{SSO, WebIdentity, Container, Metadata}, c.Start.Kind)
	for i := range c.Roles {
		role := &c.Roles[i]
		if role.Duration > ChainLimit && !role.WebIdentity() && (byRole || i > 0) {
			r.warn(Warning{
				Text: "profile " + role.Profile + ": duration_seconds is " + strconv.Itoa(int(role.Duration/time.Second)) +
					", but AWS allows 3600 seconds if another role assumes the role; lanyard requests 3600",
				Hint: "set duration_seconds to 3600 or less",
			})
			role.Duration = ChainLimit
		}
	}
}

// include adds the settings of the included profiles. A profile inherits settings that it does
// not have itself. aws-vault also has include_profile; the AWS CLI ignores this setting.
func (r *resolver) include(p *Profile) error {
	visited := []string{p.Name}
	for own := p.settings; ; {
		f, ok := own.get("include_profile")
		if !ok {
			return nil
		}
		if slices.Contains(visited, f.Value) {
			return &Error{Msg: place(f) + ": profile " + strconv.Quote(f.Value) + " includes itself", Code: 255, Hint: "remove this include_profile"}
		}
		visited = append(visited, f.Value)
		next, err := r.profile(f.Value)
		if err != nil {
			return err
		}
		if !next.exists() {
			return &Error{Msg: place(f) + ": profile " + strconv.Quote(f.Value) + " does not exist", Code: 255, Hint: "change include_profile"}
		}
		p.settings.included = append(p.settings.included, next)
		own = next
	}
}

// includable reports whether a profile inherits this setting. The list is aws-vault's list.
func includable(key string) bool {
	return slices.Contains([]string{
		"mfa_serial", "role_arn", "external_id", "region", "role_session_name", "duration_seconds", "source_profile",
		"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name", "web_identity_token_file",
		"web_identity_token_process", "source_identity", "credential_process", "mfa_process", "session_tags",
		"transitive_session_tags",
	}, key)
}

// This file resolves a profile: its name, its settings, its kind of credentials, and the
// settings for AWS clients.

package profile

import (
	"runtime"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// Resolve resolves the profile. An error is an *[Error].
//
// The profile is nil if it does not exist or its file cannot be read. If only its SSO
// settings are wrong, Resolve returns both the profile and the error, because a sign-in needs
// fewer settings: see [Profile.LoginSession].
func Resolve(in Inputs) (*Profile, []Warning, error) { return resolve(in, nil) }

// resolve does the work of [Resolve]. The profiles in chain led to this profile through
// credential_process or source_profile.
func resolve(in Inputs, chain []string) (*Profile, []Warning, error) {
	r := &resolver{Inputs: in}
	p := &Profile{in: in}
	p.Name, p.variable = choose(in.Profile, r.env)
	p.Explicit, p.FromEnv = in.Profile != "", p.variable != ""
	if err := r.read(p); err != nil {
		return nil, r.warnings, err
	}
	if err := r.include(p); err != nil {
		return nil, r.warnings, err
	}
	if err := r.endpoint(p); err != nil {
		return nil, r.warnings, err
	}
	r.region(p)
	p.Output, p.OutputSource, _ = r.value(p, r.Output, "--output", []string{"AWS_DEFAULT_OUTPUT"}, "output", ValidOutput)
	r.client(p)
	key, _ := r.env("AWS_ACCESS_KEY_ID")
	p.EnvKeys = key != "" && !p.Explicit
	p.Kind, p.KindFrom = r.kind(p.settings, p.Explicit)
	var err error
	if p.Kind == SSO {
		err = r.sso(p)
	}
	p.login, p.loginErr = r.login(p.settings)
	switch p.Kind {
	case Process:
		err = r.byProcess(p, chain)
	case AssumeRole:
		r.bySource(p, chain)
	}
	return p, r.warnings, err
}

// Name returns the name of the profile that [Resolve] chooses, for [awsconfig.ReadFor].
// lookupEnv must not be nil.
func Name(flag string, lookupEnv func(string) (string, bool)) string {
	name, _ := choose(flag, lookupEnv)
	return name
}

// choose returns the name of the profile, and the variable that names it, or "". Like the AWS
// CLI, it accepts a variable that is set but empty. The name is then "".
func choose(flag string, lookupEnv func(string) (string, bool)) (name, variable string) {
	if flag != "" {
		return flag, ""
	}
	for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if name, ok := lookupEnv(variable); ok {
			return name, variable
		}
	}
	return "default", ""
}

// read reads the settings of the profile. A profile that a flag or a variable names must
// exist, unless it is new.
func (r *resolver) read(p *Profile) (err error) {
	if p.settings, err = r.profile(p.Name); err != nil {
		return err
	}
	p.Exists = p.settings.exists()
	if done, err := r.checkUnreadable(p); done || p.Exists {
		return err
	}
	files, err := r.readAll() // a mistake elsewhere in the files may be the reason
	if err != nil || r.New || !p.Explicit && !p.FromEnv {
		return err
	}
	return r.unknownProfile(p, files)
}

// checkUnreadable handles files that exist but cannot be read. done is true if a file cannot
// be read. The AWS CLI treats such a file as empty. lanyard does the same and adds a warning.
// If the named profile was not found, checkUnreadable returns an error, because that file may
// contain the profile. If the environment names the profile but also contains keys, this is
// not an error.
func (r *resolver) checkUnreadable(p *Profile) (done bool, err error) {
	hint := "make the file readable, or set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE to other files"
	for _, doc := range []*awsconfig.Doc{r.Config, r.Credentials} {
		unread := doc.Unreadable()
		if unread == nil {
			continue
		}
		done = true
		if !p.Exists && (p.Explicit || p.FromEnv && !r.environmentKeys()) {
			return true, unreadable(unread)
		}
		warning := ignored(unread)
		warning.Hint, hint = hint, ""
		r.warn(warning)
	}
	return done, nil
}

// environmentKeys reports whether the environment has both an access key and a secret key.
func (r *resolver) environmentKeys() bool {
	id, _ := r.env("AWS_ACCESS_KEY_ID")
	secret, _ := r.env("AWS_SECRET_ACCESS_KEY")
	return id != "" && secret != ""
}

// ignored returns the warning for an unreadable file, which lanyard treats as empty.
func ignored(err error) Warning {
	return Warning{Text: err.Error() + "; continuing without this file"}
}

// region sets the region from the flag, AWS_REGION, AWS_DEFAULT_REGION or the profile, in
// this order. A variable that is set but empty means no region.
func (r *resolver) region(p *Profile) {
	var where string
	p.Region, p.RegionSource, where = r.value(p, r.Region, "--region", []string{"AWS_REGION", "AWS_DEFAULT_REGION"}, "region", validRegion)
	if validRegion(p.Region) {
		return
	}
	err := badRegion(p.Region, where)
	if !r.New {
		p.regionErr = err
		return
	}
	// A command that creates a profile may correct the region.
	r.warn(Warning{Text: err.Msg, Hint: err.Hint})
	p.Region, p.RegionSource = "", NoSource
}

// value returns the value of the flag, else of the first variable that is set, else of the
// setting. It also returns the place of the value.
func (r *resolver) value(p *Profile, flag, flagName string, vars []string, key string, valid func(string) bool) (v string, from Source, where string) {
	if flag != "" {
		return flag, Flag, flagName
	}
	for _, name := range vars {
		if v, ok := r.env(name); ok {
			return v, Env, name
		}
	}
	if f, ok := p.settings.get(key); ok {
		return r.clean(f, valid), f.source, place(f)
	}
	return "", NoSource, ""
}

// client sets the settings for AWS clients.
func (r *resolver) client(p *Profile) {
	anyValue := func(string) bool { return true }
	p.CABundle, _, _ = r.value(p, "", "", []string{"AWS_CA_BUNDLE"}, "ca_bundle", anyValue)
	p.FIPS = r.isTrue(p, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
	p.DualStack = r.isTrue(p, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")

	mode, _, where := r.value(p, "", "", []string{"AWS_RETRY_MODE"}, "retry_mode", anyValue)
	switch mode {
	case "", "legacy", "standard", "adaptive":
		p.RetryMode = mode
	default:
		p.retryErr = &Error{Msg: where + ": " + strconv.Quote(mode) + " is not a retry mode (legacy, standard or adaptive)", Code: 255}
	}
	tries, from, where := r.value(p, "", "", []string{"AWS_MAX_ATTEMPTS"}, "max_attempts", anyValue)
	if from == NoSource {
		return
	}
	n, err := strconv.Atoi(tries)
	if err != nil || n < 1 {
		p.retryErr = &Error{Msg: where + ": " + strconv.Quote(tries) + " is not a number of attempts (1 or more)", Code: 255}
		return
	}
	p.MaxAttempts = n
}

// isTrue reports whether a variable or setting is true. Like the AWS CLI, it treats every
// other value as false.
func (r *resolver) isTrue(p *Profile, variable, key string) bool {
	v, _, _ := r.value(p, "", "", []string{variable}, key, validBool)
	return strings.EqualFold(v, "true")
}

// webIdentityVariable names the file with the token of a web identity. It does not apply to
// the profile that the flag names.
const webIdentityVariable = "AWS_WEB_IDENTITY_TOKEN_FILE"

// kind returns the kind of a profile's credentials, and the setting or variable that
// determines the kind. It has the same order as botocore's create_credential_resolver. kind
// ignores keys in the environment, because they do not belong to the profile. byFlag means
// that the flag names the profile. kind then also ignores the web identity of the
// environment. Most settings count even if their value is empty.
func (r *resolver) kind(s settings, byFlag bool) (k Kind, where string) {
	if f, ok := s.get("role_arn"); ok && !s.has("web_identity_token_file") {
		// With aws-vault's web_identity_token_process, a role needs no source.
		if token, ok := s.get("web_identity_token_process"); ok && !s.has("source_profile") && !s.has("credential_source") {
			return WebIdentity, place(token)
		}
		return AssumeRole, place(f)
	}
	return r.kindBesideRole(s, byFlag)
}

// kindBesideRole does the same as kind, but ignores role_arn.
func (r *resolver) kindBesideRole(s settings, byFlag bool) (k Kind, where string) {
	first := func(keys ...string) (where string, ok bool) {
		for _, key := range keys {
			if f, ok := s.get(key); ok {
				return place(f), true
			}
		}
		return "", false
	}
	token, _ := s.get("web_identity_token_file")
	if v, ok := r.env(webIdentityVariable); ok && !byFlag {
		if v != "" {
			return WebIdentity, webIdentityVariable
		}
	} else if token.Value != "" {
		return WebIdentity, place(token)
	}
	if where, ok := first("sso_account_id", "sso_role_name"); ok {
		return SSO, where
	}
	if f, ok := sectionSetting(s.credentials, "aws_access_key_id", CredentialsFile); ok {
		return Static, place(f)
	}
	for _, other := range []struct {
		kind Kind
		key  string
	}{{Login, "login_session"}, {Process, "credential_process"}, {Static, "aws_access_key_id"}} {
		if where, ok := first(other.key); ok {
			return other.kind, where
		}
	}
	for _, variable := range []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		if _, ok := r.env(variable); ok {
			return Container, variable
		}
	}
	return None, ""
}

// process returns the profile's credential_process and its setting. ok is false if the
// profile's credentials do not come from a credential_process that runs this program.
func (r *resolver) process(inProfile settings, byFlag bool) (p OwnProcess, line foundSetting, ok bool) {
	if kind, _ := r.kind(inProfile, byFlag); kind != Process {
		return OwnProcess{}, foundSetting{}, false
	}
	line, _ = inProfile.get("credential_process")
	p, ok = parseProcess(line.Value, r.Own, runtime.GOOS == "windows")
	return p, line, ok
}

// endpoint checks and sets --endpoint-url.
func (r *resolver) endpoint(p *Profile) error {
	p.EndpointURL = r.EndpointURL
	if p.EndpointURL != "" && !strings.Contains(p.EndpointURL, "://") {
		return &Error{
			Msg: "Bad value for --endpoint-url \"" + p.EndpointURL + "\": scheme is missing.  " +
				"Must be of the form http://<hostname>/ or https://<hostname>/",
			Code: 252,
		}
	}
	return nil
}

// An Endpoint is the configured base URL of a service. The zero Endpoint means that no
// endpoint is configured.
type Endpoint struct {
	URL  string
	From string // the setting, for messages: a variable, or file, line and key
	Env  bool   // From is an environment variable
}

// Endpoint returns the configured endpoint of a service. The service is written as in the
// name of its variable: SSO, SSO_OIDC, STS, S3, EC2.
//
// The order is AWS_ENDPOINT_URL_<service>, AWS_ENDPOINT_URL, the profile's [services], the
// profile's endpoint_url. Endpoint ignores empty values. SSO and SSO_OIDC get the user's
// tokens. For these services, Endpoint also ignores AWS_ENDPOINT_URL and endpoint_url,
// because they usually name a LocalStack. Endpoint also ignores --endpoint-url, which is for
// the operation on the command line.
func (p *Profile) Endpoint(service string) (Endpoint, error) {
	r := &resolver{Inputs: p.in}
	if r.isTrue(p, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") {
		return Endpoint{}, nil
	}
	variables := []string{"AWS_ENDPOINT_URL_" + service}
	general := service != "SSO" && service != "SSO_OIDC"
	if general {
		variables = append(variables, "AWS_ENDPOINT_URL")
	}
	for _, name := range variables {
		if v, _ := r.env(name); v != "" {
			return Endpoint{URL: v, From: name, Env: true}, nil
		}
	}
	if ref, ok := p.settings.get("services"); ok {
		e, err := r.serviceEndpoint(ref.Value, strings.ToLower(service))
		if e.URL != "" || err != nil {
			return e, err
		}
	}
	if f, _ := p.settings.get("endpoint_url"); general && f.Value != "" {
		return Endpoint{URL: f.Value, From: place(f)}, nil
	}
	return Endpoint{}, nil
}

// serviceEndpoint returns the endpoint in a [services] section. Like the AWS CLI, it
// treats a section without settings as missing.
func (r *resolver) serviceEndpoint(name, service string) (Endpoint, error) {
	section, err := r.find(r.Config, awsconfig.Services, name)
	if err != nil {
		return Endpoint{}, err
	}
	if section == nil || len(section.Settings) == 0 {
		return Endpoint{}, &Error{
			Msg: "The profile is configured to use the services section but the \"" + name +
				"\" services configuration does not exist.",
			Code: 255,
		}
	}
	block, _ := section.Get(service)
	for _, s := range block.Nested {
		if s.Key == "endpoint_url" && s.Value != "" {
			return Endpoint{URL: s.Value, From: place(foundSetting{s, section.Path, ConfigFile}) + " of " + service + " in [services " + name + "]"}, nil
		}
	}
	return Endpoint{}, nil
}

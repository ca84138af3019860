// How a profile is resolved: its name, its files, where its credentials come from, and
// what a client of AWS needs to know.

package profile

import (
	"runtime"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// Resolve finds the profile and what it says. An error is an *[Error].
//
// The profile is nil when nothing can be done with it: it does not exist, or its file
// cannot be read. When only its SSO settings are wrong it is returned along with the
// error, because a sign-in needs fewer of them: see [Profile.LoginSession].
func Resolve(in Inputs) (*Profile, []Warning, error) { return resolve(in, nil) }

// resolve is Resolve for a profile that a credential_process or a source_profile
// names. chain has the profiles that led to it.
func resolve(in Inputs, chain []string) (*Profile, []Warning, error) {
	r := &resolver{Inputs: in}
	p := &Profile{in: in}
	p.Name, p.variable = choose(in.Profile, r.env)
	p.Explicit, p.FromEnv = in.Profile != "", p.variable != ""
	if err := r.read(p); err != nil {
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

// Name returns the name of the profile that is meant, for [awsconfig.ReadFor]: the
// flag's, or else as [Resolve] decides. The environment may not be nil.
func Name(flag string, lookupEnv func(string) (string, bool)) string {
	name, _ := choose(flag, lookupEnv)
	return name
}

// choose also returns the variable that named the profile, if one did. A variable
// that is set and empty counts as set, and names a profile that hardly exists: so
// the AWS CLI.
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

// read finds the profile in the files. Only a profile that was named must exist.
func (r *resolver) read(p *Profile) (err error) {
	if p.settings, err = r.profile(p.Name); err != nil {
		return err
	}
	p.Exists = p.settings.exists()
	if done, err := r.unreadFiles(p); done || p.Exists {
		return err
	}
	w, err := r.world() // reads everything: a mistake elsewhere may be the reason
	if err != nil || r.New || !p.Explicit && !p.FromEnv {
		return err
	}
	return r.unknownProfile(p, w)
}

// unreadFiles decides what a file means that exists and cannot be read. The AWS CLI
// takes such a file for an empty one. Here the same is done with a warning, except
// where the profile was named and may be in that file: then done is true and err says
// so. Keys in the environment decide before a profile that the environment names.
func (r *resolver) unreadFiles(p *Profile) (done bool, err error) {
	hint := "make it readable, or name other files in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE"
	for _, doc := range []*awsconfig.Doc{r.Config, r.Credentials} {
		unread := doc.Unreadable()
		if unread == nil {
			continue
		}
		done = true
		if !p.Exists && (p.Explicit || p.FromEnv && !r.environmentKeys()) {
			return true, unreadable(unread)
		}
		warning := goesOnWithout(unread)
		warning.Hint, hint = hint, ""
		r.warn(warning)
	}
	return done, nil
}

// environmentKeys reports whether the environment holds a complete pair of keys.
func (r *resolver) environmentKeys() bool {
	id, _ := r.env("AWS_ACCESS_KEY_ID")
	secret, _ := r.env("AWS_SECRET_ACCESS_KEY")
	return id != "" && secret != ""
}

func goesOnWithout(err error) Warning {
	return Warning{Text: err.Error() + "; continuing without this file"}
}

// region decides on the region; reference: flag, AWS_REGION, AWS_DEFAULT_REGION,
// profile. A variable that is set and empty means no region.
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
	// The user who sets a profile up may be about to correct the region.
	r.warn(Warning{Text: err.Msg, Hint: err.Hint})
	p.Region, p.RegionSource = "", NoSource
}

// value returns the first of flag, variables and setting, and where it stands.
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

// client reads what every client of AWS needs to know.
func (r *resolver) client(p *Profile) {
	anything := func(string) bool { return true }
	p.CABundle, _, _ = r.value(p, "", "", []string{"AWS_CA_BUNDLE"}, "ca_bundle", anything)
	p.FIPS = r.truth(p, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
	p.DualStack = r.truth(p, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")

	mode, _, where := r.value(p, "", "", []string{"AWS_RETRY_MODE"}, "retry_mode", anything)
	switch mode {
	case "", "legacy", "standard", "adaptive":
		p.RetryMode = mode
	default:
		p.retryErr = &Error{Msg: where + ": retry mode " + strconv.Quote(mode) + " is none of legacy, standard, adaptive", Code: 255}
	}
	tries, from, where := r.value(p, "", "", []string{"AWS_MAX_ATTEMPTS"}, "max_attempts", anything)
	if from == NoSource {
		return
	}
	n, err := strconv.Atoi(tries)
	if err != nil || n < 1 {
		p.retryErr = &Error{Msg: where + ": the number of attempts is not a whole number from 1: " + strconv.Quote(tries), Code: 255}
		return
	}
	p.MaxAttempts = n
}

// truth reads a boolean. Whatever is not true is false, as for the AWS CLI.
func (r *resolver) truth(p *Profile, variable, key string) bool {
	v, _, _ := r.value(p, "", "", []string{variable}, key, validBool)
	return strings.EqualFold(v, "true")
}

// webIdentityVariable names the token of a web identity, for all profiles that are
// not named by flag.
const webIdentityVariable = "AWS_WEB_IDENTITY_TOKEN_FILE"

// kind returns where the credentials come from, and the key or variable that says so.
// It decides for every command. The order is the AWS CLI's (botocore's
// create_credential_resolver). Keys in the environment are not the profile's and do
// not count here. byFlag says that the profile was named by flag: then the
// environment's web identity does not count either. Most providers ask only whether a
// key is there; it may be empty.
func (r *resolver) kind(s settings, byFlag bool) (k Kind, where string) {
	first := func(keys ...string) (where string, ok bool) {
		for _, key := range keys {
			if f, ok := s.get(key); ok {
				return place(f), true
			}
		}
		return "", false
	}
	token, ownToken := s.get("web_identity_token_file")
	if where, ok := first("role_arn"); ok && !ownToken {
		return AssumeRole, where
	}
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
	if f, ok := in(s.credentials, "aws_access_key_id", CredentialsFile); ok {
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

// process returns the credential_process of ours that gives a profile its
// credentials, and the setting. ok is false if the profile gets them elsewhere.
func (r *resolver) process(own settings, byFlag bool) (p OwnProcess, line found, ok bool) {
	if kind, _ := r.kind(own, byFlag); kind != Process {
		return OwnProcess{}, found{}, false
	}
	line, _ = own.get("credential_process")
	p, ok = parseProcess(line.Value, r.Own, runtime.GOOS == "windows")
	return p, line, ok
}

// endpoint takes over --endpoint-url.
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

// An Endpoint is the configured base URL of a service. The zero Endpoint means that
// nothing is configured and the built-in rules decide.
type Endpoint struct {
	URL  string
	From string // the setting, for messages: a variable, or file, line and key
	Env  bool   // an environment variable names it
}

// Endpoint returns the endpoint that is configured for a service. The service is its
// id in capitals, as it stands in the name of its variable: SSO, SSO_OIDC, STS, S3,
// EC2.
//
// The order is AWS_ENDPOINT_URL_<service>, AWS_ENDPOINT_URL, the [services] of the
// profile, its endpoint_url; an empty one does not count. SSO and SSO_OIDC get the
// user's tokens, so only the settings that name them count: AWS_ENDPOINT_URL and
// endpoint_url usually mean LocalStack. --endpoint-url is for the operation on the
// command line, and is left to the caller.
func (p *Profile) Endpoint(service string) (Endpoint, error) {
	r := &resolver{Inputs: p.in}
	if r.truth(p, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") {
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

// serviceEndpoint looks into a [services] section. A section without settings counts
// as missing.
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
			return Endpoint{URL: s.Value, From: place(found{s, section.Path, ConfigFile}) + " of " + service + " in [services " + name + "]"}, nil
		}
	}
	return Endpoint{}, nil
}

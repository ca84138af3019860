package profile

import (
	"strconv"
	"strings"
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
	for _, step := range []func(*Profile) error{r.read, r.endpoint} {
		if err := step(p); err != nil {
			return nil, r.warnings, err
		}
	}
	r.region(p)
	p.Output, p.OutputSource, _ = r.value(p, r.Output, "--output", []string{"AWS_DEFAULT_OUTPUT"}, "output", validOutput)
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

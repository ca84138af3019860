// This file resolves profiles that use another profile or session, through a
// credential_process that runs this program or through a source_profile.

package profile

import (
	"errors"
	"strconv"
	"strings"
)

// byProcess turns a profile into an SSO profile if its credential_process runs this program.
// The credentials are the same, and no new process is necessary. chain holds the profiles
// that led to p.
func (r *resolver) byProcess(p *Profile, chain []string) error {
	process, line, ok := r.process(p.settings, p.Explicit)
	if !ok {
		return nil
	}
	p.Process = &process
	if process.Session != "" {
		return r.byRole(p, process, line)
	}
	source := process.Profile
	if source == "" {
		source, _ = choose("", r.env)
	}
	src, warnings, err := r.follow(p, source, chain)
	for _, w := range warnings {
		r.warn(w)
	}
	switch {
	case src == nil && err == nil:
		return &Error{
			Msg: "Credential process resolution detected an infinite loop, profile cycle: " +
				strings.Join(append(chain, p.Name, source), " -> "),
			Code: 253,
			Hint: "name a profile that has sso_account_id and sso_role_name in " + place(line),
		}
	case src == nil && err != nil:
		var e *Error
		if !errors.As(err, &e) {
			return err
		}
		return &Error{Msg: place(line) + ": " + e.Msg, Hint: e.Hint, Code: e.Code, err: e.err}
	case err != nil:
		return err
	case src.Kind != SSO:
		p.process = src
		p.login, p.loginErr, p.Source = src.login, src.loginErr, src.Source
		return nil
	}
	p.Source, p.Kind = src.ForSession(), SSO
	p.Session, p.AccountID, p.RoleName = src.Session, src.AccountID, src.RoleName
	p.login, p.loginErr = src.login, src.loginErr
	return nil
}

// byRole sets session, account and role from the credential_process.
func (r *resolver) byRole(p *Profile, process OwnProcess, line foundSetting) error {
	p.Kind = SSO
	p.login, p.loginErr = r.namedSession(process.Session, p.settings)
	if p.loginErr != nil {
		return p.loginErr
	}
	if !ValidAccountID(process.AccountID) {
		return &Error{Msg: place(line) + ": an account id has 12 digits: " + strconv.Quote(process.AccountID), Code: 255}
	}
	p.Session, p.AccountID, p.RoleName = p.login, process.AccountID, process.RoleName
	return nil
}

// bySource sets the session of a profile that assumes a role. If the profile does not name a
// session itself, it gets the session of its source_profile. chain holds the profiles that
// led to p.
func (r *resolver) bySource(p *Profile, chain []string) {
	source, ok := p.settings.get("source_profile")
	if !ok || p.settings.has("sso_session") || p.settings.has("sso_start_url") {
		return
	}
	if source.Value == "" {
		p.loginErr = missingSource(p, source)
		return
	}
	src, warnings, err := r.follow(p, source.Value, chain)
	if src == nil {
		p.loginErr = r.brokenChain(p, source, chain, err)
		return
	}
	for _, w := range warnings {
		r.warn(w)
	}
	if src.loginErr == nil {
		p.login, p.loginErr, p.Source = src.login, nil, src.ForSession()
		return
	}
	p.loginErr = src.loginErr
	var e *Error
	if errors.As(src.loginErr, &e) && e.Hint == "" {
		hinted := *e
		hinted.Hint = "profile " + p.Name + " takes its credentials from " + src.Name + ", which is " + src.Kind.String()
		p.loginErr = &hinted
	}
}

// brokenChain returns botocore's error for a source_profile that cannot be resolved. If err
// is nil, the chain is circular.
func (r *resolver) brokenChain(p *Profile, source foundSetting, chain []string, err error) error {
	if err == nil {
		return loop(source, append(append([]string(nil), chain...), p.Name))
	}
	if Unknown(err) {
		return missingSource(p, source)
	}
	return err
}

// missingSource returns botocore's error for a source_profile that does not exist.
func missingSource(p *Profile, source foundSetting) error {
	return &Error{
		Msg:  "The source_profile \"" + source.Value + "\" referenced in the profile \"" + p.Name + "\" does not exist.",
		Code: 255, Hint: "change source_profile: " + place(source),
	}
}

// follow resolves the profile that p names. If the chain is circular, follow returns no
// profile and no error.
func (r *resolver) follow(p *Profile, name string, chain []string) (*Profile, []Warning, error) {
	chain = append(chain, p.Name)
	for _, seen := range chain {
		if seen == name {
			return nil, nil, nil
		}
	}
	in := r.Inputs
	in.Profile, in.New = name, false
	return resolve(in, chain)
}

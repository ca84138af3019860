package profile

import (
	"errors"
	"strings"
)

// bySource gives a profile that assumes a role the session of its source_profile to
// sign in to, unless it names a session itself. chain has the profiles that led here.
func (r *resolver) bySource(p *Profile, chain []string) {
	source, ok := p.settings.get("source_profile")
	if !ok || p.settings.has("sso_session") || p.settings.has("sso_start_url") {
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

// brokenChain is the error for a source_profile that cannot be resolved, in botocore's
// words. A nil err means that the chain leads back to itself.
func (r *resolver) brokenChain(p *Profile, source found, chain []string, err error) error {
	var e *Error
	if err == nil {
		visited := append(append([]string(nil), chain...), p.Name)
		return &Error{
			Msg: "Infinite loop in credential configuration detected. Attempting to load from profile " + source.Value +
				" which has already been visited. Visited profiles: ['" + strings.Join(visited, "', '") + "']",
			Code: 255, Hint: "change source_profile: " + place(source),
		}
	}
	if errors.As(err, &e) && strings.HasPrefix(e.Msg, "The config profile (") {
		return &Error{
			Msg:  "The source_profile \"" + source.Value + "\" referenced in the profile \"" + p.Name + "\" does not exist.",
			Code: 255, Hint: "change source_profile: " + place(source),
		}
	}
	return err
}

package profile

import (
	"slices"
	"strconv"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// settings is one profile in both files: each key of the credentials file lies
// over the same key of the config file.
type settings struct {
	config, credentials *awsconfig.Section
}

// A found is a setting and the file it stands in.
type found struct {
	awsconfig.Setting
	path   string
	source Source
}

func (s settings) exists() bool { return s.config != nil || s.credentials != nil }

// get returns a setting.
func (s settings) get(key string) (found, bool) {
	if f, ok := in(s.credentials, key, CredentialsFile); ok {
		return f, true
	}
	return in(s.config, key, ConfigFile)
}

func (s settings) has(key string) bool {
	_, ok := s.get(key)
	return ok
}

// in returns the setting of one section.
func in(s *awsconfig.Section, key string, source Source) (found, bool) {
	v, ok := s.Get(key)
	if !ok {
		return found{}, false
	}
	return found{v, s.Path, source}, true
}

// A resolver reads sections and remembers what is worth a warning.
type resolver struct {
	Inputs
	warnings []Warning
	sessions map[string]*awsconfig.Section // those read so far; nil if there is none
}

func (r *resolver) env(name string) (string, bool) {
	if r.LookupEnv == nil {
		return "", false
	}
	return r.LookupEnv(name)
}

// warn remembers w once.
func (r *resolver) warn(w Warning) {
	if !slices.Contains(r.warnings, w) {
		r.warnings = append(r.warnings, w)
	}
}

func (r *resolver) warnOf(problems []awsconfig.Problem) {
	for _, p := range problems {
		r.warn(problemWarning(p))
	}
}

// find returns the section, or nil.
func (r *resolver) find(doc *awsconfig.Doc, kind awsconfig.Kind, name string) (*awsconfig.Section, error) {
	s, problems, err := doc.Find(kind, name)
	r.warnOf(problems)
	if err != nil {
		return nil, unreadable(err)
	}
	return s, nil
}

// profile returns what the files say about the profile.
func (r *resolver) profile(name string) (settings, error) {
	config, err := r.find(r.Config, awsconfig.Profile, name)
	if err != nil {
		return settings{}, err
	}
	credentials, err := r.find(r.Credentials, awsconfig.Profile, name)
	return settings{config, credentials}, err
}

// session returns the [sso-session] of the name, or nil.
func (r *resolver) session(name string) (*awsconfig.Section, error) {
	if s, ok := r.sessions[name]; ok {
		return s, nil
	}
	s, err := r.find(r.Config, awsconfig.SSOSession, name)
	if err != nil {
		return nil, err
	}
	if r.sessions == nil {
		r.sessions = make(map[string]*awsconfig.Section)
	}
	r.sessions[name] = s
	return s, nil
}

// clean returns the value of f. A comment behind it belongs to the value, as for
// the AWS CLI and every SDK, unless the value is valid only without.
func (r *resolver) clean(f found, valid func(string) bool) string {
	if valid(f.Value) {
		return f.Value
	}
	v, ok := awsconfig.CutComment(f.Value)
	if !ok || !valid(v) {
		return f.Value
	}
	r.warn(Warning{
		Text: place(f) + ": read as " + strconv.Quote(v) + "; for the AWS CLI the comment behind it is part of the value",
		Hint: "put the comment on a line of its own",
	})
	return v
}

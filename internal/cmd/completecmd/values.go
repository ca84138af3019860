package completecmd

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// flagValues returns the possible values of a flag. beginning is the part of the value before the
// cursor.
func (p *position) flagValues(name, beginning string) (values []value, files bool) {
	if f := p.option(name); f != nil {
		return words(optionValues(f)), false
	}
	f := p.flag(name)
	if f == nil {
		return nil, false
	}
	if offered := command.Offered(f); offered != nil {
		return words(offered), false
	}
	switch f.Name {
	case "profile", "profile-name":
		return p.profiles(beginning), false
	case "sso-session", "sso-session-name":
		return p.entries(awsconfig.SSOSession, beginning), false
	case "services":
		return p.entries(awsconfig.Services, beginning), false
	case "csv": // the URL of a file
		return nil, false
	}
	placeholder, _ := pflag.UnquoteUsage(f)
	return p.valuesOf(placeholder, beginning)
}

// optionValues returns the values that the model of an operation allows.
func optionValues(f *arg.Flag) []string {
	switch {
	case f.Name == "--generate-cli-skeleton":
		return []string{"input", "yaml-input", "output"}
	case f.Member == nil:
		return nil
	case f.Member.Shape.Kind == model.List:
		return f.Member.Shape.Element.Shape.Values
	}
	return f.Member.Shape.Values
}

// argumentValues returns the values of the next argument of a command.
func (p *position) argumentValues(current string) (values []value, files bool) {
	if p.cmd.ValidArgsFunction != nil {
		found, _ := p.cmd.ValidArgsFunction(p.cmd, p.args, current)
		for _, line := range found {
			text, about, _ := strings.Cut(line, "\t")
			values = append(values, value{text, about})
		}
		return values, false
	}
	if len(p.args) == 0 && p.cmd.ValidArgs != nil {
		return words(p.cmd.ValidArgs), false
	}
	names := placeholders(p.cmd.Use)
	if len(p.args) >= len(names) {
		return nil, false
	}
	return p.valuesOf(names[len(p.args)], current)
}

// placeholders returns the names of the arguments before "--" in the usage of a command, such as
// PROFILE for "exec [flags] [PROFILE] -- COMMAND".
func placeholders(use string) []string {
	var names []string
	fields := strings.Fields(use)[1:]
	for i := 0; i < len(fields); i++ {
		switch name := strings.Trim(fields[i], "[]"); {
		case name == "--":
			return names
		case strings.HasPrefix(name, "-"):
			i++ // skip the value of a flag
		case name == strings.ToUpper(name):
			names = append(names, name)
		}
	}
	return names
}

// valuesOf returns the values for a placeholder, such as PROFILE. A placeholder is the name of an
// argument, or of the value of a flag.
func (p *position) valuesOf(placeholder, beginning string) (values []value, files bool) {
	switch placeholder {
	case "PROFILE":
		return p.profiles(beginning), false
	case "REGION":
		return words(profile.Regions()), false
	case "BOOL":
		return words([]string{"true", "false"}), false
	case "KEY":
		return words(keys()), false
	case "FILE", "DIR":
		return nil, true
	}
	return nil, false
}

// keys returns the keys that users change most often.
func keys() []string {
	return []string{
		"auto_login", "credential_process", "output", "region", "role_arn", "source_profile", "sso_account_id", "sso_auto_refresh",
		"sso_refresh_window", "sso_region", "sso_registration_scopes", "sso_role_name", "sso_session", "sso_session_duration", "sso_start_url",
	}
}

// profiles returns the profiles of both files whose names begin with beginning.
func (p *position) profiles(beginning string) []value {
	values := p.entries(awsconfig.Profile, beginning)
	_, path := profile.Paths(p.app.Env.Lookup)
	for _, e := range awsconfig.Entries(path, true, awsconfig.Profile, beginning) {
		if !slices.ContainsFunc(values, func(v value) bool { return v.text == e.Name }) {
			values = append(values, value{e.Name, describe(e)})
		}
	}
	return values
}

// entries returns the sections of the config whose names begin with beginning.
func (p *position) entries(kind awsconfig.Kind, beginning string) []value {
	path, _ := profile.Paths(p.app.Env.Lookup)
	found := awsconfig.Entries(path, false, kind, beginning)
	values := make([]value, len(found))
	for i, e := range found {
		values[i] = value{e.Name, describe(e)}
	}
	return values
}

// describe returns the account and the role of a profile.
func describe(e awsconfig.Entry) string {
	account, role := e.AccountID, e.RoleName
	if parts := strings.SplitN(e.RoleARN, ":", 6); len(parts) == 6 {
		account, role = parts[4], strings.TrimPrefix(parts[5], "role/")
	}
	switch {
	case account == "":
		return role
	case role == "":
		return account
	}
	return account + " · " + role
}

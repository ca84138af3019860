package completecmd

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/completion"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// flagValues offers the possible values of a flag. files reports whether the value is a file.
func (p *position) flagValues(name string) (files bool) {
	if f := p.option(name); f != nil {
		p.offerWords(optionValues(f)...)
		return false
	}
	f := p.flag(name)
	if f == nil {
		return false
	}
	if offered := cmdline.Offered(f); offered != nil {
		p.offerWords(offered...)
		return false
	}
	switch f.Name {
	case "profile", "profile-name":
		p.profiles()
	case "sso-session", "sso-session-name":
		p.sections(awsconfig.SSOSession)
	case "services":
		p.sections(awsconfig.Services)
	case "account":
		accountindex.Accounts(p.app.Env.Lookup, p.current, func(text, about string) { p.offer(completion.Value{Text: text, About: about}) })
	case "role":
		accountindex.RoleNames(p.app.Env.Lookup, p.account, p.current, func(role string) { p.offer(completion.Value{Text: role}) })
	case "csv": // the URL of a file
	default:
		placeholder, _ := pflag.UnquoteUsage(f)
		return p.valuesOf(placeholder)
	}
	return false
}

// optionValues returns the values that the model of an operation allows.
func optionValues(f *arg.Flag) []string {
	switch {
	case f.Name == "--generate-cli-skeleton":
		return []string{"input", "yaml-input", "output"}
	case f.Member == nil:
		return nil
	case f.Member.Shape.Kind == model.List:
		return f.Member.Shape.Element.Shape.Values()
	}
	return f.Member.Shape.Values()
}

// argumentValues offers the values of the next argument of a command. files reports whether the
// argument is a file.
func (p *position) argumentValues() (files bool) {
	if p.cmd.ValidArgsFunction != nil {
		lines, _ := p.cmd.ValidArgsFunction(p.cmd, p.args, p.current)
		for _, line := range lines {
			text, about, _ := strings.Cut(line, "\t")
			p.offer(completion.Value{Text: text, About: about})
		}
		return false
	}
	if len(p.args) == 0 && p.cmd.ValidArgs != nil {
		p.offerWords(p.cmd.ValidArgs...)
		return false
	}
	names, n := placeholders(p.cmd.Use), len(p.args)
	if last := len(names) - 1; n > last && last >= 0 && strings.HasSuffix(names[last], "...") {
		n = last // such as "[PROFILE...]"
	}
	return n < len(names) && p.valuesOf(strings.TrimSuffix(names[n], "..."))
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

// valuesOf offers the values for a placeholder, such as PROFILE. A placeholder is the name of an
// argument, or of the value of a flag. files reports whether the value is a file.
func (p *position) valuesOf(placeholder string) (files bool) {
	switch placeholder {
	case "PROFILE":
		p.profiles()
	case "SHELL":
		p.offerWords(shell.CompletionShells()...)
	case "REGION":
		p.offerWords(profile.Regions()...)
	case "BOOL":
		p.offerWords("true", "false")
	case "KEY":
		p.offerWords(keys()...)
	case "FILE", "DIR":
		return true
	}
	return false
}

// keys returns the keys that users change most often.
func keys() []string {
	return []string{
		"auto_login", "credential_process", "output", "region", "role_arn", "source_profile", "sso_account_id", "sso_auto_refresh",
		"sso_browser", "sso_callback_port", "sso_refresh_window", "sso_region", "sso_registration_scopes", "sso_role_name", "sso_session", "sso_session_duration", "sso_start_url",
	}
}

// profiles offers the profiles of both files.
func (p *position) profiles() { completion.Profiles(p.app.Env.Lookup, p.current, p.offer) }

// sections offers the names of the config's sections of a kind.
func (p *position) sections(kind awsconfig.Kind) {
	path, _ := profile.Paths(p.app.Env.Lookup)
	awsconfig.Entries(path, false, kind, p.current, func(e awsconfig.Entry) { p.offer(completion.Value{Text: e.Name}) })
}

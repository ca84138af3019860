package configurecmd

import (
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A settingPlace is where a key on the command line points to.
type settingPlace struct {
	kind awsconfig.Kind
	name string
	key  string
	sub  string // of a nested block; "" for a plain key

	named bool // the key itself names the section, as profile.dev.region does
}

// locate reads the name of a setting by the AWS CLI's rules: profile.NAME.KEY,
// default.KEY, NAME.KEY of a profile that exists, plugins.KEY, or else KEY of the
// profile in use; each KEY may go on with .SUB for a nested block. The two flags
// name another kind of section.
func locate(w *workspace.Workspace, variable string, flags sectionFlags) (settingPlace, error) {
	at := settingPlace{kind: awsconfig.Profile}
	parts := strings.Split(variable, ".")
	switch {
	case flags.session != "" && flags.services != "":
		return at, command.Usagef("--sso-session and --services do not go together")
	case flags.session != "":
		at.kind, at.name = awsconfig.SSOSession, flags.session
	case flags.services != "":
		at.kind, at.name = awsconfig.Services, flags.services
	case parts[0] == "plugins" && len(parts) == 2:
		at.kind, at.name, at.named = awsconfig.Other, "plugins", true
		parts = parts[1:]
	case parts[0] == "profile" && len(parts) > 1:
		at.name, at.named = parts[1], true
		parts = parts[2:]
	case len(parts) > 1 && (parts[0] == "default" || hasProfile(w, parts[0])):
		at.name, at.named = parts[0], true
		parts = parts[1:]
	default:
		at.name, _ = w.ProfileName()
	}
	switch len(parts) {
	case 2:
		at.key, at.sub = parts[0], parts[1]
		if at.sub == "" {
			return at, badPlace(variable)
		}
	case 1:
		at.key = parts[0]
	}
	if terminal.Printable(variable) != variable {
		return at, command.Usagef("%s is not the name of a setting: it has characters that are not shown", strconv.QuoteToASCII(variable))
	}
	if at.key == "" || at.name == "" && at.named {
		return at, badPlace(variable)
	}
	return at, nil
}

func badPlace(variable string) error {
	return command.WithHint(command.Usagef("%q is not the name of a setting", variable), "KEY, KEY.SUBKEY, profile.NAME.KEY or profile.NAME.KEY.SUBKEY; other profiles: --profile NAME")
}

// hasProfile reports whether one of the files has the profile. A file that cannot be
// read says so where the setting itself is looked up.
func hasProfile(w *workspace.Workspace, name string) bool {
	config, credentials, err := w.ProfileSections(name)
	return err == nil && (config != nil || credentials != nil)
}

// secretKey reports whether a key of a profile belongs into the credentials file.
func secretKey(key string) bool {
	switch strings.ToLower(key) {
	case "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token":
		return true
	}
	return false
}

package wizard

import (
	"errors"
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// check returns a usage error for flags that are invalid in any config.
func (o *Options) check(global command.Globals) error {
	for _, f := range []struct {
		flag, value string
		check       func(string) error
	}{
		{"--sso-start-url", o.StartURL, checkStartURL},
		{"--sso-region", o.Region, checkRegion},
		{"--sso-registration-scopes", o.Scopes, checkScopes},
		{"--sso-account-id", o.Account, checkAccount},
		{"--region", global.Region, checkRegion},
		{"--default-region", o.DefaultRegion, checkRegion},
		{"--output-format", o.Output, checkOutputFormat},
		{"--profile-name", o.Profile, checkName(awsconfig.Profile)},
		{"--sso-session-name", o.Name, checkName(awsconfig.SSOSession)},
		{"--sso-auto-refresh", o.AutoRefresh, checkSetting("sso_auto_refresh")},
		{"--sso-refresh-window", o.RefreshWindow, checkSetting("sso_refresh_window")},
	} {
		if f.value == "" {
			continue
		}
		if err := f.check(f.value); err != nil {
			return command.Usagef("argument %s: %s: %v", f.flag, command.Quote(f.value), err)
		}
	}
	for _, f := range [][4]string{
		{"--region", global.Region, "--default-region", o.DefaultRegion},
		{"--output", global.Output, "--output-format", o.Output},
	} {
		if f[1] != "" && f[3] != "" && f[1] != f[3] {
			return command.Usagef("%s %s cannot be used with %s %s: both set the same key of the profile", f[0], command.Quote(f[1]), f[2], command.Quote(f[3]))
		}
	}
	if o.UseDevice && o.CallbackPort != 0 {
		return command.Usagef("--callback-port cannot be used with --use-device-code")
	}
	if o.CallbackPort < 0 || o.CallbackPort > 65535 {
		return command.Usagef("--callback-port takes a port number, 1 to 65535, or 0 for any")
	}
	return nil
}

// scopesOr returns the scopes of the flag, or def if the flag is not set.
func (o *Options) scopesOr(def string) string {
	if o.Scopes == "" {
		return def
	}
	return o.Scopes
}

// required rejects an empty answer, as the AWS CLI does.
func required(check func(string) error) func(string) error {
	return func(s string) error {
		if s == "" {
			return errors.New("A value is required") // the AWS CLI's words
		}
		return check(s)
	}
}

// optional accepts an empty answer.
func optional(check func(string) error) func(string) error {
	return func(s string) error {
		if s == "" {
			return nil
		}
		return check(s)
	}
}

func checkStartURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, " \t") {
		return errors.New("Not a valid Start URL") // the AWS CLI's words
	}
	if u.Scheme == "https" || u.Scheme == "http" && signin.IsLoopback(s) {
		return nil
	}
	return errors.New("The sso_start_url must use the https scheme.") // the AWS CLI's words
}

func checkRegion(s string) error {
	_, _, err := profile.CheckRegion(s)
	return err
}

// checkRegionTwice returns a check like checkRegion. To use a region that lanyard does not
// know, the user enters it twice in a row.
func checkRegionTwice() func(string) error {
	var last string
	return func(s string) error {
		known, near, err := profile.CheckRegion(s)
		if err != nil || known || s == last {
			return err
		}
		last = s
		suggestion := ""
		if len(near) > 0 {
			suggestion = "Did you mean: " + near[0] + "\n"
		}
		return errors.New("lanyard does not know this region.\n" + suggestion + "Press Enter again to use it anyway, or Esc to clear the line.")
	}
}

func checkScopes(s string) error {
	for scope := range strings.SplitSeq(s, ",") {
		if strings.ContainsAny(strings.TrimSpace(scope), " \t") {
			return errors.New("Scope values must be separated by commas") // the AWS CLI's words
		}
		if strings.ContainsAny(scope, "\"'#") {
			return errors.New("a scope cannot contain quotes or #")
		}
	}
	return nil
}

func checkAccount(s string) error {
	if !profile.ValidAccountID(s) {
		return errors.New("an account id has 12 digits")
	}
	return nil
}

func checkOutputFormat(s string) error {
	if !profile.ValidOutput(s) {
		return errors.New("the formats are json, yaml, yaml-stream, text, table and off")
	}
	return nil
}

func checkName(kind awsconfig.Kind) func(string) error {
	return func(s string) error {
		if terminal.Printable(s) != s {
			return errors.New("a name cannot have invisible characters")
		}
		_, err := awsconfig.Header(kind, s, false)
		return err
	}
}

func checkSetting(key string) func(string) error {
	return func(s string) error { return profile.CheckSetting(key, s) }
}

package workspace

import (
	"cmp"
	"context"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// Choose returns the App for the profile that the argument of a command, --profile or AWS_PROFILE
// names. The App treats the profile as if a flag named it, so keys in the environment do not
// replace it. The App ignores the region in the environment, because in a nested exec this is the
// region of the outer profile. variable is the environment variable that names the profile, or "".
// If nothing names a profile, the user picks one on the terminal. With --account and --role, no
// profile is necessary, and Choose returns the App unchanged.
func Choose(ctx context.Context, app *command.App, argument string) (with *command.App, variable string, err error) {
	flag := app.Flags.Profile
	if app.Flags.Role.Name != "" { // the region of the environment counts, because no profile has one
		return app, "", app.Flags.Role.Check(cmp.Or(argument, flag))
	}
	if argument != "" && flag != "" && argument != flag {
		return nil, "", TwoProfiles(argument, flag)
	}
	name := cmp.Or(argument, flag)
	for _, v := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if value := app.Env.Get(v); name == "" && value != "" {
			name, variable = value, v
		}
	}
	if name == "" {
		if name, err = PickOnTerminal(ctx, app, ""); err != nil {
			return nil, "", err
		}
	}
	app = app.WithProfile(name)
	lookup := app.Env.Lookup
	app.Env.Lookup = func(name string) (string, bool) {
		if name == "AWS_REGION" || name == "AWS_DEFAULT_REGION" {
			return "", false
		}
		return lookup(name)
	}
	return app, variable, nil
}

// TwoProfiles returns the error for an argument and a flag that name different profiles.
func TwoProfiles(argument, flag string) error {
	return command.Usagef("two profiles are named: %s and --profile %s", command.Quote(argument), command.Quote(flag))
}

// PickOnTerminal lets the user pick a profile on the terminal. Without a terminal, it returns an
// error. The profile called selected is selected at first.
func PickOnTerminal(ctx context.Context, app *command.App, selected string) (string, error) {
	if !app.IO.Terminal {
		return "", command.WithHint(command.Usagef("missing argument: PROFILE"),
			"name a profile, or set AWS_PROFILE; list the profiles with: lanyard configure list-profiles")
	}
	return Files(app).PickProfile(ctx, selected)
}

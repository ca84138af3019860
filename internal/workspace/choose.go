package workspace

import (
	"cmp"
	"context"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// Choose returns the App for one profile. The argument of a command, --profile or AWS_PROFILE
// names the profile. Otherwise the user picks a profile on the terminal. variable is the
// environment variable that names the profile, or "".
//
// The App treats the profile as if a flag named it, so it ignores keys in the environment. The App
// also ignores the region in the environment, because in a nested exec this is the region of the
// outer profile. With --account and --role, Choose returns the App unchanged.
func Choose(ctx context.Context, app *command.App, argument string) (with *command.App, variable string, err error) {
	flag := app.Flags.Profile
	if err := app.Flags.Role.Check(cmp.Or(argument, flag)); err != nil {
		return nil, "", err
	}
	if app.Flags.Role.Name != "" { // keep the region of the environment, because there is no profile
		return app, "", nil
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

// ExplainName adds a hint to the error for an unknown profile that an environment variable names.
// variable is "" if no variable names the profile.
func ExplainName(err error, variable string) error {
	if variable == "" || !profile.Unknown(err) {
		return err
	}
	return command.WithHint(err, "%s", strings.TrimSpace(variable+" is set to this name\n"+command.HintOf(err)))
}

// TwoProfiles returns the error for an argument and a flag that name different profiles.
func TwoProfiles(argument, flag string) error {
	return command.Usagef("the command line names two profiles: %s and --profile %s", command.Quote(argument), command.Quote(flag))
}

// PickOnTerminal lets the user pick a profile on the terminal. Without a terminal, it returns an
// error. When the menu opens, the profile called selected is selected.
func PickOnTerminal(ctx context.Context, app *command.App, selected string) (string, error) {
	if !app.IO.Terminal {
		return "", command.WithHint(command.Usagef("missing argument: PROFILE"),
			"name a profile, or set AWS_PROFILE; list the profiles with: lanyard configure list-profiles")
	}
	return Files(app).PickProfile(ctx, selected)
}

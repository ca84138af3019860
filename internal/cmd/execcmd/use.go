package execcmd

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

const (
	// previousVariable names the profile that "use -" returns to. Its value is empty if no
	// profile was in use.
	previousVariable = "LANYARD_PREVIOUS_PROFILE"

	// shellVariable holds the text of the prompt's mark: the name of the profile. Only
	// "lanyard shell" sets this variable.
	shellVariable = "LANYARD_SHELL"
)

// useOptions are the flags and arguments of use.
type useOptions struct {
	profile  string // "" opens the menu
	previous bool   // use the previous profile
	off      bool
	keys     bool
	noRegion bool
	format   string // "" means the format of the calling shell
}

// useFormats lists the values of --format in the order of the help.
var useFormats = [...]string{"bash", "zsh", "sh", "fish", "elvish", "nu", "xonsh", "powershell", "cmd", "json"}

// NewUse returns the command use.
func NewUse(app *command.App) *cobra.Command {
	var o useOptions
	cmd := &cobra.Command{
		Use:   "use [flags] [PROFILE | -]",
		Short: "Change the AWS profile of the shell",
		Long: `Change the AWS profile of the shell. A program cannot change the variables of
your shell. So "lanyard use" prints lines, and a function of the shell evaluates
these lines. "lanyard init" defines the function use, or use-profile in elvish
and nu.

"use PROFILE" sets AWS_PROFILE, and sets AWS_REGION and AWS_DEFAULT_REGION to
the region of the profile. "use --keys PROFILE" sets the variables of
"lanyard exec" instead. Both commands remove all other variables for
credentials. If the profile has no region, both commands also remove the region
variables.

"use -" returns to the previous profile. "use" alone opens a menu. If the
function fails, no variable changes.`,
		Example: `eval "$(lanyard init bash)"
use dev-admin
# the lines that the function evaluates
lanyard use dev-admin --format bash`,
		DisableFlagsInUseLine: true,
		Annotations:           cmdline.Uses("profile", "region", cmdline.Connection),
		Args:                  cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 1 && args[0] == "-":
				o.previous = true
			case len(args) == 1:
				o.profile = args[0]
			}
			return use(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.keys, "keys", false, "set the keys of the profile instead of AWS_PROFILE")
	f.BoolVar(&o.off, "off", false, "use no profile: remove the variables")
	addNoRegion(cmd, &o.noRegion)
	f.StringVar(&o.format, "format", "", "print lines for this `SHELL`: "+strings.Join(useFormats[:], ", "))
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if o.format != "" { // stdout is not for the user: the shell's function evaluates it
			app.Out = command.NewWriter(app.IO.Err, app.IO.ErrTerminal)
		}
		cmd.Root().HelpFunc()(cmd, args)
	})
	return cmd
}

// use prints the lines that change the profile. After an error, it prints nothing.
func use(ctx context.Context, app *command.App, o useOptions) error {
	if err := o.check(app); err != nil {
		return err
	}
	if o.format == "" {
		o.format = callingShell(app.Env)
		if app.IO.OutTerminal {
			return command.WithHint(command.Usagef(`"lanyard use" cannot change the shell itself`),
				"run: %s\nthen run: %s PROFILE", evaluation(o.format), shell.UseFunction(o.format))
		}
	}
	changes, err := o.changes(ctx, app)
	if err != nil {
		return err
	}
	text, err := changes.text(o.format)
	if err != nil {
		return err
	}
	_, err = io.WriteString(app.Out, text)
	return err
}

// check returns an error for an invalid combination of flags.
func (o *useOptions) check(app *command.App) error {
	switch {
	case o.format != "" && !slices.Contains(useFormats[:], o.format):
		return command.WithHint(command.Usagef("argument --format: Found invalid choice '%s'", o.format), "choose from %s", strings.Join(useFormats[:], ", "))
	case o.off && (o.profile != "" || o.previous || o.keys || app.Flags.Profile != ""):
		return command.Usagef("--off cannot be used with a profile or with --keys")
	case o.previous && app.Flags.Profile != "":
		return command.Usagef("- cannot be used with --profile")
	}
	return checkNoRegion(app, o.noRegion)
}

// A change sets a variable, or removes it.
type change struct {
	variable
	remove bool
}

// changes are the changes of the environment that use makes.
type changes []change

// changes returns the changes that lead to the wanted profile.
func (o *useOptions) changes(ctx context.Context, app *command.App) (changes, error) {
	current := cmp.Or(app.Env.Get(profileVariable), app.Env.Get("AWS_DEFAULT_PROFILE"), app.Env.Get("AWS_PROFILE"))
	name, err := o.name(ctx, app, current)
	if err != nil {
		return nil, err
	}
	var vars setting
	if name != "" {
		if vars, err = o.variables(ctx, app, name); err != nil {
			return nil, err
		}
	}
	if current != name {
		vars = append(vars, variable{previousVariable, current})
	}
	if _, ok := app.Env.Lookup(shellVariable); ok {
		vars = append(vars, variable{shellVariable, oneLine(name)})
	}
	names := slices.Clone(cleared[:])
	if !o.noRegion {
		names = append(names, "AWS_REGION", "AWS_DEFAULT_REGION")
	}
	var all changes
	for _, name := range names {
		if _, ok := app.Env.Lookup(name); ok && !vars.has(name) {
			all = append(all, change{variable: variable{name: name}, remove: true})
		}
	}
	for _, v := range vars {
		all = append(all, change{variable: v})
	}
	return all, nil
}

// name returns the name of the wanted profile, or "".
func (o *useOptions) name(ctx context.Context, app *command.App, current string) (string, error) {
	switch {
	case o.off:
		return "", nil
	case o.previous:
		name, ok := app.Env.Lookup(previousVariable)
		if !ok {
			return "", command.WithHint(command.Usagef("no previous profile"), "name a profile; list the profiles with: lanyard configure list-profiles")
		}
		return name, nil
	case o.profile == "" && app.Flags.Profile == "":
		return workspace.PickOnTerminal(ctx, app, current)
	case o.profile != "" && app.Flags.Profile != "" && o.profile != app.Flags.Profile:
		return "", workspace.TwoProfiles(o.profile, app.Flags.Profile)
	}
	return cmp.Or(o.profile, app.Flags.Profile), nil
}

// variables returns the variables of a profile: its name or its keys, and its region.
func (o *useOptions) variables(ctx context.Context, app *command.App, name string) (setting, error) {
	app, _, err := workspace.Choose(ctx, app.WithProfile(name), name)
	if err != nil {
		return nil, err
	}
	if o.keys {
		return variables(ctx, app, "", "use", o.noRegion)
	}
	p, err := workspace.Files(app).Resolve()
	if err != nil {
		return nil, err
	}
	workspace.RecordUse(app, p.Name)
	vars := setting{{"AWS_PROFILE", p.Name}}
	if p.Region != "" && !o.noRegion {
		if err := p.CheckRegion(); err != nil {
			return nil, err
		}
		vars = append(vars, variable{"AWS_REGION", p.Region}, variable{"AWS_DEFAULT_REGION", p.Region})
	}
	return vars, nil
}

// has reports whether a variable is set.
func (s setting) has(name string) bool {
	return slices.ContainsFunc(s, func(v variable) bool { return v.name == name })
}

// text returns the changes in a format. In JSON, null stands for a variable to remove.
func (c changes) text(format string) (string, error) {
	if format == "json" {
		values := map[string]*string{}
		for _, v := range c {
			values[v.name] = nil
			if !v.remove {
				values[v.name] = &v.value
			}
		}
		b, err := json.MarshalIndent(values, "", "    ")
		return string(b) + "\n", err
	}
	syntax := shell.Syntaxes()[format]
	var b strings.Builder
	for _, v := range c {
		line := ""
		if v.remove {
			line = syntax.Unset(v.name)
		} else {
			var err error
			if line, err = syntax.Set(v.name, v.value); err != nil {
				return "", fmt.Errorf("%s: %w", format, err)
			}
		}
		b.WriteString(line + "\n")
	}
	return b.String(), nil
}

package execcmd

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// shellOptions are the flags and arguments of shell.
type shellOptions struct {
	profile  string // "" means the profile of --profile or AWS_PROFILE
	nest     bool
	noRegion bool
}

// NewShell returns the command shell.
func NewShell(app *command.App) *cobra.Command {
	var o shellOptions
	cmd := &cobra.Command{
		Use:   "shell [PROFILE]",
		Short: "Start a shell with the credentials of a profile",
		Long: `Start your shell with the role credentials of a profile in its environment, and
put the name of the profile before its prompt. The shell has the variables of
"lanyard exec". The shell reads your own start-up files, and lanyard does not
change these files. lanyard returns the exit code of the shell.

lanyard starts $SHELL, else your login shell, else /bin/sh. On Windows, lanyard
starts the shell that runs lanyard, else %COMSPEC%. If lanyard does not know the
shell, the prompt stays as it is.

Without PROFILE, shell uses --profile, AWS_PROFILE or AWS_DEFAULT_PROFILE, else
opens a menu on the terminal.

lanyard does not refresh the credentials. To get new credentials, run in the
shell: use --keys PROFILE

If the environment already has credentials from lanyard, "lanyard shell" fails.
With --nest, "lanyard shell" starts a shell anyway.`,
		Example: `lanyard shell dev-admin
# in a shell of lanyard
lanyard shell dev-admin --nest`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Role, cmdline.Connection),
		Args:        cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.profile = args[0]
			}
			return startShell(cmd.Context(), app, o)
		},
	}
	cmd.Flags().BoolVar(&o.nest, "nest", false, "start a shell inside a shell of lanyard")
	addNoRegion(cmd, &o.noRegion)
	cmdline.AddWait(cmd, app)
	return cmd
}

// startShell replaces this process with the user's shell.
func startShell(ctx context.Context, app *command.App, o shellOptions) error {
	if err := checkNoRegion(app, o.noRegion); err != nil {
		return err
	}
	if err := checkNesting(app, o); err != nil {
		return err
	}
	path, err := find(userShell(app.Env))
	if err != nil {
		return err
	}
	app, from, err := workspace.Choose(ctx, app, o.profile)
	if err != nil {
		return err
	}
	vars, err := variables(ctx, app, from, "shell", o.noRegion)
	if err != nil {
		return err
	}
	text := oneLine(cmp.Or(app.Flags.Profile, app.Flags.Role.String()))
	vars = append(vars, variable{shellVariable, text})
	argv := []string{filepath.Base(path)}
	// Without a terminal, a shell reads commands from stdin, and shows no prompt.
	if name, ok := shellName(path); ok && app.IO.Terminal {
		m, err := newMark(name, text, app.Env)
		if err != nil {
			app.Warn("the prompt of the shell cannot show the profile: "+err.Error(), "")
		}
		defer m.remove() // on Unix, this runs only if the shell does not start
		argv, vars = append(argv, m.args...), append(vars, m.vars...)
	}
	return child.Become(app, path, argv, vars.environment(app.Env.Environ()))
}

// checkNesting returns an error if the environment already has credentials from lanyard.
func checkNesting(app *command.App, o shellOptions) error {
	_, inShell := app.Env.Lookup(shellVariable)
	name := app.Env.Get(profileVariable)
	if o.nest || !inShell && name == "" {
		return nil
	}
	err, leave := command.Usagef(`this is a shell of "lanyard shell"`), "to leave this shell, run: exit"
	if name != "" {
		err = command.Usagef("the environment already has the credentials of the profile %s", command.Quote(name))
	}
	if !inShell {
		leave = `to remove the credentials from a shell, run: eval "$(lanyard env --unset)"`
	}
	return command.WithHint(err, "%s\nto start a shell inside this one, add --nest", leave)
}

// oneLine makes the name of a profile safe for a prompt.
func oneLine(name string) string {
	return strings.NewReplacer("\n", "\ufffd", "\t", "\ufffd").Replace(terminal.Printable(name))
}

// loginShell returns the shell of a user in the text of /etc/passwd, or "".
func loginShell(passwd, uid string) string {
	for line := range strings.Lines(passwd) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), ":"); len(fields) == 7 && fields[2] == uid {
			return fields[6]
		}
	}
	return ""
}

// A mark holds the arguments and variables with which a shell shows the profile in its prompt.
type mark struct {
	args []string
	vars setting
	dir  string // a folder with a start-up file, which removes the folder; may be ""
}

// remove removes the folder, if the start-up file has not removed it.
func (m mark) remove() {
	if m.dir != "" {
		_ = os.RemoveAll(m.dir)
	}
}

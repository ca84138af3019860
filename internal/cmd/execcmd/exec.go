// Package execcmd holds the commands that give the credentials of a profile to other
// programs through environment variables: exec and env.
package execcmd

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// The exit codes of env(1) and of shells if a program cannot be started.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// execOptions are the flags and arguments of exec.
type execOptions struct {
	profile  string // "" means the profile of --profile or AWS_PROFILE
	noRegion bool
	server   bool
	argv     []string

	isolation
}

// NewExec returns the command exec.
func NewExec(app *command.App) *cobra.Command {
	var o execOptions
	cmd := &cobra.Command{
		Use:   "exec [flags] [PROFILE] -- COMMAND [ARG...]",
		Short: "Run a command with the credentials of a profile",
		Long: `Run a command with the role credentials of a profile in its environment. On
Unix, the command replaces the process of lanyard. So the command gets all
signals, and the shell gets the command's exit code.

The command gets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
AWS_CREDENTIAL_EXPIRATION, AWS_ACCOUNT_ID, AWS_REGION, AWS_DEFAULT_REGION and
LANYARD_PROFILE. lanyard removes all other variables for credentials. --region
overrides the profile's region. Without a region, the region variables stay.

The credentials can expire while a long command runs. With --server, lanyard
gives the command a credential endpoint on 127.0.0.1 instead of keys, and waits
for the command. Every AWS SDK asks the endpoint again before the credentials
expire. If your default profile has credentials, the command gets a copy of the
config without the credentials of the default profile.

--isolate gives the command this role and nothing else: the command gets a
credential endpoint, empty AWS files, and no variables of lanyard. --allow also
limits the operations: the command gets placeholder keys, and a proxy signs the
requests that the rules allow. Rules are the classes read, secret and write,
operations such as s3:Get*, region:eu-* and account:111122223333. "!" before a
rule forbids. Each of --allow, --for, --read-only and --policy means --isolate.

Without PROFILE, exec uses --profile, AWS_PROFILE or AWS_DEFAULT_PROFILE, else
opens a menu on the terminal. The exit code is 127 if COMMAND is not found, and
126 if lanyard cannot run COMMAND.`,
		Example: `lanyard exec dev-admin -- terraform plan
# with another region
lanyard exec dev-admin --region eu-west-1 -- env
# with a role that no profile has
lanyard exec --account 111122223333 --role ReadOnlyAccess -- terraform plan
# credentials that do not expire while the command runs
lanyard exec --server dev-admin -- terraform apply
# an AI agent that may read, but not read secrets, for half an hour
lanyard exec --allow read --for 30m dev-admin -- claude`,
		DisableFlagsInUseLine: true,
		Annotations:           cmdline.Uses("profile", "region", cmdline.Role, cmdline.Connection),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && cmdline.IsHelp(args[0]) && cmd.ArgsLenAtDash() < 0 {
				return cmd.Help()
			}
			if err := o.parse(app, args, cmd.ArgsLenAtDash()); err != nil {
				return err
			}
			return run(cmd.Context(), app, o)
		},
	}
	addNoRegion(cmd, &o.noRegion)
	cmdline.AddWait(cmd, app)
	addIsolation(cmd, &o.isolation)
	cmd.Flags().BoolVar(&o.server, "server", false, "refresh the credentials while the command runs")
	return cmd
}

// parse reads the arguments. dash is the number of arguments before "--", or -1.
func (o *execOptions) parse(app *command.App, args []string, dash int) error {
	if err := checkNoRegion(app, o.noRegion); err != nil {
		return err
	}
	if err := o.isolation.check(app, o.server); err != nil {
		return err
	}
	const form = "run: lanyard exec PROFILE -- COMMAND"
	switch {
	case dash < 0 && len(args) > 1:
		return command.WithHint(command.Usagef("missing -- before the command"),
			"run: lanyard exec %s -- %s", command.Quote(args[0]), quoteAll(args[1:]))
	case dash < 0 || dash == len(args):
		return command.WithHint(command.Usagef("missing argument: COMMAND"), form)
	case dash > 1 && app.Flags.Wait > 0:
		return command.WithHint(command.Usagef("unexpected argument: %s", args[1]), "write a time after --wait with =, such as --wait=5m\n%s", form)
	case dash > 1:
		return command.WithHint(command.Usagef("unexpected argument: %s", args[1]), form)
	}
	if dash == 1 {
		o.profile = args[0]
	}
	o.argv = args[dash:]
	return nil
}

// quoteAll returns words as a line for a shell.
func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = command.Quote(w)
	}
	return strings.Join(quoted, " ")
}

// run replaces this process with the command. With a server, it runs the command as a child.
func run(ctx context.Context, app *command.App, o execOptions) error {
	path, err := find(o.argv[0])
	if err != nil {
		return err
	}
	if err := child.CheckBatch(path, o.argv[1:]); err != nil {
		return err
	}
	app, from, err := workspace.Choose(ctx, app, o.profile)
	if err != nil {
		return err
	}
	if o.on {
		return runIsolated(ctx, app, from, path, o)
	}
	if o.server {
		return serve(ctx, app, from, path, o)
	}
	vars, err := variables(ctx, app, from, callerOf(path), o.noRegion)
	if err != nil {
		return err
	}
	return child.Become(app, path, o.argv, vars.environment(app.Env.Environ()))
}

// callerOf returns the name of the command for the user's rules: "exec PROGRAM".
func callerOf(path string) string { return "exec " + strings.TrimSuffix(filepath.Base(path), ".exe") }

// A startError reports a program that cannot be started.
type startError struct {
	name   string
	status int
	err    error
}

func (e *startError) Error() string   { return e.name + ": " + e.err.Error() }
func (e *startError) Unwrap() error   { return e.err }
func (e *startError) ExitStatus() int { return e.status }

// Program returns the path of the program that a command line names. It returns an error with the
// exit code 126 or 127 if the program cannot be run, and an error for arguments that cannot be
// passed to a batch file.
func Program(argv []string) (string, error) {
	path, err := find(argv[0])
	if err != nil {
		return "", err
	}
	return path, child.CheckBatch(path, argv[1:])
}

// find returns the path of a program. name is a path, or a name on PATH.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrDot):
		return "", command.WithHint(&startError{name, exitNotFound, errors.New("found only in the current folder, which lanyard does not search")},
			"run: .%c%s", filepath.Separator, name)
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", &startError{name, exitNotFound, errors.New("command not found")}
	}
	return "", &startError{name, exitNotExecutable, errors.Unwrap(err)}
}

package runcmd

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/fanout"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A commandLine is the command that runs for each target.
type commandLine struct {
	builtin Builtin // nil for a program
	globals []string
	args    []string // of the built-in operation
	region  string   // --region of the built-in operation; "" if it has none

	path string   // of the program; "" for a built-in operation
	argv []string // of the program. The first element is its name
}

// read finds out what the words after "--" run. It returns an error if the words name neither a
// built-in operation nor a program.
func (p Parts) read(app *command.App, o options) (commandLine, error) {
	words := o.argv
	ours := len(words) > 1 && (words[0] == "aws" || words[0] == "lanyard")
	line := words
	if ours {
		line = words[1:]
	}
	split, rest := cmdline.SplitGlobals(line)
	globals := slices.Concat(split...)
	if b, n, ok := p.Prepare(rest); ok {
		c := commandLine{builtin: b, globals: globals, args: rest[n:]}
		flags, err := c.flags(command.Globals{}, c.globals)
		if err != nil {
			return c, err
		}
		if flags.Region != "" && len(o.regions) > 0 {
			return c, command.Usagef("--region is given before and after the --")
		}
		c.region = flags.Region
		if o.merge && flags.Output != "" && flags.Output != "json" {
			return c, command.WithHint(command.Usagef("with --merge, the output of each run must be JSON"), "put --output %s before the --", command.Quote(flags.Output))
		}
		return c, nil
	}
	if ours && words[0] == "aws" {
		return p.notPrepared(app, line, rest, globals)
	}
	path, err := p.Program(words)
	if err != nil && awsnames.Command(words[0]) {
		return p.notPrepared(app, words, rest, globals)
	}
	if err != nil && strings.Contains(words[0], " ") {
		err = command.WithHint(err, "if these are several words, remove the quotes around them\nfor a line of the shell: -- sh -c %s", command.Quote(words[0]))
	}
	return commandLine{path: path, argv: words}, err
}

// notPrepared returns the command line for a command of the AWS CLI that is not a built-in operation.
// It starts this program for the commands that lanyard itself answers, such as ec2 wait, and the AWS
// CLI for the others. rest is the line without the global flags.
func (p Parts) notPrepared(app *command.App, line, rest, globals []string) (commandLine, error) {
	runsHere, err := p.RunsHere(line, rest)
	if err != nil {
		return commandLine{}, err
	}
	if !runsHere {
		return awsCLI(app, line, globals)
	}
	if _, err := (commandLine{}).flags(command.Globals{}, globals); err != nil {
		return commandLine{}, err
	}
	path, err := os.Executable()
	return commandLine{path: path, argv: append([]string{"lanyard"}, line...)}, err
}

// awsCLI returns the command line of the AWS CLI with these arguments.
func awsCLI(app *command.App, args, globals []string) (commandLine, error) {
	if _, err := (commandLine{}).flags(command.Globals{}, globals); err != nil {
		return commandLine{}, err
	}
	path, err := child.FindAWS(app)
	if err != nil {
		return commandLine{}, command.WithHint(command.Usagef("run needs the AWS CLI for %q, and it is not on PATH", strings.Join(cmdline.Words(args), " ")),
			"install the AWS CLI version 2: https://docs.aws.amazon.com/cli/")
	}
	return commandLine{path: path, argv: append([]string{path}, args...)}, nil
}

// flags returns the global flags of an AWS command. It returns an error for invalid flags, and for a
// flag that names a profile or a role, because run decides about the role.
func (c commandLine) flags(base command.Globals, globals []string) (command.Globals, error) {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	made := base
	cmdline.AddGlobals(set, &made)
	if err := set.Parse(globals); err != nil {
		return made, command.Usagef("%s", err)
	}
	for _, name := range []string{"profile", "account", "role", "sso-session", "assume-role"} {
		if set.Changed(name) {
			return made, command.WithHint(command.Usagef("--%s cannot be used after the --", name), "put --%s before the --", name)
		}
	}
	made.Given = set.Changed
	return made, nil
}

// appFor returns the App for one target. Its output goes to out.
func (r *runner) appFor(t fanout.Target, out *fanout.Output) (*command.App, error) {
	app := *r.app
	app.IO = command.Streams{In: strings.NewReader(""), Out: out.Writer(fanout.Stdout), Err: out.Writer(fanout.Stderr)}
	app.Begin()
	app.Log = r.app.Log
	base := r.app.Flags
	base.Output, base.Query, base.Region, base.Profile, base.Role = "", "", "", "", command.RoleFlags{}
	flags, err := r.cmd.flags(base, t.Fill(r.cmd.globals))
	if err != nil {
		return nil, err
	}
	if r.o.merge {
		flags.Output = "json"
	}
	flags.Region = cmp.Or(t.Region, flags.Region)
	if t.Profile != "" {
		flags.Profile = t.Profile
		app.Env.Lookup = withoutRegion(app.Env.Lookup)
	} else {
		flags.Role = command.RoleFlags{Account: t.Account, Name: t.Role, Session: t.Session}
	}
	app.Flags = flags
	return &app, nil
}

// withoutRegion returns an environment without a region, because each profile has its own region.
func withoutRegion(lookup func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if name == "AWS_REGION" || name == "AWS_DEFAULT_REGION" {
			return "", false
		}
		return lookup(name)
	}
}

// one runs the command for one target.
func (r *runner) one(ctx context.Context, t fanout.Target, out *fanout.Output, ready func()) fanout.Outcome {
	app, err := r.appFor(t, out)
	if err != nil {
		return fanout.Outcome{Code: r.parts.Report(r.app, err), Reason: err.Error()}
	}
	if r.cmd.builtin == nil {
		return r.program(ctx, app, r.cmd, t, out, ready)
	}
	err = r.cmd.builtin.Call(ctx, r.base.With(app), t.Fill(r.cmd.args), ready)
	if failed := app.Out.Err(); failed != nil {
		err = &command.OutputError{Err: failed}
	}
	var elsewhere *command.ElsewhereError
	if errors.As(err, &elsewhere) {
		c, awsErr := awsCLI(r.app, append(slices.Clone(r.cmd.globals), append(strings.Fields(r.cmd.builtin.Name()), r.cmd.args...)...), nil)
		if awsErr == nil {
			return r.program(ctx, app, c, t, out, ready)
		}
		err = cmp.Or(elsewhere.Why, awsErr)
	}
	return r.outcome(ctx, app, err)
}

// outcome prints an error of a run, and returns what follows from it.
func (r *runner) outcome(ctx context.Context, app *command.App, err error) fanout.Outcome {
	if err == nil || ctx.Err() != nil {
		code := 0
		if err != nil {
			code = command.ExitOther
		}
		return fanout.Outcome{Code: code}
	}
	o := fanout.Outcome{Code: r.parts.Report(app, err)}
	o.Refused = o.Code == exitRefused || refused(err)
	if errors.As(err, new(*broker.SessionError)) {
		hint := command.HintOf(err)
		r.signInHint.CompareAndSwap(nil, &hint)
	}
	var exit command.ExitError
	if !errors.As(err, &exit) {
		o.Reason = terminal.CutMiddle(strings.TrimSpace(err.Error()), maxReason)
	}
	return o
}

// maxReason is the largest number of columns of a reason in the list of failures.
const maxReason = 200

// refused reports whether an error says that the sign-in or a rule of the user does not allow the
// credentials.
func refused(err error) bool {
	return errors.As(err, new(*broker.SessionError)) || errors.As(err, new(*guard.Refusal)) || signin.IsForbidden(err)
}

// grace is the time between the first signal to a program and its kill.
const grace = 5 * time.Second

// program runs a program with the credentials of the target.
func (r *runner) program(ctx context.Context, app *command.App, c commandLine, t fanout.Target, out *fanout.Output, ready func()) fanout.Outcome {
	w := r.base.With(app)
	env, err := r.parts.Environment(ctx, w, "run")
	if err != nil {
		return r.outcome(ctx, app, err)
	}
	if ctx.Err() != nil {
		return fanout.Outcome{Code: command.ExitOther}
	}
	ready()
	code, err := child.Capture{
		Path: c.path, Args: append([]string{c.argv[0]}, t.Fill(c.argv[1:])...), Env: env,
		Stdout: out.Writer(fanout.Stdout), Stderr: out.Writer(fanout.Stderr),
		Signal: r.signal, Grace: grace, Kill: r.kill,
	}.Run(ctx)
	if err != nil {
		return r.outcome(ctx, app, err)
	}
	return fanout.Outcome{Code: code}
}

// signal returns the signal that tells a program to end: the one that this process got, or SIGTERM.
func (r *runner) signal() os.Signal {
	if r.sent != nil {
		return r.sent
	}
	return syscall.SIGTERM
}

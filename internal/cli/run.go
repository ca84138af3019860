package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmd/completecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/execcmd"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// Run executes one command line and returns the exit code. args does not contain the name
// of the program.
func Run(ctx context.Context, app *command.App, args []string) int {
	app.Begin()
	err := dispatch(ctx, app, args)
	if failed := app.Out.Err(); failed != nil {
		err = &command.OutputError{Err: failed}
	}
	switch {
	case errors.Is(err, command.ErrComplete):
		err = nil
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	return app.Report(err, func(w io.Writer, format, title string, v any) error { return renderError(app, w, format, title, v) })
}

// dispatch runs the command that the line or an alias names, or hands off the line to the AWS
// CLI.
func dispatch(ctx context.Context, app *command.App, args []string) error {
	tree := Tree(app)
	if len(args) > 0 && args[0] == shell.CompletionRequest {
		tree.InitDefaultHelpCmd()
		addServices(app, tree, args)
		completecmd.Answer(app, tree, args[1:])
		return nil
	}
	tree.SetIn(app.IO.In)
	tree.SetOut(app.Out)
	tree.SetErr(app.IO.Err)
	root := cmdline.NodeOf(tree)
	args = helpOnOperation(root, args)
	line, ours, err := awscli.Route(app, root, args)
	if err != nil {
		return err
	}
	if !ours {
		return handOff(ctx, app, root, args, awscli.Misspelled(app, root, args))
	}
	addServices(app, tree, line)
	tree.SetArgs(line)
	ran, err := tree.ExecuteContextC(ctx)
	var help cmdline.HelpRequest
	var elsewhere *command.ElsewhereError
	switch {
	case errors.As(err, &help):
		return help.Cmd.Help()
	case errors.As(err, &elsewhere) && !cmdline.IsOfAWS(ran): // the AWS CLI does not have the command
		return cmp.Or(elsewhere.Why, err)
	case errors.As(err, &elsewhere):
		return handOff(ctx, app, root, args, elsewhere.Why)
	}
	return err
}

// handOff hands off a line to the AWS CLI. If the line begins with flags that name a role, the AWS
// CLI gets the credentials of the role as variables instead of the flags.
func handOff(ctx context.Context, app *command.App, root cmdline.Node, args []string, cause error) error {
	rest, err := cmdline.TakeFrontRole(app, args)
	if err != nil {
		return err
	}
	if _, err := child.FindAWS(app); err != nil || !app.Flags.Role.Given() {
		return awscli.HandOff(ctx, app, root, rest, cause)
	}
	cmdline.ReadFlags(app, rest)
	app.Debug()
	env, err := execcmd.Environment(ctx, app, "hand-off to the AWS CLI")
	if err != nil {
		return err
	}
	with := *app
	with.Env, with.Flags.Role = command.EnvOf(env), command.RoleFlags{}
	// With --profile, the AWS CLI would use that profile instead of the keys in the environment.
	return awscli.HandOff(ctx, &with, root, withoutFlag(rest, "profile"), cause)
}

// withoutFlag returns args without the global flag and its value.
func withoutFlag(args []string, name string) []string {
	globals, rest := cmdline.SplitGlobals(args)
	globals = slices.DeleteFunc(globals, func(words []string) bool {
		flag, _, _ := strings.Cut(words[0], "=")
		return flag == "--"+name
	})
	return append(slices.Concat(globals...), rest...)
}

// helpOnOperation turns "help SERVICE OPERATION" into "SERVICE OPERATION help", which the AWS CLI
// also understands. It returns other lines unchanged.
func helpOnOperation(root cmdline.Node, args []string) []string {
	globals, words := cmdline.SplitGlobals(args)
	if len(words) != 3 || words[0] != "help" || strings.HasPrefix(words[2], "-") {
		return args
	}
	if service, ok := root.Child(words[1]); !ok || !service.IsService() {
		return args
	}
	return append(slices.Concat(globals...), words[1], words[2], "help")
}

// renderError prints an error in one of the output formats.
func renderError(app *command.App, w io.Writer, format, title string, v any) error {
	return render.New(w, render.Options{
		Format: format, Title: title, Color: app.Flags.Color == "on", Width: app.IO.Width, Terminal: app.IO.ErrTerminal,
	}).Print(v)
}

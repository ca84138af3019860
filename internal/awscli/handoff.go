package awscli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// HandOff gives a command line to the AWS CLI, unchanged, after making sure that
// it finds a session and role credentials that are fresh. Where a process can
// become another one it does not return. why is what a native command lacks to do
// it itself, and is returned if there is no AWS CLI; nil means that there is none.
func HandOff(ctx context.Context, app *command.App, root *cobra.Command, args []string, why error) error {
	ReadGlobals(app, args)
	app.Debug()
	path, err := FindAWS(app)
	if err != nil {
		return withoutAWS(app, root, args, why)
	}
	mark, err := passDoor(app, "the AWS CLI on PATH, "+path+",", args)
	if err != nil {
		return err
	}
	overlay, err := freshen(ctx, app, args)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	_, rest := SplitGlobals(command.GlobalSet(new(command.Globals)), args)
	app.Log.Debug("handed over", "program", path, "command", strings.Join(CommandWords(rest), " "), "arguments", len(args))
	env := withVariable(app.Env.Environ(), PassedVariable, mark)
	if overlay != "" {
		env = withVariable(env, "AWS_CONFIG_FILE", overlay)
		app.Log.Debug("the AWS CLI reads another config", "file", overlay)
	}
	return child.Become(app, path, append([]string{path}, args...), env)
}

// withoutAWS does what can be done without an AWS CLI: run an alias of the shell,
// or say what is missing.
func withoutAWS(app *command.App, root *cobra.Command, args []string, why error) error {
	line, external, err := externalAlias(app, root, args)
	switch {
	case err != nil:
		return err
	case external:
		return runShell(app, line, args)
	case why != nil:
		return why
	}
	_, rest := SplitGlobals(command.GlobalSet(new(command.Globals)), args)
	words := CommandWords(rest)
	if len(words) == 0 || !awsnames.Command(words[0]) {
		word := "--"
		if len(rest) > 0 {
			word = rest[0]
		}
		return command.WithHint(command.Usagef("unknown command %q for %q, and there is no AWS CLI on PATH to ask", word, app.Name),
			"run: %s --help\n%s", app.Name, InstallHint)
	}
	if app.Flags.AutoPrompt {
		return command.WithHint(command.Usagef("--%s needs the AWS CLI, which is not on PATH", command.PromptFlag), "%s", InstallHint)
	}
	return command.WithHint(command.Usagef("%q is not built into lanyard and needs the AWS CLI, which is not on PATH", strings.Join(words, " ")),
		"%s\n%s", nativeHint(words[0]), InstallHint)
}

const InstallHint = "for every other command install the AWS CLI version 2: https://docs.aws.amazon.com/cli/"

// nativeHint lists the operations of a service that are built in, or the services
// that have any.
func nativeHint(service string) string {
	if service == "login" || service == "logout" {
		return "for IAM Identity Center run: aws sso " + service
	}
	services := model.Services()
	if slices.Contains(services, service) {
		if s, err := model.Load(service); err == nil {
			return "built-in operations of " + service + ": " + strings.Join(s.Operations(), ", ")
		}
	}
	return "services with built-in operations: " + strings.Join(services, ", ")
}

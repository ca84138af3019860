package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// skeleton prints a form of the parameters to be filled in.
func (o *operation) skeleton() error {
	switch o.in.Skeleton {
	case "input":
		form := arg.InputSkeleton(o.op)
		if form.Len() == 0 {
			_, err := fmt.Fprintln(o.app.Out, "{}") // which as a result would print nothing
			return err
		}
		return output.Document(o.app, form, "json")
	case "yaml-input":
		return output.Document(o.app, arg.InputSkeleton(o.op), "yaml")
	}
	return output.Document(o.app, arg.OutputSkeleton(o.op), "json")
}

// serviceHelp lists the operations.
func serviceHelp(app *command.App, service string, missing bool) error {
	svc, err := model.Load(service)
	if err != nil {
		return err
	}
	if missing {
		return command.WithHint(command.Usagef("the following arguments are required: operation"), "one of: %s", strings.Join(svc.Operations(), ", "))
	}
	fmt.Fprintf(app.Out, "Operations of %s:\n\n", service)
	for _, name := range svc.Operations() {
		fmt.Fprintf(app.Out, "  %s\n", name)
	}
	fmt.Fprintf(app.Out, "\nOptions: %s %s OPERATION help. Other operations are handed to the AWS CLI.\n", app.Name, service)
	return nil
}

// operationHelp lists the options of an operation.
func operationHelp(app *command.App, svc *model.Service, op *model.Operation) error {
	fmt.Fprintf(app.Out, "%s %s %s\n\nOptions:\n", app.Name, svc.Name, op.CLIName)
	if svc.Name == "sso" {
		fmt.Fprintln(app.Out, "  --sso-session (string, otherwise the session of the profile, or the only one of the config)")
	}
	for _, f := range arg.Flags(op) {
		name, note := f.Name, f.Type
		if f.Negative != "" {
			name += " | " + f.Negative
		}
		switch {
		case f.Member != nil && svc.Name == "sso" && f.Member.Name == tokenMember:
			note += ", from the session by default"
		case f.Required:
			note += ", required"
		}
		fmt.Fprintf(app.Out, "  %s (%s)\n", name, note)
	}
	return nil
}

// misspelled returns the error for a line that is for the AWS CLI, if it looks like a
// typo in a command of ours. It is for machines without the AWS CLI.
func misspelled(app *command.App, root *cobra.Command, args []string) error {
	_, rest := splitGlobals(command.GlobalSet(new(command.Globals)), args)
	words := commandWords(rest)
	if len(words) < 2 || slices.Contains(awsnames.Subcommands(words[0]), words[1]) {
		return nil
	}
	if group, _, err := root.Find(words[:1]); err == nil && group != root && len(command.NearCommands(group, words[1])) > 0 {
		return command.UnknownCommand(group, words[1:])
	}
	svc, err := model.Load(words[0])
	if err != nil {
		return nil //nolint:nilerr // no service of ours, and so no typo
	}
	return misspelledOperation(app, svc, words[1])
}

// misspelledOperation returns the error for an operation whose name looks like a typo, or nil.
func misspelledOperation(app *command.App, svc *model.Service, name string) error {
	near := profile.Nearest(name, svc.Operations())
	if near == nil || near[0] == name {
		return nil
	}
	return command.WithHint(command.Usagef("unknown operation %q of %s", name, svc.Name), "did you mean: %s %s %s\n%s", app.Name, svc.Name, strings.Join(near, ", "), installHint)
}

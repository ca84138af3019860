package servicecmd

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/output"
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

// Waiters: "ec2 wait instance-running" repeats an operation until the replies show a state.

package servicecmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/waiter"
	"github.com/lanyard-cli/lanyard/internal/typo"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// isWait reports whether a word is the command "wait" of a service with waiters.
func isWait(service, word string) bool {
	if word != model.WaitCommand {
		return false
	}
	svc, err := model.Load(service)
	return err == nil && svc.HasWaiters()
}

// wait runs a waiter. args are the words after "wait". It hands off unknown waiters and unknown
// options to the AWS CLI.
func wait(cmd *cobra.Command, app *command.App, service string, args []string) error {
	svc, err := model.Load(service)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return command.WithHint(command.Usagef("the following arguments are required: subcommand"),
			"one of: %s", strings.Join(waiterNames(svc), ", "))
	case cmdline.IsHelp(args[0]):
		return waitersHelp(app, svc)
	}
	w, ok := svc.Waiter(args[0])
	if !ok {
		return &command.ElsewhereError{Why: misspelledWaiter(app, svc, args[0])}
	}
	op, ok := svc.Operation(w.Operation)
	if !ok {
		return &command.ElsewhereError{Why: command.Usagef("%s", awscli.WhyNot([]string{service, model.WaitCommand, w.CLIName}))}
	}
	plain := *op // the AWS CLI changes the options of operations, but not those of waiters
	plain.Rules, op = nil, &plain
	if args = args[1:]; len(args) > 0 && cmdline.IsHelp(args[0]) {
		return waiterHelp(app, svc, op, w)
	}
	if args, err = cmdline.TakeRole(cmd, args, func(flag string) bool { return arg.Has(op, "--"+flag) }); err != nil {
		return err
	}
	o := &operation{app: app, svc: svc, op: op, waiter: &w}
	if err := o.parse(cmd.Context(), args); err != nil {
		var usage *arg.UsageError
		if errors.As(err, &usage) && usage.Unknown != nil {
			return unknownOptions(app, usage)
		}
		return badParameters(err)
	}
	switch {
	case o.in.Help:
		return waiterHelp(app, svc, op, w)
	case o.in.Skeleton != "":
		return o.skeleton()
	}
	if err := o.checkPaging(); err != nil {
		return err
	}
	if away := o.away(); away != "" {
		return &command.ElsewhereError{Why: command.Usagef("--%s needs the AWS CLI", away)}
	}
	o.w = workspace.Files(app)
	return o.run(cmd.Context())
}

// checkPaging returns the AWS CLI's error for the options of pages. The AWS CLI accepts them for
// waiters, but then does not know what to do with their values.
func (o *operation) checkPaging() error {
	p := o.in.Paging
	if p.MaxItems == nil && p.PageSize == nil && p.StartingToken == "" {
		return nil
	}
	var names []string
	for _, param := range o.op.Parameters() {
		names = append(names, param.Member.Name)
	}
	return command.Usagef("Parameter validation failed:\nUnknown parameter in input: \"PaginationConfig\", must be one of: %s", strings.Join(names, ", "))
}

// wait calls the operation until a condition of the waiter decides.
func (o *operation) wait(ctx context.Context, client *call.Client) error {
	return waiter.Wait(ctx, *o.waiter, func(ctx context.Context) (*document.Object, error) {
		return client.Call(ctx, o.svc, o.op, o.in.Document)
	})
}

func waiterNames(svc *model.Service) []string {
	var names []string
	for _, w := range svc.Waiters() {
		names = append(names, w.CLIName)
	}
	return names
}

// misspelledWaiter returns the error for an unknown waiter.
func misspelledWaiter(app *command.App, svc *model.Service, name string) error {
	err := command.Usagef("unknown waiter %q of %s", name, svc.Name)
	if near := typo.Nearest(name, waiterNames(svc)); near != nil {
		return command.WithHint(err, "did you mean: %s %s wait %s", app.Name, svc.Name, strings.Join(near, ", "))
	}
	return command.WithHint(err, "to list the waiters, run: %s %s wait help", app.Name, svc.Name)
}

// waitersHelp lists the waiters of a service.
func waitersHelp(app *command.App, svc *model.Service) error {
	name := app.Name + " " + svc.Name + " wait"
	p := app.NewPage()
	p.Paragraph(fmt.Sprintf("Wait until resources of the service %s are in a state.", svc.Name))
	p.Section("USAGE", func() { p.Indent(name + " WAITER [options]") })
	p.Section("WAITERS", func() { p.Indent(strings.Join(waiterNames(svc), "\n")) })
	p.Section("INHERITED FLAGS", func() { p.Wrap(inheritedFlags) })
	p.Section("LEARN MORE", func() { p.Wrap(fmt.Sprintf("Run %q for the options of a waiter.", name+" WAITER help")) })
	return p.Print()
}

// waiterHelp prints the options and the conditions of a waiter.
func waiterHelp(app *command.App, svc *model.Service, op *model.Operation, w model.Waiter) error {
	path := svc.Name + " wait " + w.CLIName
	p := app.NewPage()
	p.Paragraph(fmt.Sprintf("Call %s every %d seconds until a condition is true, at most %d times.", op.CLIName, w.Delay, w.MaxAttempts))
	p.Prose("The command prints no result. The exit code is 0 after a success, and 255 after a failure or after the last call.")
	options := ""
	for _, f := range requiredOptions(svc, op) {
		options += " " + f.Name + " " + placeholder(f)
	}
	p.Section("USAGE", func() { p.Wrap(app.Name + " " + path + options + " [options]") })
	own, general := optionItems(svc, op)
	addList(p, "OPTIONS", own)
	var kept []command.Item
	for _, item := range general {
		switch item.Name {
		case "--starting-token", "--page-size", "--max-items": // checkPaging rejects them
		default:
			kept = append(kept, item)
		}
	}
	addList(p, "GENERAL OPTIONS", kept)
	p.Section("INHERITED FLAGS", func() { p.Wrap(inheritedFlags) })
	var conditions []command.Item
	for _, a := range w.Acceptors {
		conditions = append(conditions, command.Item{Name: a.State, Text: conditionText(a)})
	}
	addList(p, "CONDITIONS", conditions)
	p.Section("LEARN MORE", func() {
		p.Wrap("The AWS CLI's page describes every option:")
		p.Indent(awsPage(svc.Name, "wait/"+w.CLIName))
	})
	return p.Print()
}

// conditionText describes a condition of a waiter.
func conditionText(a model.Acceptor) string {
	switch a.Matcher {
	case "path":
		return fmt.Sprintf("%s is %v", a.Argument, a.Expected)
	case "pathAll":
		return fmt.Sprintf("all of %s are %v", a.Argument, a.Expected)
	case "pathAny":
		return fmt.Sprintf("one of %s is %v", a.Argument, a.Expected)
	case "status":
		return fmt.Sprintf("the HTTP status is %v", a.Expected)
	}
	switch a.Expected {
	case true:
		return "the service replies with an error"
	case false:
		return "the service replies without an error"
	}
	return fmt.Sprintf("the service replies with the error %v", a.Expected)
}

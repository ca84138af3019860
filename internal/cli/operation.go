package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/internal/awsarg"
	"lanyard/internal/awsmodel"
	"lanyard/internal/awsop"
	"lanyard/internal/document"
	"lanyard/internal/profile"
)

// newService is the command of an AWS service, with the operations of the tables.
// Its flags are the operations' own, which package awsarg reads.
func newService(app *App, service string) *cobra.Command {
	return &cobra.Command{
		Use: service + " OPERATION", Short: "Operations of " + service + ": " + service + " help lists them",
		DisableFlagParsing: true, DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			rest, err := takeGlobals(cmd, args)
			if err != nil {
				return err
			}
			if err := app.begin(cmd); err != nil {
				return err
			}
			if len(rest) == 0 || isHelp(rest[0]) {
				return app.serviceHelp(service, len(rest) == 0)
			}
			return app.operate(cmd.Context(), service, rest[0], rest[1:])
		},
	}
}

// newOperation is the command of one operation, in a group with commands of ours.
func newOperation(app *App, service, operation string) *cobra.Command {
	return &cobra.Command{
		Use: operation, Short: "The operation of the access portal, with the token of the session",
		DisableFlagParsing: true, DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			rest, err := takeGlobals(cmd, args)
			if err != nil {
				return err
			}
			if err := app.begin(cmd); err != nil {
				return err
			}
			return app.operate(cmd.Context(), service, operation, rest)
		},
	}
}

func isHelp(word string) bool { return word == "help" || word == "--help" || word == "-h" }

// An operation is one that is about to be called.
type operation struct {
	app   *App
	world *world
	svc   *awsmodel.Service
	op    *awsmodel.Operation
	in    *awsarg.Input
	print printing
}

// operate carries out an operation of the tables, and hands every other one to the
// AWS CLI, as it does with an option that the tables lack.
func (app *App) operate(ctx context.Context, service, name string, args []string) error {
	svc, err := awsmodel.Load(service)
	if err != nil {
		return err
	}
	op, ok := svc.Operation(name)
	if !ok {
		return app.handOver(ctx, app.args, app.misspelled(svc, name))
	}
	if len(args) > 0 && isHelp(args[len(args)-1]) {
		return app.operationHelp(svc, op)
	}
	o := &operation{app: app, svc: svc, op: op}
	if err := o.parse(args); err != nil {
		var usage *awsarg.UsageError
		if errors.As(err, &usage) && strings.HasPrefix(usage.Message, "Unknown options: ") {
			return app.handOver(ctx, app.args, badParameters(err))
		}
		return badParameters(err)
	}
	if o.in.Skeleton != "" {
		return o.skeleton()
	}
	if err := checkEndpointURL(app.flags.endpointURL); err != nil {
		return err
	}
	w, err := app.world()
	if err != nil {
		return err
	}
	o.world = w
	return o.run(ctx)
}

// slip is the error for a line that is not ours, if it looks like a slip of the
// hand in one that is.
func (app *App) slip(root *cobra.Command, args []string) error {
	words := firstWords(app.globals(), args)
	if len(words) < 2 {
		return nil
	}
	if group, _, err := root.Find(words[:1]); err == nil && group != root && len(group.SuggestionsFor(words[1])) > 0 {
		return unknownCommand(group, words[1:])
	}
	svc, err := awsmodel.Load(words[0])
	if err != nil {
		return nil //nolint:nilerr // no service of ours, and so no slip
	}
	return app.misspelled(svc, words[1])
}

// misspelled is the error for an operation that looks like a slip of the hand; nil
// if it looks like none.
func (app *App) misspelled(svc *awsmodel.Service, name string) error {
	near := profile.Nearest(name, svc.Operations())
	if near == nil {
		return nil
	}
	return withHint(usagef("unknown operation %q of %s", name, svc.Name), "did you mean: %s %s %s", app.Name, svc.Name, strings.Join(near, ", "))
}

// badParameters gives a mistake in the parameters its exit code.
func badParameters(err error) error {
	var usage *awsarg.UsageError
	if errors.As(err, &usage) {
		return &usageError{usage.Message}
	}
	return err
}

// parse reads the parameters.
func (o *operation) parse(args []string) (err error) {
	if o.svc.Name == "sso" {
		o.op = withoutToken(o.op)
	}
	o.in, err = awsarg.Parse(o.op, args, awsarg.Options{
		Service: o.svc.Name, Getenv: o.app.getenv, BinaryFormat: o.app.flags.binaryFormat, NoPaginate: o.app.flags.noPaginate,
	})
	if err != nil {
		return err
	}
	for _, line := range o.in.Warnings {
		o.app.warn(line, "")
	}
	return nil
}

// withoutToken is an operation of the portal whose access token need not be given:
// it is taken from the session.
func withoutToken(op *awsmodel.Operation) *awsmodel.Operation {
	made, input := *op, *op.Input
	shape := *input.Shape
	shape.Members = slices.Clone(shape.Members)
	for i, m := range shape.Members {
		if m.Name == tokenMember {
			optional := *m
			optional.Required = false
			shape.Members[i] = &optional
		}
	}
	input.Shape, made.Input = &shape, &input
	return &made
}

// tokenMember is the access token among the parameters of the portal.
const tokenMember = "accessToken"

// run finds the profile, checks what can be checked, and calls.
func (o *operation) run(ctx context.Context) error {
	p, err := o.world.resolve()
	if err != nil {
		return err
	}
	if o.print, err = o.world.printing(p, o.op.Name); err != nil {
		return err
	}
	if _, ok := o.svc.Endpoint(p.Region, p.FIPS, p.DualStack); !ok && !o.portal() {
		return o.world.noRegion()
	}
	if !o.op.Unsigned && !usable(o.app, p) {
		// A role to assume, a program to ask: the AWS CLI knows how.
		return o.app.handOver(ctx, o.app.args, o.world.notSSO(p))
	}
	client, err := o.client(ctx, p)
	if err != nil {
		return err
	}
	return o.explain(o.call(ctx, client))
}

// portal reports whether the operation is one of the access portal, which is
// authorized by the session's token and is in the session's region.
func (o *operation) portal() bool { return o.svc.Name == "sso" }

// usable reports whether there are credentials that this program can get at.
func usable(app *App, p *profile.Profile) bool {
	return p.EnvKeys || app.flags.noSignRequest || p.HasSSO && p.Kind == profile.SSO || p.Kind == profile.Static || p.Kind == profile.None
}

func (w *world) noRegion() error {
	return withHint(&configError{"NoRegion", `You must specify a region. You can also configure your region by running "aws configure".`},
		"add --region REGION, or: %s configure set region REGION", w.app.Name)
}

// explain gives the errors of a call their exit codes and hints.
func (o *operation) explain(err error) error {
	var input *awsop.InputError
	var region *awsop.NoRegionError
	switch {
	case errors.As(err, &input):
		return &usageError{input.Error()}
	case errors.As(err, &region):
		return o.world.noRegion()
	}
	return explainKeys(err)
}

// skeleton prints a form of the parameters to be filled in.
func (o *operation) skeleton() error {
	switch o.in.Skeleton {
	case "input":
		return o.app.printDocument(awsarg.InputSkeleton(o.op), "json")
	case "yaml-input":
		return o.app.printDocument(awsarg.InputSkeleton(o.op), "yaml")
	}
	return o.app.printDocument(awsarg.OutputSkeleton(o.op), "json")
}

// serviceHelp lists the operations.
func (app *App) serviceHelp(service string, missing bool) error {
	svc, err := awsmodel.Load(service)
	if err != nil {
		return err
	}
	if missing {
		return withHint(usagef("the following arguments are required: operation"), "one of: %s", strings.Join(svc.Operations(), ", "))
	}
	fmt.Fprintf(app.out, "Operations of %s:\n\n", service)
	for _, name := range svc.Operations() {
		fmt.Fprintf(app.out, "  %s\n", name)
	}
	fmt.Fprintf(app.out, "\nOptions: %s %s OPERATION help. Other operations are handed to the AWS CLI.\n", app.Name, service)
	return nil
}

// operationHelp lists the options of an operation.
func (app *App) operationHelp(svc *awsmodel.Service, op *awsmodel.Operation) error {
	fmt.Fprintf(app.out, "%s %s %s\n\nOptions:\n", app.Name, svc.Name, op.CLIName)
	for _, f := range awsarg.Flags(op) {
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
		fmt.Fprintf(app.out, "  %s (%s)\n", name, note)
	}
	return nil
}

// objectOf returns the input as an object that can be added to.
func objectOf(in *awsarg.Input) *document.Object {
	o := new(document.Object)
	for name, v := range in.Document.All() {
		o.Set(name, v)
	}
	return o
}

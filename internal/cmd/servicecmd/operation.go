package servicecmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// NewService is the command of an AWS service, with the operations of the tables.
// Its flags are the operations' own, which package arg reads.
func NewService(app *command.App, service string) *cobra.Command {
	cmd := newForeign(app, func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 || command.IsHelp(args[0]) {
			return serviceHelp(app, service, len(args) == 0)
		}
		return operate(cmd.Context(), app, service, args[0], "", args[1:])
	})
	cmd.Use, cmd.Short = service+" OPERATION", "Built-in operations: see "+service+" help"
	cmd.Annotations = command.Serves(service)
	return cmd
}

// NewOperation is the command of one operation, in a group with commands of ours.
func NewOperation(app *command.App, service, operation string) *cobra.Command {
	var session string
	cmd := newForeign(app, func(cmd *cobra.Command, args []string) error {
		args, err := command.TakeFlags(cmd, args, cmd.Flags())
		if err != nil {
			return err
		}
		if session != "" && app.Flags.Profile != "" {
			return command.Usagef("--sso-session does not go with --profile")
		}
		return operate(cmd.Context(), app, service, operation, session, args)
	})
	cmd.Annotations = command.Uses("*")
	cmd.Use, cmd.Short = operation, "The operation of the access portal, with the token of a session"
	cmd.Flags().StringVar(&session, "sso-session", "", "the [sso-session] to use; otherwise the profile's, or the only one of the config")
	return cmd
}

// newForeign is a command whose flags cobra does not know. run gets the arguments
// without the global flags.
func newForeign(app *command.App, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		DisableFlagParsing: true, DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			rest, err := command.TakeGlobals(cmd, args)
			if err != nil {
				return err
			}
			if err := app.StartCommand(cmd); err != nil {
				return err
			}
			if err := output.Check(app); err != nil {
				return err
			}
			return run(cmd, rest)
		},
	}
}

// An operation is one that is about to be called.
type operation struct {
	app   *command.App
	world *workspace.Workspace
	svc   *model.Service
	op    *model.Operation
	in    *arg.Input
	print output.Printing

	session     string // --sso-session of an operation of the portal; else ""
	sessionFlag string // that leads to the session in use, after a space
}

// operate carries out an operation of the tables, and hands every other one to the
// AWS CLI, as it does with an option that the tables lack.
func operate(ctx context.Context, app *command.App, service, name, session string, args []string) error {
	svc, err := model.Load(service)
	if err != nil {
		return err
	}
	op, ok := svc.Operation(name)
	if !ok {
		return &command.ElsewhereError{Why: awscli.MisspelledOperation(app, svc, name)}
	}
	if len(args) > 0 && command.IsHelp(args[0]) {
		return operationHelp(app, svc, op)
	}
	o := &operation{app: app, svc: svc, op: op, session: session}
	if err := o.parse(ctx, args); err != nil {
		var usage *arg.UsageError
		if errors.As(err, &usage) && strings.HasPrefix(usage.Message, "Unknown options: ") {
			return &command.ElsewhereError{Why: badParameters(err)}
		}
		return badParameters(err)
	}
	switch {
	case o.in.Help:
		return operationHelp(app, svc, op)
	case o.in.Skeleton != "":
		return o.skeleton()
	}
	w := workspace.Files(app)
	o.world = w
	return o.run(ctx)
}

// badParameters gives a mistake in the parameters its exit code.
func badParameters(err error) error {
	var usage *arg.UsageError
	if errors.As(err, &usage) {
		return &command.UsageError{Msg: usage.Message}
	}
	return err
}

// parse reads the parameters.
func (o *operation) parse(ctx context.Context, args []string) (err error) {
	if o.svc.Name == "sso" {
		o.op = withoutToken(o.op)
	}
	o.in, err = arg.Parse(o.op, args, arg.Options{
		Service: o.svc.Name, LookupEnv: o.app.Env.Lookup, BinaryFormat: o.app.Flags.BinaryFormat, NoPaginate: o.app.Flags.NoPaginate,
		ReadFile: func(path string) ([]byte, error) { return datafile.ReadArgument(ctx, path, datafile.ConfigLimit) },
	})
	if err != nil {
		return err
	}
	for _, line := range o.in.Warnings {
		o.app.Warn(strings.TrimPrefix(line, "warning: "), "")
	}
	return nil
}

// withoutToken is an operation of the portal whose access token need not be given:
// it is taken from the session.
func withoutToken(op *model.Operation) *model.Operation {
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
	if o.portal() {
		o.world.PortalURL = o.app.Flags.EndpointURL
	}
	resolve := o.world.Resolve
	if o.portal() {
		resolve = func() (*profile.Profile, error) { return resolvePortal(o.world) }
	}
	p, err := resolve()
	if err != nil {
		return err
	}
	if o.print, err = output.For(o.app, p, o.op.Name); err != nil {
		return err
	}
	if !o.portal() {
		if err := p.CheckRegion(); err != nil {
			return err
		}
		if _, ok := o.svc.Endpoint(p.Region, p.FIPS, p.DualStack); !ok {
			return noRegion(o.world)
		}
	}
	if !o.op.Unsigned && !signin.Usable(o.app, p) {
		// A role to assume, a program to ask: the AWS CLI knows how.
		return &command.ElsewhereError{Why: signin.NotSSO(o.world, p)}
	}
	client, err := o.client(ctx, p)
	if err != nil {
		return err
	}
	return o.explain(client, o.call(ctx, client))
}

// portal reports whether the operation is one of the access portal, which is
// authorized by the session's token and is in the session's region.
func (o *operation) portal() bool { return o.svc.Name == "sso" }

func noRegion(w *workspace.Workspace) error {
	err := &command.ConfigError{Code: "NoRegion", Msg: `You must specify a region. You can also configure your region by running "aws configure".`}
	if names, _, _ := profile.Names(w.In); len(names) == 0 { // on an error the other hint does
		return command.WithHint(err, "add --region REGION\n%s", w.App.SetUpHint())
	}
	return command.WithHint(err, "add --region REGION, or: %s configure set region REGION --profile %s", w.App.Name, command.Quote(profile.Name(w.App.Flags.Profile, w.App.Env.Lookup)))
}

// explain gives the errors of a call their exit codes and hints.
func (o *operation) explain(client *call.Client, err error) error {
	var input *call.InputError
	var region *call.NoRegionError
	switch {
	case errors.As(err, &input):
		return &command.UsageError{Msg: input.Error()}
	case errors.As(err, &region):
		return noRegion(o.world)
	}
	if account, _ := o.in.Document.Get("accountId"); o.portal() && signin.IsForbidden(err) {
		role, _ := o.in.Document.Get("roleName")
		return command.WithHint(err, "%s", signin.RoleHint(o.app, "", fmt.Sprint(account), fmt.Sprint(role), o.sessionFlag))
	}
	return explainKeys(o.world, client, err)
}

// objectOf returns the input as an object that can be added to.
func objectOf(in *arg.Input) *document.Object {
	o := new(document.Object)
	for name, v := range in.Document.All() {
		o.Set(name, v)
	}
	return o
}

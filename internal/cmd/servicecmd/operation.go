// Package servicecmd has the commands of AWS services: the built-in operations and "s3 ls". It
// finds the profile and its credentials. The packages in internal/engine do the rest.
package servicecmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// NewService returns the command of an AWS service. The command's first argument is an operation.
// Package arg parses the options of the operation.
func NewService(app *command.App, service string) *cobra.Command {
	cmd := newForeign(app, func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return missingOperation(app, service)
		case cmdline.IsHelp(args[0]):
			return serviceHelp(app, service, cmd.Commands())
		case isWait(service, args[0]):
			return wait(cmd, app, service, args[1:])
		}
		return operate(cmd, app, service, args[0], "", args[1:])
	})
	cmd.Use, cmd.Short = service+" OPERATION", "Call an operation of "+service
	cmd.Annotations = cmdline.Serves(service)
	cmd.SetHelpFunc(func(*cobra.Command, []string) { _ = serviceHelp(app, service, cmd.Commands()) }) // app.Out keeps the error
	return cmd
}

// NewOperation returns the command of one operation, for a group that also has commands of
// lanyard.
func NewOperation(app *command.App, service, name string) *cobra.Command {
	var session string
	cmd := newForeign(app, func(cmd *cobra.Command, args []string) error {
		args, err := cmdline.TakeFlags(cmd, args, cmd.Flags())
		if err != nil {
			return err
		}
		if help := cmd.Flags().Lookup("help"); help != nil && help.Changed {
			return cmd.Help()
		}
		if session != "" && app.Flags.Profile != "" {
			return command.Usagef("--sso-session cannot be used with --profile")
		}
		return operate(cmd, app, service, name, session, args)
	})
	cmd.Annotations = cmdline.Uses("*")
	cmd.Use, cmd.Short = name, portalSummary(service, name)
	cmd.SetHelpFunc(func(*cobra.Command, []string) {
		if svc, err := model.Load(service); err == nil {
			if op, ok := svc.Operation(name); ok {
				_ = operationHelp(app, svc, op) // app.Out keeps the error
			}
		}
	})
	cmd.Flags().StringVar(&session, "sso-session", "", "use the [sso-session] `NAME`")
	return cmd
}

// newForeign returns a command whose flags cobra does not parse. run gets the arguments
// without the global flags.
func newForeign(app *command.App, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		DisableFlagParsing: true, DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			rest, err := cmdline.TakeGlobals(cmd, args)
			if err != nil {
				return err
			}
			if err := cmdline.Start(app, cmd); err != nil {
				return err
			}
			if err := output.Check(app); err != nil {
				return err
			}
			return run(cmd, rest)
		},
	}
}

// An operation is a call of an AWS operation, as the command line describes it.
type operation struct {
	app   *command.App
	w     *workspace.Workspace
	svc   *model.Service
	op    *model.Operation
	in    *arg.Input
	print output.Printing

	waiter *model.Waiter // nil if the command makes one call
	ready  func()        // called when the client has credentials; may be nil

	session     string          // the value of --sso-session, for operations of the portal
	found       profile.Session // the session in use, for operations of the portal
	sessionFlag string          // a space and the flag that selects the session in use; hints need this text
}

// operate calls a built-in operation. It hands off unknown operations and unknown options to the
// AWS CLI.
func operate(cmd *cobra.Command, app *command.App, service, name, session string, args []string) error {
	ctx := cmd.Context()
	svc, err := model.Load(service)
	if err != nil {
		return err
	}
	op, ok := svc.Operation(name)
	if !ok {
		return &command.ElsewhereError{Why: awscli.MisspelledOperation(app, svc, name)}
	}
	if len(args) > 0 && cmdline.IsHelp(args[0]) {
		return operationHelp(app, svc, op)
	}
	if cmdline.IsService(cmd) {
		if args, err = cmdline.TakeRole(cmd, args, func(flag string) bool { return arg.Has(op, "--"+flag) }); err != nil {
			return err
		}
	}
	o := &operation{app: app, svc: svc, op: op, session: session}
	if done, err := o.begin(ctx, args); done || err != nil {
		return err
	}
	o.w = workspace.Files(app)
	return o.run(ctx)
}

// begin reads the arguments. done means that the arguments asked for help or for a skeleton, which
// begin has printed.
func (o *operation) begin(ctx context.Context, args []string) (done bool, err error) {
	if err := o.parse(ctx, args); err != nil {
		var usage *arg.UsageError
		switch isUsage := errors.As(err, &usage); {
		case isUsage && usage.Unknown != nil:
			return false, unknownOptions(o.app, usage)
		case isUsage && usage.Elsewhere:
			return false, &command.ElsewhereError{Why: badParameters(err)}
		}
		return false, badParameters(err)
	}
	switch {
	case o.in.Help:
		return true, operationHelp(o.app, o.svc, o.op)
	case o.in.Skeleton != "":
		return true, o.skeleton()
	}
	if away := o.away(); away != "" {
		return false, &command.ElsewhereError{Why: command.Usagef("--%s needs the AWS CLI", away)}
	}
	return false, o.checkSaves()
}

// away returns the name of an option whose value changes the request in a way that lanyard does not
// know. It returns "" if the command line has no such option.
func (o *operation) away() string {
	if !call.CanChecksum(o.op, o.in.Document) {
		return model.CLIName(o.op.Checksum)
	}
	for _, p := range o.op.Parameters() {
		if _, given := o.in.Document.Get(p.Member.Name); given && p.Member.Away {
			return p.Name
		}
	}
	return ""
}

// unknownOptions returns the error for options that the tables do not have. If an option is a
// typo in a global flag, the error says so. Otherwise lanyard hands off the line, because the
// AWS CLI may have the options.
func unknownOptions(app *command.App, usage *arg.UsageError) error {
	err := badParameters(usage)
	for _, option := range usage.Unknown {
		if hint := cmdline.NearGlobal(option); hint != "" && app.Name == "lanyard" {
			return command.WithHint(err, "%s", hint)
		}
	}
	return &command.ElsewhereError{Why: err}
}

// badParameters returns a UsageError for an error in the parameters.
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
	format, err := o.binaryFormat()
	if err != nil {
		return err
	}
	o.in, err = arg.Parse(o.op, args, arg.Options{
		Service: o.svc.Name, Waiter: o.waiter != nil, LookupEnv: o.app.Env.Lookup, BinaryFormat: format, NoPaginate: o.app.Flags.NoPaginate,
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

// withoutToken returns a copy of an operation of the portal. In the copy, the access token is
// optional, because the token comes from the session.
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

// tokenMember is the parameter for the access token in the portal's operations.
const tokenMember = "accessToken"

// maxListed is the largest number of operations that a hint lists. EC2 has more than 700.
const maxListed = 20

// missingOperation returns the error for a service without an operation.
func missingOperation(app *command.App, service string) error {
	svc, err := model.Load(service)
	if err != nil {
		return err
	}
	err = command.Usagef("the following arguments are required: operation")
	if operations := svc.Operations(); len(operations) <= maxListed {
		return command.WithHint(err, "one of: %s\nfor help, run: %s %s help", strings.Join(operations, ", "), app.Name, svc.Name)
	}
	return command.WithHint(err, "to list the operations, run: %s %s help", app.Name, svc.Name)
}

// run resolves the profile, checks the settings before any request, and calls the operation.
func (o *operation) run(ctx context.Context) error {
	if o.portal() {
		o.w.PortalURL = o.app.Flags.EndpointURL
	}
	resolve := func() (*profile.Profile, error) {
		return credentials.Resolve(ctx, o.w, o.svc.Name+" "+o.op.CLIName)
	}
	if o.portal() {
		resolve = func() (*profile.Profile, error) { return resolvePortal(o.w) }
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
			return noRegion(o.w)
		}
	}
	client, err := o.client(ctx, p)
	if err != nil {
		return err
	}
	if err := client.Elsewhere(o.svc, o.op, o.in.Document); err != nil {
		return &command.ElsewhereError{Why: err}
	}
	if o.ready != nil {
		o.ready()
	}
	return o.explain(client, o.guardedCall(ctx, client))
}

// explain adds exit codes and hints to the errors of a call.
func (o *operation) explain(client *call.Client, err error) error {
	var input *call.InputError
	var region *call.NoRegionError
	switch {
	case errors.As(err, &input):
		return &command.UsageError{Msg: input.Error()}
	case errors.As(err, &region):
		return noRegion(o.w)
	}
	if account, _ := o.in.Document.Get("accountId"); o.portal() && signin.IsForbidden(err) {
		role, _ := o.in.Document.Get("roleName")
		return command.WithHint(err, "%s", signin.RoleHint(o.app, "", fmt.Sprint(account), fmt.Sprint(role), o.sessionFlag))
	}
	return signin.ExplainKeys(o.w, client, err)
}

// portal reports whether the operation belongs to the access portal. Such an operation uses
// the session's access token and region.
func (o *operation) portal() bool { return o.svc.Name == "sso" }

// noRegion returns the error for a profile without a region.
func noRegion(w *workspace.Workspace) error {
	err := &command.ConfigError{Code: "NoRegion", Msg: `You must specify a region. You can also configure your region by running "aws configure".`}
	if names, _, _ := profile.Names(w.In); len(names) == 0 { // the user has no profile yet
		return command.WithHint(err, "add --region REGION\n%s", w.App.SetUpHint())
	}
	return command.WithHint(err, "add --region REGION, or: %s configure set region REGION --profile %s", w.App.Name, command.Quote(profile.Name(w.App.Flags.Profile, w.App.Env.Lookup)))
}

package servicecmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/s3ls"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// NewS3 returns the command s3 with its subcommands.
func NewS3(app *command.App) *cobra.Command {
	s3 := cmdline.Group("s3", "List, make and remove S3 buckets, and presign URLs")
	s3.Long = `lanyard has these commands built in, and hands off other s3 commands to the AWS
CLI.`
	s3.Example = `lanyard s3 ls`
	s3.AddCommand(newS3List(app), newS3Make(app), newS3Presign(app), newS3Remove(app))
	return s3
}

// newS3List returns the command s3 ls.
func newS3List(app *command.App) *cobra.Command {
	cmd, options := newS3ListFlags(app)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return listS3(cmd.Context(), workspace.Files(app), options(args), func() {})
	}
	return cmd
}

// newS3ListFlags returns the command s3 ls without its function. options returns the options of the
// flags and the arguments, after the command has parsed its flags.
func newS3ListFlags(app *command.App) (_ *cobra.Command, options func(args []string) s3ls.Options) {
	var o s3ls.Options
	var pageSize int
	payer := requestPayer{value: &o.RequestPayer}
	cmd := &cobra.Command{
		Use:   "ls [S3URI]",
		Short: "List buckets, or the objects in a bucket",
		Long: `List the buckets of the account, or the contents of s3://BUCKET/PREFIX: objects
with their time, size and name, and common prefixes as PRE. Times are local.

If no object matches the prefix, the exit code is 1. As in the AWS CLI,
--output, --query and --no-paginate have no effect.`,
		Example: `lanyard s3 ls
lanyard s3 ls s3://my-bucket/logs/ --recursive --human-readable --summarize`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Role, "endpoint-url", "no-sign-request", cmdline.Connection),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "help" {
				return cmdline.HelpRequest{Cmd: cmd}
			}
			if args = payer.without(args); len(args) > 1 {
				return cmdline.NoArgs(cmd, args[1:])
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.Recursive, "recursive", false, "list all objects below the prefix, with their full keys")
	f.BoolVar(&o.HumanReadable, "human-readable", false, "print sizes in units, for example 1.5 MiB")
	f.BoolVar(&o.Summarize, "summarize", false, "print the number of objects and their total size at the end")
	f.IntVar(&pageSize, "page-size", 0, "request `N` entries at a time")
	f.StringVar(&o.BucketNamePrefix, "bucket-name-prefix", "", "list only buckets whose names begin with `PREFIX`")
	f.StringVar(&o.BucketRegion, "bucket-region", "", "list only buckets in `REGION`")
	payer.flags = f
	f.Var(&payer, "request-payer", "agree to pay for requests to a Requester Pays bucket")
	f.Lookup("request-payer").NoOptDefVal = requester
	return cmd, func(args []string) s3ls.Options {
		if args = payer.without(args); len(args) > 0 {
			o.Path = args[0]
		}
		if f.Changed("page-size") {
			o.PageSize = &pageSize
		}
		return o
	}
}

// listS3 lists buckets, or the objects in a bucket. It calls ready before the first request.
func listS3(ctx context.Context, w *workspace.Workspace, o s3ls.Options, ready func()) error {
	app := w.App
	client, _, err := newS3Client(ctx, w, "s3 ls")
	if err != nil {
		return err
	}
	ready()
	o.Zone = app.Now().Location()
	o.Terminal = app.IO.OutTerminal
	o.Unsigned = app.Flags.NoSignRequest
	matched, err := s3ls.Run(ctx, client, o, app.Out)
	switch {
	case err != nil:
		return explainS3(w, client, err)
	case !matched:
		return command.ExitError(command.ExitCommand)
	}
	return nil
}

// newS3Client returns a client for S3 with the credentials of the profile in use. caller is the name
// of the command.
func newS3Client(ctx context.Context, w *workspace.Workspace, caller string) (*call.Client, *model.Service, error) {
	p, err := credentials.Resolve(ctx, w, caller)
	if err != nil {
		return nil, nil, err
	}
	if err := p.CheckRegion(); err != nil {
		return nil, nil, err
	}
	svc, err := model.Load("s3api")
	if err != nil {
		return nil, nil, err
	}
	client, err := signin.NewClient(w, p, svc)
	if err != nil {
		return nil, nil, err
	}
	return client, svc, credentials.Authorize(ctx, w, p, client, caller)
}

// requester is the only value of --request-payer.
const requester = "requester"

// A requestPayer is the value of the flag --request-payer. The value is optional. It can also be
// the next argument, which the parser of flags reads as a path. So requestPayer remembers the
// place of the flag among the arguments, and without removes the value from them.
type requestPayer struct {
	flags *pflag.FlagSet
	value *string
	place int // number of arguments before the flag
}

func (p *requestPayer) String() string { return "" }

func (p *requestPayer) Type() string { return requester }

// Set sets the value. The parser calls it while it reads the arguments.
func (p *requestPayer) Set(value string) error {
	if value != requester {
		return fmt.Errorf("Found invalid choice '%s'", value)
	}
	*p.value, p.place = requester, p.flags.NArg()
	return nil
}

// without returns the arguments without the value of the flag.
func (p *requestPayer) without(args []string) []string {
	if *p.value == "" || p.place >= len(args) || args[p.place] != requester {
		return args
	}
	return slices.Delete(slices.Clone(args), p.place, p.place+1)
}

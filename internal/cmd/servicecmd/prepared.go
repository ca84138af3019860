package servicecmd

import (
	"context"
	"errors"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/s3ls"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A Prepared is a built-in operation for a command that calls it for many profiles. It has read
// the tables of the operation. It is safe for concurrent use.
type Prepared struct {
	svc *model.Service
	op  *model.Operation // nil for s3 ls
}

// Prepare returns the operation whose words begin a command line, and the number of these words.
// ok is false if the words do not name a built-in operation. The operations of the access portal
// do not count, because they use no role.
func Prepare(words []string) (p *Prepared, n int, ok bool) {
	if len(words) < 2 || words[0] == "sso" {
		return nil, 0, false
	}
	if words[0] == "s3" && words[1] == "ls" {
		svc, err := model.Load("s3api")
		return &Prepared{svc: svc}, 2, err == nil
	}
	if !model.Has(words[0]) {
		return nil, 0, false
	}
	svc, err := model.Load(words[0])
	if err != nil {
		return nil, 0, false
	}
	op, ok := svc.Operation(words[1])
	return &Prepared{svc, op}, 2, ok
}

// Name returns the words of the operation, such as "ec2 describe-instances".
func (p *Prepared) Name() string {
	if p.op == nil {
		return "s3 ls"
	}
	return p.svc.Name + " " + p.op.CLIName
}

// NeedsRegion reports whether the service has no endpoint without a region.
func (p *Prepared) NeedsRegion() bool {
	_, ok := p.svc.Endpoint("", false, false)
	return !ok
}

// List returns the member of the result that has the list of the operation. It returns "" unless
// exactly one member of the result is a list, and all other members belong to the paging.
func (p *Prepared) List() string {
	if p.op == nil || p.op.Output == nil {
		return ""
	}
	paging := map[string]bool{"NextToken": true, "nextToken": true}
	if pages := p.op.Paginator; pages != nil {
		paging[pages.More] = true
		for _, name := range pages.Output {
			paging[name] = true
		}
	}
	name := ""
	for _, m := range p.op.Output.Shape.Members {
		switch {
		case paging[m.Name]:
		case name != "" || m.Shape.Kind != model.List:
			return ""
		default:
			name = m.Name
		}
	}
	return name
}

// Check reads the arguments after the words of the operation, and makes no request. help means that
// the arguments ask for help or for a skeleton. The error is an [command.ElsewhereError] if only the
// AWS CLI can run the line.
func (p *Prepared) Check(ctx context.Context, app *command.App, args []string) (help bool, err error) {
	if p.op == nil {
		_, err := p.listing(app, args)
		return false, err
	}
	if len(args) > 0 && (args[0] == "help" || args[0] == "--help" || args[0] == "-h") {
		return true, nil
	}
	quiet := *app
	o := &operation{app: &quiet, svc: p.svc, op: p.op}
	if err := o.parse(ctx, args); err != nil {
		_, err := o.begin(ctx, args)
		return false, err
	}
	if o.in.Help || o.in.Skeleton != "" {
		return true, nil
	}
	_, err = o.begin(ctx, args)
	return false, err
}

// Call calls the operation with the profile and the flags of the workspace's App, and prints the
// result to the App. It calls ready when it has credentials, right before the first request of the
// operation.
func (p *Prepared) Call(ctx context.Context, w *workspace.Workspace, args []string, ready func()) error {
	if p.op == nil {
		o, err := p.listing(w.App, args)
		if err != nil {
			return err
		}
		return listS3(ctx, w, o, ready)
	}
	o := &operation{app: w.App, svc: p.svc, op: p.op, w: w, ready: ready}
	if done, err := o.begin(ctx, args); done || err != nil {
		return err
	}
	return o.run(ctx)
}

// listing returns the options of s3 ls.
func (p *Prepared) listing(app *command.App, args []string) (s3ls.Options, error) {
	cmd, read := newS3ListFlags(app)
	if err := cmd.ParseFlags(args); err != nil {
		return s3ls.Options{}, &command.ElsewhereError{Why: err}
	}
	rest := cmd.Flags().Args()
	if err := cmd.Args(cmd, rest); err != nil {
		return s3ls.Options{}, err
	}
	return read(rest), nil
}

// explainS3 adds exit codes and hints to the errors of s3 ls.
func explainS3(w *workspace.Workspace, client *call.Client, err error) error {
	var (
		path  *s3ls.PathError
		input *call.InputError
	)
	if errors.As(err, &path) || errors.As(err, &input) {
		return command.Usagef("%s", err)
	}
	return signin.ExplainKeys(w, client, err)
}

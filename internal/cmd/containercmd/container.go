// Package containercmd has the commands for Docker and Kubernetes that the AWS CLI adds to the
// services ecr, ecr-public and eks.
package containercmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Commands returns the commands of lanyard for a service, or nil.
func Commands(app *command.App, service string) []*cobra.Command {
	switch service {
	case "ecr", "ecr-public":
		return []*cobra.Command{newLoginPassword(app, service)}
	case "eks":
		return []*cobra.Command{newGetToken(app), newUpdateKubeconfig(app)}
	}
	return nil
}

// uses names the global flags of all commands of the package.
func uses(more ...string) map[string]string {
	return cmdline.Uses(append([]string{"profile", "region", "endpoint-url", cmdline.Connection}, more...)...)
}

// A caller calls operations with the credentials of a profile.
type caller struct {
	w    *workspace.Workspace
	p    *profile.Profile
	name string // the command, for logs and messages: "eks get-token"
}

// newCaller resolves the profile in use.
func newCaller(ctx context.Context, app *command.App, name string) (*caller, error) {
	w := workspace.Files(app)
	p, err := credentials.Resolve(ctx, w, name)
	if err != nil {
		return nil, err
	}
	return &caller{w, p, name}, p.CheckRegion()
}

// assuming returns a caller with the credentials of a role. The role has this name for its session.
func (c *caller) assuming(arn, session string) (*caller, error) {
	if c.p.Assume != "" {
		return nil, command.Usagef("--assume-role cannot be used with another role")
	}
	p := c.p.Assuming(arn)
	p.AssumeSession = session
	return &caller{c.w, p, c.name}, nil
}

// client returns a client of a service, with credentials.
func (c *caller) client(ctx context.Context, service string) (*call.Client, *model.Service, error) {
	svc, err := model.Load(service)
	if err != nil {
		return nil, nil, err
	}
	client, err := signin.NewClient(c.w, c.p, svc)
	if err != nil {
		return nil, nil, err
	}
	if _, ok := svc.Endpoint(c.p.Region, c.p.FIPS, c.p.DualStack); !ok && client.Endpoint == "" {
		return nil, nil, command.WithHint(&command.ConfigError{Code: "NoRegion", Msg: `You must specify a region. You can also configure your region by running "aws configure".`},
			"add --region REGION")
	}
	return client, svc, credentials.Authorize(ctx, c.w, c.p, client, c.name)
}

// call calls an operation by its name on the command line.
func (c *caller) call(ctx context.Context, service, operation string, input *document.Object) (*document.Object, error) {
	client, svc, err := c.client(ctx, service)
	if err != nil {
		return nil, err
	}
	op, ok := svc.Operation(operation)
	if !ok {
		return nil, &command.ElsewhereError{Why: command.Usagef("%s needs the AWS CLI", c.name)}
	}
	out, err := client.Call(ctx, svc, op, input)
	if err != nil {
		return nil, signin.ExplainKeys(c.w, client, err)
	}
	return out, nil
}

// textIn returns the text at a path of members, or "".
func textIn(o *document.Object, path ...string) string {
	for _, name := range path[:len(path)-1] {
		o = objectIn(o, name)
	}
	v, _ := o.Get(path[len(path)-1])
	s, _ := v.(string)
	return s
}

// objectIn returns a member that is an object, or nil.
func objectIn(o *document.Object, name string) *document.Object {
	v, _ := o.Get(name)
	m, _ := v.(*document.Object)
	return m
}

// The call of an operation: its client, the client's credentials, and the pages of the result.

package servicecmd

import (
	"context"

	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
)

// client returns a client for the operation, with credentials.
func (o *operation) client(ctx context.Context, p *profile.Profile) (*call.Client, error) {
	client, err := signin.NewClient(o.w, p, o.svc)
	if err != nil {
		return nil, err
	}
	if o.portal() {
		return client, o.useSession(ctx, p, client)
	}
	if o.app.Flags.NoSignRequest {
		unsigned := *o.op
		unsigned.Unsigned, o.op = true, &unsigned
	}
	if !o.op.Unsigned {
		err = credentials.Authorize(ctx, o.w, p, client, o.svc.Name+" "+o.op.CLIName)
	}
	return client, err
}

// call calls the operation and prints the result.
func (o *operation) call(ctx context.Context, client *call.Client) (err error) {
	printer, done := o.print.Start()
	defer func() {
		if doneErr := done(); err == nil {
			err = doneErr
		}
	}()
	if !o.in.Paginate || !call.CanPage(o.op) {
		out, err := client.Call(ctx, o.svc, o.op, o.in.Document)
		if err != nil {
			return err
		}
		return printer.Print(out)
	}
	pager, err := client.Pages(o.svc, o.op, o.in.Document, o.paging())
	if err != nil {
		return err
	}
	if !o.print.Streams() {
		full, err := pager.Full(ctx)
		if err != nil {
			return err
		}
		return printer.Print(full)
	}
	for page, err := range pager.All(ctx) {
		if err != nil {
			return err
		}
		if o.print.Format == "text" {
			page = pager.Results(page)
		}
		if err := printer.Page(page); err != nil {
			return err
		}
	}
	if token := pager.ResumeToken(); token != "" {
		return printer.Token(token)
	}
	return nil
}

// paging returns the values of the paging options.
func (o *operation) paging() call.Paging {
	p := o.in.Paging
	return call.Paging{MaxItems: p.MaxItems, PageSize: p.PageSize, StartingToken: p.StartingToken}
}

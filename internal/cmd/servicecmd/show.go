// The output of an operation: one result, or the pages of a result.

package servicecmd

import (
	"context"

	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

// Show calls an operation and prints the result with printer, which prints in the given format. If
// the format streams, Show prints each page when the page arrives.
func Show(ctx context.Context, client *call.Client, svc *model.Service, op *model.Operation, in *arg.Input, format string, printer *render.Printer) error {
	if !in.Paginate || !call.CanPage(op) {
		out, err := client.Call(ctx, svc, op, in.Document)
		if err != nil {
			return err
		}
		return printer.Print(out)
	}
	pager, err := client.Pages(svc, op, in.Document, call.Paging{
		MaxItems: in.Paging.MaxItems, PageSize: in.Paging.PageSize, StartingToken: in.Paging.StartingToken,
	})
	if err != nil {
		return err
	}
	if !render.Streams(format) {
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
		if format == "text" {
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

// The output of an operation: one result, the pages of a result, or a skeleton.

package servicecmd

import (
	"context"
	"fmt"
	"io"

	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/workspace"
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

// skeleton prints the skeleton that the user asks for.
func (o *operation) skeleton() error {
	if o.in.Skeleton != "output" {
		return WriteSkeleton(o.app.Out.Raw(), o.op, o.in.Skeleton)
	}
	p, err := workspace.Files(o.app).ResolveForLogin()
	if err != nil {
		return err
	}
	if o.print, err = output.For(o.app, p, o.op.Name); err != nil {
		return err
	}
	printer, done := o.print.Start()
	if err := printer.PrintSample(arg.OutputSkeleton(o.op)); err != nil {
		return err
	}
	return done()
}

// WriteSkeleton writes the skeleton of an input: "input" for JSON, or "yaml-input".
func WriteSkeleton(w io.Writer, op *model.Operation, kind string) error {
	if kind == "yaml-input" {
		return arg.WriteYAMLSkeleton(w, op)
	}
	form := arg.InputSkeleton(op)
	if form.Len() == 0 {
		_, err := fmt.Fprintln(w, "{}") // a Printer prints nothing for an empty object
		return err
	}
	return render.New(w, render.Options{}).Print(form)
}

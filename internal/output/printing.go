// Package output prints results in the format of --output and with --query. It also prints
// tables, and starts the pager.
package output

import (
	"encoding/json"
	"io"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/jmespath"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// A Printing says how to print the result of a command.
type Printing struct {
	app    *command.App
	Format string
	query  render.Query // nil means the whole result
	title  string
	pager  string // a command line; "" means no pager
}

// For returns the Printing of a service's result, from the flags, the environment and the
// profile.
func For(app *command.App, p *profile.Profile, title string) (Printing, error) {
	format, err := p.OutputFormat()
	if err != nil && p.OutputSource != profile.Flag {
		return Printing{}, err
	}
	out, err := printingAs(app, format, title)
	out.pager = pagerCommand(app, p)
	return out, err
}

// printingAs returns the Printing for a format, with the other flags. It returns an error
// for invalid flags.
func printingAs(app *command.App, format, title string) (Printing, error) {
	out := Printing{app: app, title: title, Format: format}
	if app.Flags.Output != "" && !profile.ValidOutput(app.Flags.Output) {
		return out, command.Usagef("argument --output: Found invalid choice '%s'", app.Flags.Output)
	}
	if app.Flags.Given != nil && app.Flags.Given("query") {
		expr, err := jmespath.Compile(app.Flags.Query)
		if err != nil {
			return out, command.Usagef("Bad value for --query %s: %v", app.Flags.Query, err)
		}
		out.query = expr
	}
	return out, nil
}

// Print prints a result of lanyard's own in the format of --output. It ignores the profile's
// format, which is only for AWS operations.
func Print(app *command.App, title string, v any) error {
	format := app.Flags.Output
	if format == "" {
		format = "json"
	}
	out, err := printingAs(app, format, title)
	if err != nil {
		return err
	}
	return out.value(v)
}

// PrintValue prints a value of package document as Print prints other values.
func PrintValue(app *command.App, title string, v any) error {
	format := app.Flags.Output
	if format == "" {
		format = "json"
	}
	out, err := printingAs(app, format, title)
	if err != nil {
		return err
	}
	return out.printer(app.Out.Raw()).Print(v)
}

// value prints a value of lanyard's own, by its JSON encoding.
func (p Printing) value(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	doc, err := document.ParseJSON(b)
	if err != nil {
		return err
	}
	return p.printer(p.app.Out.Raw()).Print(doc)
}

func (p Printing) printer(w io.Writer) *render.Printer {
	return render.New(w, render.Options{
		Format: p.Format, Query: p.query, Title: p.title, Color: p.app.OutStyle().On(), Width: p.app.IO.Width, Terminal: p.app.IO.OutTerminal,
	})
}

// Start returns the printer of a result. On a terminal it writes to the pager. wait waits until the
// user quits the pager.
func (p Printing) Start() (printer *render.Printer, wait func() error) {
	if p.pager == "" {
		return p.printer(p.app.Out.Raw()), func() error { return nil }
	}
	pager := &pager{app: p.app, command: p.pager}
	return p.printer(pager), pager.close
}

// Check returns an error for an invalid --output or --query. Commands call it before they
// send a request.
func Check(app *command.App) error {
	_, err := printingAs(app, "json", "")
	return err
}

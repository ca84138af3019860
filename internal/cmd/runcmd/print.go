package runcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/fanout"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
)

// check finds mistakes that would make every run fail, before the first request.
func (r *runner) check(ctx context.Context, t targets) error {
	for _, target := range t.list {
		if names := target.Lacks(r.o.argv); len(names) > 0 {
			err := command.Usagef("%s: there is no value for %s", target, strings.Join(names, ", "))
			if slices.Contains(names, "{region}") {
				return command.WithHint(err, "add --region REGION before the --")
			}
			return err
		}
		if names := target.InScript(r.o.argv); len(names) > 0 {
			return command.WithHint(command.Usagef("%s: the value for %s has characters that the shell would interpret", target, strings.Join(names, ", ")),
				"give the value to the script as a word of its own, such as: sh -c 'echo \"$1\"' sh %s", names[0])
		}
		if words := target.MadeFlags(r.o.argv); len(words) > 0 {
			return command.WithHint(command.Usagef("%s: the value for %s begins with a dash, so it would be a flag of the command", target, strings.Join(words, ", ")),
				"use {account}, or put a text such as ./ before the placeholder")
		}
	}
	b := r.cmd.builtin
	if b == nil {
		return nil
	}
	for _, target := range t.list {
		if target.Region == "" && b.NeedsRegion() {
			return command.WithHint(&command.ConfigError{Code: "NoRegion", Msg: "You must specify a region."}, "%s has no region: add --region REGION before the --", target)
		}
	}
	discard := new(fanout.Output)
	discard.Watch(func(byte, []byte) error { return nil })
	app, err := r.appFor(t.list[0], discard)
	if err != nil {
		return err
	}
	help, err := b.Check(ctx, app, t.list[0].Fill(r.cmd.args))
	var elsewhere *command.ElsewhereError
	switch {
	case errors.As(err, &elsewhere):
		words := append(strings.Fields(b.Name()), r.cmd.args...)
		c, awsErr := awsCLI(r.app, append(words, r.cmd.globals...), nil)
		if awsErr != nil {
			return errors.Join(elsewhere.Why, awsErr)
		}
		c.globals = nil
		r.cmd = c
		return nil
	case err != nil:
		return err
	case help:
		return command.WithHint(command.Usagef("the command asks for help"), "run: %s %s help", r.app.Name, b.Name())
	}
	return nil
}

// A planned is a target as --dry-run prints it.
type planned struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Region  string `json:"region"`
	Profile string `json:"profile,omitempty"`
	Cached  bool   `json:"credentialsCached"`
}

// plan prints what the command would do.
func (r *runner) plan(t targets) error {
	rows, list := [][]string{{"ACCOUNT", "NAME", "ROLE", "REGION", "CREDENTIALS"}}, []planned{}
	type role struct{ session, account, name string }
	cached, requests := map[role]bool{}, 0
	for _, target := range t.list {
		request, portal := t.portal[target]
		key := role{request.Session.Key(), request.AccountID, request.RoleName}
		have, known := cached[key]
		if portal && !known {
			have = r.base.Broker.Cached(request)
			if cached[key] = have; !have {
				requests++
			}
		}
		text := "one request"
		switch {
		case !portal:
			text = "not from a session"
		case have:
			text = "cached"
		}
		rows = append(rows, []string{orDash(target.Account), orDash(or(target.Profile, target.AccountName)), orDash(target.Role), orDash(target.Region), text})
		list = append(list, planned{target.Account, target.AccountName, target.Role, target.Region, target.Profile, have})
	}
	least := ratelimit.Least(requests)
	if r.app.Flags.Output != "" || r.app.Flags.Query != "" {
		return output.Print(r.app, "Plan", map[string]any{
			"runs": list, "credentialRequests": requests, "leastSeconds": least.Seconds(),
		})
	}
	if err := output.Table(r.app, rows); err != nil {
		return err
	}
	runs, roles := count(len(t.list), "run"), count(fanout.Accounts(t.list), "account")
	_, err := fmt.Fprintf(r.app.Out, "\n%s in %s; %s for credentials", runs, roles, count(requests, "request"))
	if err == nil && least > 0 {
		_, err = fmt.Fprintf(r.app.Out, ", which take at least %s", least.Round(100*time.Millisecond))
	}
	if err == nil {
		_, err = fmt.Fprintln(r.app.Out)
	}
	return err
}

func count(n int, noun string) string { return fmt.Sprintf("%d %s", n, output.Plural(n, noun)) }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func orDash(s string) string { return or(s, "-") }

// A printer prints the outputs of runs in one of four ways.
type printer struct {
	bar    *fanout.Bar
	start  func(index int, out *fanout.Output)
	verify func(fanout.Result, *fanout.Output) string
	print  func(fanout.Result, *fanout.Output) error
	finish func(n int) error
}

// printer returns the printer that the flags choose.
func (r *runner) printer(targets []fanout.Target) printer {
	app := r.app
	streams := fanout.Streams{
		Out: app.Out, RawOut: app.Out.Raw(), OutStyle: app.OutStyle(), ErrStyle: app.ErrStyle(),
	}
	errWriter := command.NewWriter(app.IO.Err, app.IO.ErrTerminal)
	streams.Err, streams.RawErr = errWriter, errWriter.Raw()
	p := printer{finish: func(int) error { return nil }}
	if app.IO.ErrTerminal && !app.Flags.Debug {
		p.bar = fanout.NewBar(app.IO.Err, app.IO.ErrWidth, len(targets))
	}
	var show func(fanout.Result, *fanout.Output) error
	switch {
	case r.o.merge:
		m := new(fanout.Merge)
		if r.cmd.builtin != nil && r.cmd.wholeResult() {
			m.List = r.cmd.builtin.List()
		}
		groups := &fanout.Groups{Streams: streams, OnlyErr: true}
		show = groups.Print
		p.verify = func(result fanout.Result, out *fanout.Output) string {
			if err := m.Add(result, out); err != nil {
				return err.Error()
			}
			return ""
		}
		p.finish = func(n int) error { return output.PrintValue(app, "Runs", m.All(n)) }
	case app.Flags.Output == "json":
		show = func(result fanout.Result, out *fanout.Output) error { return fanout.JSONLine(app.Out, result, out) }
	case r.o.stream:
		lines := &fanout.Lines{Streams: streams, Labels: fanout.Labels(targets), Aside: p.bar.Aside}
		p.start, show = lines.Start, lines.Print
	default:
		groups := &fanout.Groups{Streams: streams}
		show = groups.Print
	}
	piped := isPipe(app.IO.Out)
	p.print = func(result fanout.Result, out *fanout.Output) error {
		if piped { // the reader of the pipe may print to the same terminal
			p.bar.Clear()
		}
		return p.bar.Aside(func() error { return show(result, out) })
	}
	return p
}

// isPipe reports whether a stream leads to another program.
func isPipe(stream io.Writer) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) != 0
}

// wholeResult reports whether the built-in operation prints its whole result, without --query.
func (c commandLine) wholeResult() bool {
	flags, err := c.flags(command.Globals{}, c.globals)
	return err == nil && !flags.Given("query")
}

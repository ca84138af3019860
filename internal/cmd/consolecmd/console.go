// Package consolecmd opens the AWS console for a profile.
package consolecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/console"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// options are the flags and arguments of console.
type options struct {
	profile              string // "" means the profile of --profile or AWS_PROFILE
	service, destination string
	browser              string
	durationText         string
	duration             time.Duration // 0 means AWS's choice
	federated, print     bool
	copy, logoutFirst    bool
}

// New returns the command console.
func New(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "console [flags] [PROFILE]",
		Short: "Open the AWS console for a profile",
		Long: `Open the AWS console in the browser, for the account and role of a profile and
in the profile's region.

For a profile of IAM Identity Center, lanyard opens a link of the access portal.
The link contains no secret: the portal uses the session of your browser.

For other profiles, and with --federated, lanyard exchanges the credentials of
the profile for a sign-in token, and opens a link with the token. Any person
with the link can sign in for about 15 minutes. So lanyard hides the link from
other programs, unless you use --print or --copy.

--browser, or console_browser in the profile or its [sso-session], chooses the
browser:

  chrome:NAME              the profile NAME of Chrome; also chromium, brave,
                           edge, vivaldi
  firefox:NAME             the profile NAME of Firefox
  firefox-container:NAME   a container of Firefox, with the add-on "Open
                           external links in a container"
  firefox-granted:NAME     a container of Firefox, with the add-on "Granted
                           Containers"
  PROGRAM ARGUMENT...      a command line; %s is the link
  print                    print the link, as --print does

NAME and ARGUMENT can contain {account}, {account_name}, {role} and {profile}.
Without PROFILE, console uses --profile, AWS_PROFILE or AWS_DEFAULT_PROFILE,
else opens a menu on the terminal.`,
		Example: `lanyard console dev-admin
# a page of a service, in another region
lanyard console dev-admin --service ec2 --region eu-west-1
lanyard console dev-admin --browser 'firefox-container:{account_name}'
lanyard console dev-admin --print`,
		DisableFlagsInUseLine: true,
		Annotations:           cmdline.Uses("profile", "region", cmdline.Role, cmdline.Connection),
		Args:                  cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.profile = args[0]
			}
			return run(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	cmdline.AddWait(cmd, app)
	f.StringVar(&o.service, "service", "", "open the page of the service `NAME`, for example ec2, cfn or logs")
	cmdline.Offer(f, "service", console.ServiceNames()...)
	f.StringVar(&o.destination, "destination", "", "open this page: a `PATH` or URL of the console")
	f.StringVar(&o.browser, "browser", "", "open this `BROWSER` instead of the browser in console_browser")
	cmdline.Offer(f, "browser", "chrome:", "chromium:", "brave:", "edge:", "vivaldi:", "firefox", "firefox-container:", "firefox-granted:")
	f.BoolVar(&o.federated, "federated", false, "use the credentials of the profile instead of a portal link")
	f.StringVar(&o.durationText, "duration", "", "end the console session after this `TIME`, 15m to 12h; a number means seconds")
	f.BoolVar(&o.logoutFirst, "logout-first", false, "end all console sessions of the browser first")
	f.BoolVar(&o.print, "print", false, "print the link, and open no browser")
	f.BoolVar(&o.copy, "copy", false, "copy the link to the clipboard, and open no browser")
	return cmd
}

// check returns an error for an invalid combination of flags. It also reads --duration.
func (o *options) check(app *command.App) (err error) {
	both := func(a, b string) error { return command.Usagef("%s cannot be used with %s", a, b) }
	switch {
	case o.service != "" && o.destination != "":
		return both("--service", "--destination")
	case o.print && o.copy:
		return both("--print", "--copy")
	case o.browser != "" && (o.print || o.copy):
		return both("--browser", "--print or --copy")
	case app.Flags.Region != "" && strings.Contains(o.destination, "://"):
		return both("--region", "a URL in --destination, which has its own region")
	}
	if o.durationText != "" {
		if o.duration, err = console.ParseDuration(o.durationText); err != nil {
			return command.Usagef("argument --duration: %v", err)
		}
	}
	return nil
}

// run makes the link and hands it to the browser, the clipboard or stdout.
func run(ctx context.Context, app *command.App, o options) error {
	if err := o.check(app); err != nil {
		return err
	}
	app, from, err := workspace.Choose(ctx, app, o.profile)
	if err != nil {
		return err
	}
	w := workspace.Files(app)
	p, err := credentials.Resolve(ctx, w, "console")
	if err != nil {
		return workspace.ExplainName(err, from)
	}
	choice, err := chosenBrowser(p, o.browser)
	if err != nil {
		return err
	}
	chain, _, err := p.Chain() // credentials.Get prints the warnings
	if err != nil {
		return err
	}
	var l link
	if !o.federated && chain.Start.Kind == profile.SSO && len(chain.Roles) == 0 {
		l, err = permittedLink(ctx, w, p, o)
	} else {
		l, err = federatedLink(ctx, w, p, chain, o)
	}
	if err != nil {
		return err
	}
	workspace.RecordUse(app, p.Name)
	l.names.Profile = p.Name
	if name, ok := p.Get("sso_account_name"); ok {
		l.names.AccountName = name.Value
	}
	if !o.copy && choice.String() == "print" {
		o.print = true
	}
	return l.deliver(ctx, app, o, choice)
}

// chosenBrowser returns the browser that --browser or console_browser names.
func chosenBrowser(p *profile.Profile, flag string) (browser.Choice, error) {
	if flag != "" {
		c, err := browser.ParseChoice(flag)
		if err != nil {
			err = command.Usagef("argument --browser: %v", err)
		}
		return c, err
	}
	text, from, err := p.ConsoleBrowser()
	if err != nil {
		return browser.Choice{}, err
	}
	c, err := browser.ParseChoice(text)
	if err != nil {
		err = &command.ConfigError{Code: "Configuration", Msg: from + ": " + err.Error()}
	}
	return c, err
}

// A link leads to the console.
type link struct {
	url    secret.String
	isOpen bool // the link holds no secret
	names  browser.Names
}

// openLimit is the time limit for the browser to open a secret link.
const openLimit = time.Minute

// deliver prints, copies or opens the link.
func (l link) deliver(ctx context.Context, app *command.App, o options, choice browser.Choice) error {
	switch {
	case o.print:
		_, err := fmt.Fprintln(app.Out, l.url.Reveal())
		return err
	case o.copy:
		var screen io.Writer
		if app.IO.ErrTerminal {
			screen = app.IO.Err
		}
		if err := console.Copy(ctx, l.url, app.Env.Lookup, screen); err != nil {
			return command.WithHint(err, "use --print")
		}
		_, err := fmt.Fprintln(app.IO.Err, "The link is in the clipboard.")
		return err
	}
	fmt.Fprintf(app.IO.Err, "Opening the console: %s\n", terminal.Printable(l.describe()))
	if l.isOpen {
		return explain(app, browser.OpenChoice(ctx, choice, l.url.Reveal(), l.names, app.Env.Environ(), nil))
	}
	return l.openSecretly(ctx, app, choice)
}

// describe returns the account and the role of the link, or the name of the profile.
func (l link) describe() string {
	switch {
	case l.names.Account != "" && l.names.Role != "":
		return "account " + l.names.Account + ", role " + l.names.Role
	case l.names.Account != "":
		return "account " + l.names.Account
	}
	return "profile " + l.names.Profile
}

// openSecretly gives the browser the address of a page that redirects to the link once. It
// returns when the browser has the link.
func (l link) openSecretly(ctx context.Context, app *command.App, choice browser.Choice) error {
	page, err := console.Serve(l.url, app.Log.Debug)
	if err != nil {
		return command.WithHint(fmt.Errorf("console: %w", err), "use --print")
	}
	defer page.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	opened := make(chan error, 1)
	go func() { opened <- page.Wait(ctx, openLimit) }()
	failed := make(chan error, 1)
	go func() {
		if err := browser.OpenChoice(ctx, choice, page.URL(), l.names, app.Env.Environ(), nil); err != nil {
			failed <- err
		}
	}()
	select {
	case err := <-opened:
		return explain(app, err)
	case err := <-failed:
		if page.IsOpened() { // the exit code of the browser does not matter
			return nil
		}
		return explain(app, err)
	}
}

// explain adds a hint to an error of the browser.
func explain(app *command.App, err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, browser.ErrNotAllowed):
		return fmt.Errorf("console: %w", err)
	case app.Env.Get("LANYARD_EMULATOR_URL") != "":
		return command.WithHint(fmt.Errorf("console: %w", err), "to print the link, add --print\nunder emulator run --auto-approve, the browser opens only sign-in pages")
	}
	return command.WithHint(fmt.Errorf("console: %w", err), "to open the link yourself, add --print\nto use another browser, add --browser, or run: %s help console", app.Name)
}

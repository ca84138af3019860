package emulatorcmd

import (
	"context"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator/awsproxy"
	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// newEmulatorBrowse is the BROWSER of programs under emulator run.
func newEmulatorBrowse(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use: "browse URL", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Be the browser of a program under emulator run",
		RunE:  func(cmd *cobra.Command, args []string) error { return emulatorBrowse(cmd.Context(), app, args[0]) },
	}
}

// emulatorBrowse opens a page in the person's own browser, with the environment
// that it had before. If every sign-in is approved, it hands the page to the
// stand-in browser of emulator run instead, and returns while the client's
// callback is still being called.
func emulatorBrowse(ctx context.Context, app *command.App, page string) error {
	base := app.Env.Get(urlVariable)
	if base == "" {
		return command.Usagef("%s is not set: this is a part of emulator run", urlVariable)
	}
	page, ours := atEmulator(page, base)
	standIn := app.Env.Get(standInVariable)
	if standIn == "" {
		return browser.Open(ctx, page, personsEnvironment(app.Env.Environ()), app.IO.Err)
	}
	if !ours {
		return command.Usagef("%s is no page of the emulator, and nobody is here to look at it", oneLine(page))
	}
	return askStandIn(ctx, standIn, page)
}

// atEmulator returns where a browser that knows no proxy finds the page, and
// whether it is one of the emulator's.
func atEmulator(page, base string) (at string, ours bool) {
	p, err := url.Parse(page)
	if err != nil {
		return page, false
	}
	b, err := url.Parse(base)
	if err != nil {
		return page, false
	}
	if p.Scheme == "https" && p.User == nil && (p.Port() == "" || p.Port() == "443") && awsproxy.Serves(p.Hostname()) {
		p.Scheme, p.Host = b.Scheme, b.Host
	}
	return p.String(), p.Scheme == b.Scheme && p.Host == b.Host && p.User == nil
}

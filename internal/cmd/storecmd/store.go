// Package storecmd has the commands that show where tokens and role credentials are stored, and
// move them to another store. The stores themselves are in package keystore.
package storecmd

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// New returns the command store with its subcommand.
func New(app *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Show where tokens are stored, and move them",
		Long: `Show the store that keeps the token and the role credentials of each session in
the config. The stores are:

  file       the AWS CLI's files, which every AWS tool reads; the default
  keychain   macOS Keychain, Windows Credential Manager, or Secret Service
             (GNOME, KDE)
  encrypted  files encrypted with age, by an age or SSH key or a passphrase
  agent      the memory of the background agent; lost when the agent ends

"lanyard store migrate" moves tokens and role credentials, and writes
credential_process lines to the config. With a credential_process line, other
tools get credentials from lanyard.`,
		Example: `lanyard store
lanyard store --output json`,
		Annotations: cmdline.Uses("output", "query"),
		Args:        cmdline.NoArgs,
		RunE:        func(*cobra.Command, []string) error { return showStores(app) },
	}
	cmd.AddCommand(newMigrate(app))
	return cmd
}

// showStores prints the store of each session.
func showStores(app *command.App) error {
	w, _, err := workspace.ForSessions(app)
	if err != nil {
		return err
	}
	uses, err := w.Sessions()
	if err != nil {
		return err
	}
	list := []placement{}
	for _, u := range uses {
		w.WarnIfMemoryGone(u.Session)
		list = append(list, placementOf(w, u.Session))
	}
	var unreadable []error
	for _, u := range list {
		unreadable = append(unreadable, u.unreadable)
	}
	if app.Flags.Output == "" && app.Flags.Query == "" {
		err = printTable(app, list)
	} else {
		err = output.Print(app, "Stores", map[string]any{"stores": list})
	}
	return errors.Join(append([]error{err}, unreadable...)...)
}

// A placement describes where the secrets of one session are. "store --output json" prints
// placements.
type placement struct {
	SSOSession string   `json:"ssoSession,omitempty"`
	StartURL   string   `json:"startUrl"`
	Store      string   `json:"store"`
	Token      bool     `json:"token"`
	Roles      int      `json:"roles"`
	Problem    string   `json:"problem,omitempty"`
	InClear    []string `json:"inClear,omitempty"`  // plaintext files of a session in another store
	Settings   []string `json:"settings,omitempty"` // profiles that other tools cannot use because of their SSO settings

	unreadable error // the error for a file that cannot be read
}

// placementOf finds the secrets of a session.
func placementOf(w *workspace.Workspace, s profile.Session) placement {
	cache := w.Broker.Cache
	p := placement{SSOSession: s.Name, StartURL: s.StartURL}
	var err error
	if p.Store, err = cache.Store(s.Key()); err == nil {
		_, err = cache.LoadToken(s.Key())
		p.Token = err == nil
	} else {
		p.Store = "unknown"
	}
	if keystore.Unknown(err) {
		p.Problem = err.Error()
	}
	var unreadable *keystore.UnreadableError
	if errors.As(err, &unreadable) {
		p.unreadable = err
	}
	if p.Store == "unknown" {
		return p
	}
	paths, err := cache.PathsOf(s.Key())
	if err != nil {
		w.App.Warn(err.Error(), command.HintOf(err))
	}
	for _, path := range paths {
		if strings.HasPrefix(path, cache.Roles()) {
			p.Roles++
		}
		if _, err := os.Lstat(path); err == nil && p.Store != keystore.File {
			p.InClear = append(p.InClear, path)
		}
	}
	if p.Store != keystore.File {
		if late, _, err := profile.ToProcess(w.In, []string{s.Name}, "lanyard"); err == nil {
			p.Settings = late.Profiles
		}
	}
	if _, ok, err := cache.PlaintextToken(s.Key()); ok || err != nil {
		p.InClear = append(p.InClear, cache.TokenPath(s.Key()))
	}
	return p
}

// printTable prints the list as a table, and prints warnings.
func printTable(app *command.App, list []placement) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(app.Out, "No session is configured.")
		app.TellSetUp()
		return err
	}
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SESSION\tSTORE\tTOKEN\tROLES")
	for _, u := range list {
		name, token := u.SSOSession, "no"
		if name == "" {
			name = u.StartURL
		}
		switch {
		case u.Token:
			token = "yes"
		case u.Problem != "":
			token = "?"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\n", terminal.Printable(name), u.Store, token, u.Roles)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if _, err := app.Out.Write(b.Bytes()); err != nil {
		return err
	}
	for _, u := range list {
		if u.Problem != "" && u.unreadable == nil {
			app.Warn(u.Problem, "")
		}
		if len(u.Settings) > 0 {
			app.Warn("the AWS CLI and the SDKs cannot use these profiles, which have SSO settings: "+output.Summary(u.Settings), "run: lanyard store migrate --to "+u.Store)
		}
		for _, path := range u.InClear {
			app.Warn(path+": another program has written secrets of this session as plaintext", "to remove them, run: lanyard store migrate --to "+u.Store)
		}
	}
	return nil
}

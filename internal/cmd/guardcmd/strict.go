package guardcmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// strictOptions are the flags of guard.
type strictOptions struct {
	strict, yes, show bool
	to                string
}

// withoutStrict prints the help, or returns an error for a flag that needs --strict.
func (o strictOptions) withoutStrict(cmd *cobra.Command) error {
	for _, flag := range []string{"to", "yes", "dry-run"} {
		if cmd.Flags().Changed(flag) {
			return command.Usagef("--%s needs --strict", flag)
		}
	}
	return cmd.Help()
}

// strict moves the tokens of the sessions with guarded roles out of the files. It runs the command
// store migrate for each session, which shows the change and asks.
func strict(cmd *cobra.Command, app *command.App, o strictOptions) error {
	if !slices.Contains([]string{keystore.Keychain, keystore.Encrypted, keystore.Agent}, o.to) {
		return command.Usagef("argument --to: Found invalid choice '%s': choose keychain, encrypted or agent", o.to)
	}
	w, _, err := workspace.ForSessions(app)
	if err != nil {
		return err
	}
	covered, err := coveredSessions(cmd.Context(), w)
	if err != nil {
		return err
	}
	if len(covered) == 0 {
		return command.WithHint(command.Failuref("the rules already apply to every tool: no guarded role has its token in a file"), "to see where tokens are, run: lanyard store")
	}
	if err := cmdline.NeedsYes(app, cmd, o.yes || o.show); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	signals, release := child.TakeSignals(os.Interrupt)
	defer release()
	for _, s := range covered {
		fmt.Fprintf(app.IO.Err, "%s: rules apply to %s: %s\n", app.Name, terminal.Printable(s.Key()), terminal.Printable(strings.Join(s.profiles, ", ")))
		to := s.store
		if to == keystore.File {
			to = o.to
		}
		args := append([]string{"lanyard", "store", "migrate", "--to", to}, s.flags()...)
		if o.yes {
			args = append(args, "--yes")
		}
		if o.show {
			args = append(args, "--dry-run")
		}
		if err := child.Run(app, program, args, app.Env.Environ(), signals); err != nil {
			return err
		}
	}
	if !o.show {
		app.Warn("the AWS CLI and the SDKs now get these roles from lanyard, so the rules apply to them. The role credentials that they already have stay valid until their expiry", "")
	}
	return nil
}

// A coveredSession is a session with the profiles whose roles are guarded.
type coveredSession struct {
	profile.Session
	store    string
	profiles []string
}

// flags returns the flags that name the session.
func (s coveredSession) flags() []string {
	if s.Name != "" {
		return []string{"--sso-session", s.Name}
	}
	return []string{"--profile", s.profiles[0]}
}

// coveredSessions returns the sessions whose profiles have guarded roles, if the rules do not apply
// to every tool yet: the token is in a file, or a profile does not run lanyard.
func coveredSessions(ctx context.Context, w *workspace.Workspace) ([]coveredSession, error) {
	uses, err := w.Sessions()
	if err != nil {
		return nil, err
	}
	var all []coveredSession
	for _, u := range uses {
		store, err := w.Broker.Cache.Store(u.Key())
		if err != nil {
			return nil, err
		}
		s, open := coveredSession{Session: u.Session, store: store}, store == keystore.File
		for _, name := range u.Profiles {
			in := w.In
			in.Profile = name
			p, _, err := profile.Resolve(in)
			if err != nil {
				continue // the profile has no role
			}
			guarded, err := w.Guarded(ctx, p, "guard")
			if err != nil {
				return nil, errors.Join(fmt.Errorf("profile %s", name), err)
			}
			if guarded {
				s.profiles = append(s.profiles, name)
				open = open || p.Process == nil
			}
		}
		if open && len(s.profiles) > 0 {
			all = append(all, s)
		}
	}
	return all, nil
}

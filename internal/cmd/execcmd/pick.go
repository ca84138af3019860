package execcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/recent"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// pickOptions are the flags of pick.
type pickOptions struct{ pin, unpin string }

// NewPick returns the command pick.
func NewPick(app *command.App) *cobra.Command {
	var o pickOptions
	cmd := &cobra.Command{
		Use:   "pick",
		Short: "Pick a profile from a menu, and print its name",
		Long: `Open a menu of all profiles on the terminal, and print the name of the picked
profile to stdout. Type to filter the menu: each word must match the name, the
account or the role of a profile, or its setting sso_account_name or
sso_account_email.

Pinned profiles come first, then the profiles that you used often or recently
with exec, env, shell, use or pick. Without a profile, exec, env, shell and use
open the menu too.`,
		Example: `lanyard exec "$(lanyard pick)" -- terraform plan
# show a profile at the top of the menu
lanyard pick --pin dev-admin
lanyard pick --unpin dev-admin`,
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.pin != "" && o.unpin != "":
				return command.Usagef("--pin cannot be used with --unpin")
			case o.pin != "":
				return pin(cmd.Context(), app, o.pin)
			case o.unpin != "":
				return unpin(cmd.Context(), app, o.unpin)
			}
			return pick(cmd.Context(), app)
		},
	}
	cmd.Flags().StringVar(&o.pin, "pin", "", "show `PROFILE` at the top of the menu, and do not open the menu")
	cmd.Flags().StringVar(&o.unpin, "unpin", "", "undo --pin `PROFILE`")
	return cmd
}

// pick prints the name of the profile that the user picks.
func pick(ctx context.Context, app *command.App) error {
	if !app.IO.Terminal {
		return command.WithHint(command.Usagef(`"pick" needs a terminal on stdin and stderr`),
			"name a profile; list the profiles with: lanyard configure list-profiles")
	}
	name, err := workspace.Files(app).PickProfile(ctx, "")
	if err != nil {
		return err
	}
	workspace.RecordUse(app, name)
	_, err = fmt.Fprintln(app.Out, name)
	return err
}

// pin pins a profile that exists.
func pin(ctx context.Context, app *command.App, name string) error {
	w := workspace.Files(app.WithProfile(name))
	if w.NoHome != nil {
		return w.NoHome
	}
	names, _, err := profile.Names(w.In)
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		_, err := w.ResolveForLogin() // this error has similar names
		return err
	}
	return changePins(ctx, func() error { return recent.Pin(w.Home, name) })
}

// unpin reverts pin. It also unpins a profile that no longer exists.
func unpin(ctx context.Context, app *command.App, name string) error {
	home, err := workspace.Home(app)
	if err != nil {
		return err
	}
	err = changePins(ctx, func() error { return recent.Unpin(home, name) })
	if errors.Is(err, recent.ErrNotPinned) {
		return command.Failuref("profile %s is not pinned", command.Quote(name))
	}
	return err
}

// pinWait limits the wait for another process that writes the list. A write takes some
// milliseconds.
const pinWait = 2 * time.Second

// changePins calls change. While another process writes the list, it waits and calls change again.
func changePins(ctx context.Context, change func() error) error {
	deadline := time.Now().Add(pinWait)
	for {
		err := change()
		if !errors.Is(err, recent.ErrBusy) || time.Now().After(deadline) {
			return err
		}
		if err := sleep.For(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

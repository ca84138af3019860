package pickcmd

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/recent"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

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

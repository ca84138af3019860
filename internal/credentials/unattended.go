package credentials

import (
	"context"
	"io"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Unattended returns a function that gets the credentials of the App's profile for a server. The
// function reads the config again at each call. It does not ask the user, and prints nothing.
//
// own reports whether a URL leads to that server. The function ignores the container's endpoint
// if it is the server, because the server would wait for itself.
func Unattended(app *command.App, caller string) func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error) {
	return UnattendedAs(app, caller, func(p *profile.Profile) *profile.Profile { return p })
}

// UnattendedAs is like [Unattended], with the credentials of the profile that as returns for the
// App's profile.
func UnattendedAs(app *command.App, caller string, as func(*profile.Profile) *profile.Profile) func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error) {
	return func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error) {
		q := Quiet(app)
		q.Env.Lookup = func(name string) (string, bool) {
			value, ok := app.Env.Lookup(name)
			if name == fullURI && own(value) {
				return "", false
			}
			return value, ok
		}
		w := workspace.Files(q)
		w.NeverAsks = true
		p, err := Resolve(ctx, w, caller)
		if err != nil {
			return ssocache.Credentials{}, err
		}
		return Get(ctx, w, as(p), caller)
	}
}

// Silent returns the credentials in use: the keys of the environment, or else the credentials of
// the App's profile. It does not ask the user, prints nothing, and never signs in, not even if
// auto_login is on. Calls can happen at the same time.
func Silent(ctx context.Context, app *command.App, caller string) (ssocache.Credentials, error) {
	w := workspace.Files(Quiet(app))
	w.NeverSignsIn, w.NeverAsks = true, true
	p, err := Resolve(ctx, w, caller)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	return InUse(ctx, w, p, caller)
}

// Quiet returns a copy of the App that has no terminal and discards messages. Calls at the same
// time share no warnings.
func Quiet(app *command.App) *command.App {
	q := *app
	q.IO = command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
	q.Begin()
	q.Log = app.Log
	return &q
}

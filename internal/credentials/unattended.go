package credentials

import (
	"context"
	"io"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Unattended returns a function that gets the credentials of the App's profile for a server. The
// function reads the config again at each call. It does not ask the user, and prints nothing.
//
// own reports whether a URL leads to that server. The function ignores the container's endpoint
// if it is the server, because the server would wait for itself.
func Unattended(app *command.App, caller string) func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error) {
	return func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error) {
		quiet := *app
		quiet.IO = command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
		quiet.Begin() // calls at the same time share no warnings
		quiet.Log = app.Log
		quiet.Env.Lookup = func(name string) (string, bool) {
			value, ok := app.Env.Lookup(name)
			if name == fullURI && own(value) {
				return "", false
			}
			return value, ok
		}
		w := workspace.Files(&quiet)
		p, err := Resolve(ctx, w, caller)
		if err != nil {
			return ssocache.Credentials{}, err
		}
		return Get(ctx, w, p, caller)
	}
}

package awscli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// freshen makes sure that the session and the role credentials in the cache are
// fresh for the AWS CLI, which renews later than we do and without a lock. What
// goes wrong is a warning: the command may need none of it. The error says that the
// AWS CLI would send the session's token to a service that did not issue it. It returns
// the path of a config that the AWS CLI needs in place of its own, or "".
func freshen(ctx context.Context, app *command.App, args []string) (overlayName string, err error) {
	if _, rest := SplitGlobals(command.GlobalSet(new(command.Globals)), args); needsNothing(args, rest) {
		return "", nil
	}
	var assumes *profile.Profile // the profile in use, if it assumes a role
	// A role that is assumed through another profile needs the session of that profile.
	for range 5 {
		w := workspace.Files(app)
		p, err := w.Resolve()
		if err != nil {
			app.Log.Debug("nothing is renewed: the profile is for the AWS CLI to judge", "error", err)
			return "", nil
		}
		if p.EnvKeys {
			app.Log.Debug("nothing is renewed: the keys of the environment come first")
			return "", nil
		}
		if p.Kind == profile.AssumeRole {
			source, ok := p.Get("source_profile")
			if !ok || source.Value == p.Name {
				return "", nil
			}
			if assumes == nil {
				assumes = p
			}
			app = app.WithProfile(source.Value)
			continue
		}
		if assumes != nil {
			w.ConnectBy(assumes) // the AWS CLI takes its endpoints from the profile in use
		}
		var origin *broker.OriginError
		// The AWS CLI does not cache the keys of a source profile.
		if err := renew(ctx, w, p, assumes == nil); errors.As(err, &origin) {
			return "", err
		} else if err != nil && ctx.Err() == nil {
			app.WarnOf(err)
		}
		if overlayName, err = overlay(w, p); err != nil {
			app.Warn(err.Error(), command.HintOf(err))
		}
		return overlayName, nil
	}
	return "", nil
}

// handOverCaller asks the broker for what a command of the AWS CLI needs.
const handOverCaller = "hand-over to the AWS CLI"

// renew renews what a profile of Identity Center needs: role credentials, or the
// token alone if it names no role.
func renew(ctx context.Context, w *workspace.Workspace, p *profile.Profile, role bool) error {
	switch {
	case p.Kind == profile.SSO && role:
		_, err := signin.Credentials(ctx, w, p, handOverCaller)
		return err
	case p.Kind != profile.SSO && p.Kind != profile.None:
		return nil
	}
	s, err := p.LoginSession()
	if err != nil {
		return nil //nolint:nilerr // it is no profile of Identity Center
	}
	_, err = signin.Get(ctx, w, p, broker.Request{Session: s, Purpose: broker.AccessToken, Caller: handOverCaller})
	return err
}

// needsNothing reports whether a command certainly uses no credentials.
func needsNothing(args, rest []string) bool {
	if len(rest) == 0 || slices.Contains(args, "--no-sign-request") {
		return true
	}
	switch last := rest[len(rest)-1]; {
	case last == "help", last == "--version", strings.HasPrefix(rest[0], "-"):
		return true
	case rest[0] == "configure" && slices.Contains(rest, "export-credentials"):
		return false
	}
	return slices.Contains([]string{"login", "logout", "configure", "history", "help"}, rest[0])
}

package awscli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// freshen refreshes the session and the role credentials in the cache before the AWS CLI uses
// them. The AWS CLI itself refreshes later than lanyard, and without a lock. If a refresh
// fails, freshen only warns, because the command may need no credentials. It returns an error
// if the AWS CLI would send the session's token to a service that did not issue the token.
// overlay is the path of a config that replaces the user's config for the AWS CLI, or "".
func freshen(ctx context.Context, app *command.App, args []string) (overlay string, err error) {
	if _, rest := cmdline.SplitGlobals(args); needsNothing(args, rest) {
		return "", nil
	}
	guarded, err := permit(ctx, app, args)
	if err != nil {
		return "", err
	}
	var assumes *profile.Profile // the profile in use, if it assumes a role
	// A profile that assumes a role needs the session of its source profile.
	for range 5 {
		w := workspace.Files(app)
		p, err := w.Resolve()
		if err != nil {
			app.Log.Debug("nothing is refreshed: the AWS CLI reports problems of the profile", "error", err)
			return "", nil
		}
		if p.EnvKeys {
			app.Log.Debug("nothing is refreshed: the environment has keys")
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
			w.ConnectBy(assumes) // the AWS CLI uses the endpoints of the profile in use
		}
		var origin *broker.OriginError
		// The AWS CLI does not cache the keys of a source profile.
		if err := refresh(ctx, w, p, assumes == nil && !guarded); errors.As(err, &origin) {
			return "", err
		} else if err != nil && ctx.Err() == nil {
			app.WarnOf(err)
		}
		switch {
		case guarded && assumes != nil:
			return "", guardedHandOff(app, assumes)
		case guarded && p.Kind == profile.SSO && p.Session.Name == "":
			return "", guardedHandOff(app, p)
		}
		if overlay, err = writeOverlay(w, p, guarded); err != nil && guarded {
			return "", err
		} else if err != nil {
			app.Warn(err.Error(), command.HintOf(err))
		}
		return overlay, nil
	}
	return "", nil
}

// permit applies the user's rules to the profile in use. guarded is true if the AWS CLI must not
// get the role credentials itself, because it would store them in its cache. permit does nothing if
// the AWS CLI uses other credentials, or will report problems of the profile.
func permit(ctx context.Context, app *command.App, args []string) (guarded bool, err error) {
	w := workspace.Files(app)
	p, err := w.Resolve()
	if err != nil || p.EnvKeys {
		return false, nil //nolint:nilerr // see above
	}
	s, err := workspace.SubjectOf(p, strings.Join(cmdline.Words(args), " "))
	if err != nil {
		return false, nil //nolint:nilerr // see above
	}
	ruling, err := w.Broker.Check(ctx, s)
	if err == nil && ruling.RoleName != "" && ruling.RoleName != s.RoleName {
		return true, command.WithHint(guardedHandOff(app, p), "use --role %s with --account %s", ruling.RoleName, s.AccountID)
	}
	return ruling.Guarded, err
}

// guardedHandOff returns the error for a profile whose guarded role only lanyard can get.
func guardedHandOff(app *command.App, p *profile.Profile) error {
	return command.WithHint(
		&command.ConfigError{Code: "Configuration", Msg: "profile " + p.Name + ": this command needs the AWS CLI, which would get the role itself, and go past the rules for the role"},
		"run: %s exec %s -- aws …", app.Name, p.Name)
}

// handOffCaller is the name of the hand-off in the broker's log.
const handOffCaller = "hand-off to the AWS CLI"

// refresh refreshes the role credentials of an SSO profile, or only the token if the profile
// has no role.
func refresh(ctx context.Context, w *workspace.Workspace, p *profile.Profile, role bool) error {
	switch {
	case p.Kind == profile.SSO && role:
		_, err := signin.Credentials(ctx, w, p, handOffCaller, secret.String{})
		return err
	case p.Kind != profile.SSO && p.Kind != profile.None:
		return nil
	}
	s, err := p.LoginSession()
	if err != nil {
		return nil //nolint:nilerr // the profile has no SSO settings
	}
	_, err = signin.Get(ctx, w, p, broker.Request{Session: s, Purpose: broker.AccessToken, Caller: handOffCaller})
	return err
}

// needsNothing reports whether a command surely uses no credentials.
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

// writeOverlay writes a copy of the config, and returns the path of the copy. In the copy,
// the profile has a credential_process that the AWS CLI can run. It returns "" if the profile
// needs no such copy. The AWS CLI cannot read a token outside its files, and the real `aws`
// has no command get-credentials. writeOverlay does not change the user's config.
//
// Lanyard does not remove the copy, because this process becomes the AWS CLI. The next
// hand-off replaces the copy.
//
// The profile of a guarded role always gets the credential_process, so that the AWS CLI does not
// get the role itself.
func writeOverlay(w *workspace.Workspace, p *profile.Profile, guarded bool) (string, error) {
	changes, err := processChanges(w, p, guarded)
	if err != nil {
		return "", err
	}
	if p.Process != nil && !w.In.Own(p.Process.Program) {
		self, err := os.Executable()
		if err != nil {
			return "", err
		}
		process := *p.Process
		process.Program = self
		changes = append(changes, awsconfig.Change{Kind: awsconfig.Profile, Name: p.Name, Key: "credential_process", Value: process.Line()})
	}
	if len(changes) == 0 {
		return "", nil
	}
	content, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
	if err != nil {
		return "", err
	}
	edited, err := awsconfig.Edit(w.In.Config.Path, content, false, changes...)
	if err != nil {
		return "", err
	}
	folder := keystore.EncryptedFolder(w.Home)
	if err := w.Broker.Cache.MakeFolder(folder); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "config")
	return path, atomicfile.Write(path, edited, 0o600)
}

// processChanges returns the changes that replace the SSO settings of profiles with a
// credential_process. If the token of the session is in the AWS CLI's files, it returns no
// changes.
func processChanges(w *workspace.Workspace, p *profile.Profile, guarded bool) ([]awsconfig.Change, error) {
	s := p.Session
	store, err := w.Broker.Cache.Store(s.Key())
	if err != nil || store == keystore.File && !guarded || p.Kind != profile.SSO {
		return nil, err
	}
	if s.Name == "" {
		w.App.Warn("the token of "+s.StartURL+" is in the "+store+" store, where the AWS CLI does not find it for a legacy profile",
			"run: "+w.App.Name+" store migrate --to "+store)
		return nil, nil
	}
	rewrite, _, err := profile.ToProcess(w.In, []string{s.Name}, workspace.ProgramLine(w.App))
	if err == nil && guarded && p.Process == nil && !slices.Contains(rewrite.Profiles, p.Name) {
		err = guardedHandOff(w.App, p)
	}
	return rewrite.Changes, err
}

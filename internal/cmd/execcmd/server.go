package execcmd

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The variables in which the SDKs find a credential endpoint.
const (
	endpointVariable  = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	tokenFileVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
	tokenVariable     = "AWS_CONTAINER_AUTHORIZATION_TOKEN" // for clients from before 2024, which ignore the file
)

// A getter returns credentials for a server. It asks nothing and prints nothing, because the
// terminal belongs to the command. See credentials.Unattended.
type getter = func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error)

// serve runs the command as a child, with a credential endpoint instead of keys. It returns
// the exit code of the command. If a signal ended the command, serve ends this process with the
// same signal.
func serve(ctx context.Context, app *command.App, source, path string, o execOptions) error {
	err := serveUntilEnd(ctx, app, source, path, o)
	child.EndLike(err)
	return err
}

func serveUntilEnd(ctx context.Context, app *command.App, source, path string, o execOptions) (err error) {
	// Get the first credentials before the command starts, because lanyard can still ask the user.
	vars, err := variables(ctx, app, source, callerOf(path), o.noRegion)
	if err != nil {
		return err
	}
	taken := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT}
	if !signal.Ignored(syscall.SIGHUP) { // otherwise the command inherits the ignored signal
		taken = append(taken, syscall.SIGHUP)
	}
	signals, release := child.TakeSignals(taken...)
	defer release()
	server, url, err := startServer(ctx, app, credentials.Unattended(app, callerOf(path)))
	if err != nil {
		return err
	}
	defer server.Close()
	dir, err := os.MkdirTemp("", "lanyard-exec-")
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			app.Warn("temporary folder: "+err.Error(), "remove "+command.Quote(dir))
		}
	}()
	tokenFile := filepath.Join(dir, "token")
	if err := os.WriteFile(tokenFile, []byte(server.Token().Reveal()), 0o600); err != nil {
		return err
	}
	files, err := withoutDefault(app, dir)
	if err != nil {
		return err
	}
	vars = append(vars.withoutKeys(),
		variable{endpointVariable, url}, variable{tokenFileVariable, tokenFile}, variable{tokenVariable, server.Token().Reveal()})
	return child.Run(app, path, o.argv, append(vars, files...).environment(app.Env.Environ()), signals)
}

// startServer starts an endpoint for the credentials of get, and returns its URL too. The server asks
// nothing and prints nothing, because the terminal belongs to the command.
func startServer(ctx context.Context, app *command.App, get getter) (server *credserver.Server, url string, err error) {
	path := "/" + rand.Text()
	server, err = credserver.Start(ctx, credserver.Config{
		Sources: []credserver.Source{{Path: path, Get: get}},
		Now:     app.Now, Log: app.Log,
	})
	if err != nil {
		return nil, "", err
	}
	return server, server.URL(path), nil
}

// withoutKeys returns the variables except the credentials.
func (s setting) withoutKeys() (others setting) {
	for _, v := range s {
		switch v.name {
		case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION":
		default:
			others = append(others, v)
		}
	}
	return others
}

// withoutDefault returns variables that name copies of the config and the credentials file in
// dir. In these copies, the profile default has no credentials. If the profile default has no
// credentials in a file, withoutDefault makes no copy of that file. A program without AWS_PROFILE
// uses the profile default, and prefers its credentials to an endpoint.
func withoutDefault(app *command.App, dir string) (setting, error) {
	config, keys := profile.Paths(app.Env.Lookup)
	var vars setting
	for _, f := range []struct {
		path, name, variable string
		credentials          bool
	}{
		{config, "config", "AWS_CONFIG_FILE", false},
		{keys, "credentials", "AWS_SHARED_CREDENTIALS_FILE", true},
	} {
		content, err := datafile.Read(f.path, datafile.ConfigLimit)
		if err != nil {
			continue // the SDKs ignore a file that they cannot read
		}
		edited, err := awsconfig.Without(f.path, content, f.credentials, "default", profile.CredentialSettings()...)
		if err != nil {
			return nil, err
		}
		section, _, err := awsconfig.NewDoc(f.path, f.credentials, string(edited)).Find(awsconfig.Profile, "default")
		if err != nil {
			return nil, err
		}
		for _, key := range profile.CredentialSettings() {
			if s, ok := section.Get(key); ok {
				return nil, command.WithHint(
					&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("%s: line %d: the default profile gets %s from [DEFAULT], so the command would not ask the endpoint of --server", f.path, s.Line, key)},
					"move the setting from [DEFAULT] to the profiles that need it")
			}
		}
		if bytes.Equal(edited, content) {
			continue
		}
		copied := filepath.Join(dir, f.name)
		if err := os.WriteFile(copied, edited, 0o600); err != nil {
			return nil, err
		}
		vars = append(vars, variable{f.variable, copied})
	}
	return vars, nil
}

// Package provider gives Go programs the AWS credentials of Lanyard's profiles.
//
// [New] returns a provider for the AWS SDK for Go. Give it to config.LoadDefaultConfig:
//
//	cfg, err := config.LoadDefaultConfig(ctx,
//		config.WithRegion("us-east-1"),
//		config.WithCredentialsProvider(provider.New(provider.Options{Profile: "dev"})))
//
// The provider reads the same config file and the same caches as the program lanyard and the AWS
// CLI, and uses the background agent if it runs. It knows every kind of profile: roles of Identity
// Center, assumed roles, keys, processes, containers and instances. Processes that need the same
// credentials at the same time share one request.
//
// The provider prints nothing, asks nothing and opens no browser, not even if auto_login is on.
// If the user has to sign in, it returns an error for which errors.Is(err, [ErrSignedOut]) is true.
package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// Source is the value of Source in the credentials.
const Source = "LanyardProvider"

// Options says which credentials a provider returns. The zero value means the profile in use.
type Options struct {
	// Profile is the name of a profile. If it is "", the environment decides, as in the AWS CLI: the
	// keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else the profile that AWS_PROFILE names,
	// else the profile "default".
	Profile string

	// AccountID and Role name a role of Identity Center that needs no profile. Both are set, or
	// both are "". They cannot be combined with Profile.
	AccountID, Role string

	// Session names the [sso-session] of AccountID and Role. It can be "" if the config has only
	// one session.
	Session string

	// Environ is the environment, as KEY=VALUE. If it is nil, the provider uses the environment of
	// the process.
	Environ []string

	// Log gets messages without secrets. If it is nil, the provider logs nothing.
	Log *slog.Logger
}

// ErrSignedOut means that no session is signed in, or that the session has ended. The text of the
// error names the command that signs in.
var ErrSignedOut = errors.New("the user is signed out")

// An Error says why a provider has no credentials.
type Error struct {
	Err  error
	Hint string // what the user can do; perhaps several lines, or ""
}

// Error returns the text. Each line of the hint follows on a line of its own, after "hint: ".
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Err.Error()
	}
	return e.Err.Error() + "\nhint: " + strings.ReplaceAll(e.Hint, "\n", "\nhint: ")
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is [ErrSignedOut] and the user has to sign in.
func (e *Error) Is(target error) bool {
	var ended *broker.SessionError
	return target == ErrSignedOut && errors.As(e.Err, &ended)
}

// A Provider is an [aws.CredentialsProvider]. Several goroutines can use it at the same time.
type Provider struct {
	app *command.App

	mu   sync.Mutex
	last aws.Credentials // with the end that the service has set; zero before the first answer
}

var (
	_ aws.CredentialsProvider                       = (*Provider)(nil)
	_ aws.HandleFailRefreshCredentialsCacheStrategy = (*Provider)(nil)
)

// New returns a provider. It reads no files; mistakes in o and in the config are errors of
// [Provider.Retrieve].
func New(o Options) *Provider {
	env := command.Env{Lookup: os.LookupEnv, Environ: os.Environ}
	if o.Environ != nil {
		env = command.EnvOf(o.Environ)
	}
	app := &command.App{
		Name: "lanyard", Env: env, Now: time.Now,
		Log: o.Log,
		Open: func(context.Context, string, string) error {
			return errors.New("a library does not open a browser")
		},
	}
	if app.Log == nil {
		app.Log = slog.New(slog.DiscardHandler)
	}
	app.Flags.Profile = o.Profile
	app.Flags.Role = command.RoleFlags{Account: o.AccountID, Name: o.Role, Session: o.Session}
	app.IO.Out, app.IO.Err = io.Discard, io.Discard
	return &Provider{app: app}
}

// early is the longest time between the end that Retrieve reports and the end that the service has
// set.
const early = 5 * time.Minute

// Retrieve returns credentials that are valid for 15 minutes or more, if the service gives such
// credentials. The caches of Lanyard keep the credentials, so a call costs about a millisecond if
// they are still valid.
//
// Expires is a little before the real end: a tenth of the remaining time, at most five minutes. So
// the SDK renews the credentials before a long request fails. If the renewal fails, the SDK's cache
// continues with the old credentials until their real end. A failure is an [*Error].
func (p *Provider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if err := p.invalid(); err != nil {
		return aws.Credentials{}, &Error{Err: err}
	}
	c, err := credentials.Silent(ctx, p.app, "library")
	if err != nil {
		return aws.Credentials{}, &Error{Err: err, Hint: p.app.FullHint(err)}
	}
	out := aws.Credentials{
		AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey.Reveal(), SessionToken: c.SessionToken.Reveal(),
		AccountID: c.AccountID, Source: Source, CanExpire: !c.Expiration.IsZero(), Expires: c.Expiration,
	}
	p.mu.Lock()
	p.last = out
	p.mu.Unlock()
	if out.CanExpire {
		left := max(out.Expires.Sub(p.app.Now()), 0)
		out.Expires = out.Expires.Add(-min(left/10, early))
	}
	return out, nil
}

// invalid returns an error if the options contradict each other.
func (p *Provider) invalid() error {
	name, role := p.app.Flags.Profile, p.app.Flags.Role
	switch {
	case role.Name == "" && role.Account != "":
		return fmt.Errorf("the options have AccountID %s, but no Role", role.Account)
	case role.Name != "" && role.Account == "":
		return fmt.Errorf("the options have Role %s, but no AccountID", role.Name)
	case role.Name == "" && role.Session != "":
		return fmt.Errorf("the options have Session %s, but no AccountID and Role", role.Session)
	case role.Name != "" && name != "":
		return fmt.Errorf("the options have both Profile %s and AccountID %s", name, role.Account)
	case role.Name != "" && !profile.ValidAccountID(role.Account):
		return fmt.Errorf("AccountID %q does not have 12 digits", role.Account)
	}
	return nil
}

// HandleFailToRefresh implements [aws.HandleFailRefreshCredentialsCacheStrategy]. It returns the
// previous credentials if they are still valid, and the cache asks again after a minute. Otherwise
// it returns err.
func (p *Provider) HandleFailToRefresh(_ context.Context, previous aws.Credentials, err error) (aws.Credentials, error) {
	p.mu.Lock()
	last := p.last
	p.mu.Unlock()
	now := p.app.Now()
	if previous.AccessKeyID == "" || previous.AccessKeyID != last.AccessKeyID || !last.Expires.After(now) {
		return aws.Credentials{}, err
	}
	p.app.Log.Warn("the credentials could not be renewed", "error", err, "end", last.Expires)
	if again := now.Add(time.Minute); again.Before(last.Expires) {
		last.Expires = again
	}
	return last, nil
}

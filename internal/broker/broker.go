// Package broker is the one door to sign-in tokens and role credentials: it
// checks what the cache holds, renews the token, fetches the credentials and
// saves both, so that any number of processes cause one call.
//
// Locks lie beside the data they guard, so that containers that share nothing
// but ~/.aws exclude each other. The order is role, then session; the session's
// lock is free again before the portal is called. Programs that take no lock
// (the AWS CLI, boto3 and the SDKs rewrite the files in place) are met with
// patience: a file that makes no sense, or a refresh token that the service no
// longer takes, is read again for a while before it is judged.
//
// A request that the cache does not answer passes four files, each from its top:
// broker.go, role.go (the keys of a role), token.go (the session's token) and renew.go.
// They use meet.go (locks, and what processes tell each other) and origin.go (where secrets
// may be sent).
package broker

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The times of the design. They are counted by the monotonic clock, except
// where a date in a file is compared.
const (
	lastMinute     = time.Minute           // what lives no longer is not relied upon
	retryEarly     = 30 * time.Second      // after a failed early renewal
	endedFor       = time.Minute           // how long a refused refresh token is not tried again
	patience       = 3 * time.Second       // with writers that take no lock
	patienceLeft   = time.Second           // of it, at least, once the service has answered
	reread         = 50 * time.Millisecond // while patient
	callBudget     = 25 * time.Second      // of one call with its retries; the service keeps to it
	earlyBudget    = 10 * time.Second      // of a renewal that nobody waits for yet: one try
	lockBudget     = callBudget + 3*time.Second
	pollMin        = 15 * time.Millisecond // between two looks at a lock that is held
	pollMax        = 120 * time.Millisecond
	maxRenewRounds = 4 // renewals by others that one request follows
)

// Service is what the broker asks of IAM Identity Center.
// [idcenter.Client] is one.
type Service interface {
	Refresh(ctx context.Context, r idcenter.Registration, refreshToken secret.String) (idcenter.Grant, error)
	RoleCredentials(ctx context.Context, accessToken secret.String, accountID, roleName string) (idcenter.Credentials, error)
	Logout(ctx context.Context, accessToken secret.String) error
	Takes(ctx context.Context, accessToken secret.String) (bool, error)
}

// A Broker serves the requests of one process. Cache and Connect must be set.
type Broker struct {
	Cache keystore.Files

	// Endpoints are the ones that the settings of this process name. nil: none are.
	Endpoints func() (Endpoints, error)

	// Connect returns a client of a session's services at the endpoints.
	Connect func(profile.Session, Endpoints) (Service, error)

	// Siblings gives the cache keys of the other names under which the
	// config knows the session: its start URL for an sso-session, the
	// sso-sessions of the same start URL and region for a legacy profile.
	// nil: no session has another name. It is asked only when it matters,
	// because the answer may take a pass through the config.
	Siblings func(profile.Session) []string

	// Ask puts a request to the background agent, which renews and fetches in
	// the place of all. answered is false where there is none, it does not
	// react, or it leaves the matter to us: then this process does it itself.
	// nil: there is no agent.
	Ask func(ctx context.Context, r Request) (a Answer, answered bool, err error)

	Now  func() time.Time        // nil means time.Now
	Warn func(text string)       // tells the person what went wrong but did not fail; nil drops it
	Log  *slog.Logger            // --debug; nil drops it
	Hold func() (release func()) // holds signals back while a token is on its way to the disk; nil holds nothing

	noticed atomic.Bool // the person was told of a wrong clock
}

// A Purpose says what a request wants.
type Purpose int

const (
	RoleCredentials Purpose = iota // the keys of Request.RoleName in Request.AccountID
	AccessToken                    // the session's token, for the access portal
)

// A Request asks for credentials or a token.
type Request struct {
	Session             profile.Session
	AccountID, RoleName string // empty for an AccessToken
	Purpose             Purpose
	Caller              string // who asks, for the log: a command's name

	// Rejected is what a service refused although it should live: for an
	// AccessToken the token, for RoleCredentials the session token of the keys.
	// One forced renewal is made unless that was done already. Zero for none.
	Rejected secret.String
}

// rejects reports whether keys are those that a service refused.
func (r Request) rejects(c ssocache.Credentials) bool {
	return r.Purpose == RoleCredentials && !r.Rejected.IsZero() && c.SessionToken.Equal(r.Rejected)
}

// An Answer holds what was asked for.
type Answer struct {
	Credentials ssocache.Credentials // for RoleCredentials
	Token       ssocache.Token       // for AccessToken
}

// Get answers one request. Errors to test for: [SessionError] when only a new
// sign-in can help, [OriginError] when the settings lead to another service than the
// session's, [StorageError] when nothing could be saved, [SharedError] when another
// process has just failed at the same thing, and what the service says.
func (b *Broker) Get(ctx context.Context, r Request) (Answer, error) {
	b.debug("request", "caller", r.Caller, "session", r.Session.Key(), "startUrl", r.Session.StartURL,
		"account", r.AccountID, "role", r.RoleName)
	if b.Ask != nil {
		if a, ok := b.atHand(r); ok {
			return a, nil
		}
		if a, answered, err := b.Ask(ctx, r); answered {
			b.debug("answered by the agent", "session", r.Session.Key(), "error", err)
			return a, err
		}
	}
	if r.Purpose == AccessToken {
		tok, err := b.token(ctx, r.Session, r.Rejected)
		return Answer{Token: tok}, err
	}
	creds, err := b.role(ctx, r)
	return Answer{Credentials: creds}, err
}

// atHand answers a request from the cache, where nothing is due: the ordinary case,
// for which nobody need be asked.
func (b *Broker) atHand(r Request) (Answer, bool) {
	s, now := r.Session, b.now()
	t, err := b.target(s)
	if err != nil {
		return Answer{}, false
	}
	st := b.glance(s)
	tok, live := st.best(now, r.Rejected)
	_, renewable := st.holder(now)
	if !live || renewable && s.AutoRefresh != profile.Off && tok.Due(now, s.Window()) {
		return Answer{}, false
	}
	if r.Purpose == AccessToken {
		return Answer{Token: tok}, true
	}
	q := newRoleRequest(r, t)
	c, err := b.Cache.LoadCredentials(q.file)
	if err != nil || !q.mayUse(c) || !c.Reusable(now) {
		return Answer{}, false
	}
	b.debug("role credentials from the cache", "file", q.file, "expires", ssocache.FormatTime(c.Expiration))
	return Answer{Credentials: c}, true
}

// EndedText is what the AWS CLI says, and the guide quotes, when a session is
// missing, has expired or was revoked.
const EndedText = "The SSO session associated with this profile has expired or is otherwise invalid. " +
	"To refresh this SSO session run aws sso login with the corresponding profile."

// A SessionError says that only a new sign-in can help.
type SessionError struct {
	Session profile.Session
	Why     string // what was found, for the log: "there is no token"
	Err     error  // what the service said; nil where it was not asked
}

func (e *SessionError) Error() string { return EndedText }

func (e *SessionError) Unwrap() error { return e.Err }

// ExitStatus is that of the AWS CLI for a session that has ended.
func (e *SessionError) ExitStatus() int { return 255 }

// A StorageError says that nothing can be stored, and what was therefore not
// done: a refresh token is not spent where its successor would be lost.
type StorageError struct {
	Doing  string // "not signed in"; "" means that the session was not refreshed
	Folder string
	Err    error
}

func (e *StorageError) Error() string {
	doing := e.Doing
	if doing == "" {
		doing = "the SSO session was not refreshed"
	}
	return fmt.Sprintf("%s, because nothing can be stored in %s: %v", doing, e.Folder, e.Err)
}

func (e *StorageError) Unwrap() error { return e.Err }

// storageError says that nothing can be stored. A store that cannot be used speaks
// for itself.
func (b *Broker) storageError(doing string, err error) error {
	if keystore.Unavailable(err) {
		return err
	}
	return &StorageError{Doing: doing, Folder: b.Cache.SSO(), Err: err}
}

func (b *Broker) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}

// warn tells the person.
func (b *Broker) warn(format string, args ...any) {
	if b.Warn != nil {
		b.Warn(fmt.Sprintf(format, args...))
	}
}

// notice tells the person, once, of a clock with which nothing can be signed.
func (b *Broker) notice(c idcenter.Clock) {
	if c.Wrong() && !b.noticed.Swap(true) {
		b.warn("the clock of this machine is %v: set it, or AWS refuses what is signed here", c)
	}
}

func (b *Broker) debug(msg string, args ...any) {
	if b.Log != nil {
		b.Log.Debug(msg, args...)
	}
}

func (b *Broker) hold() (release func()) {
	if b.Hold == nil {
		return func() {}
	}
	return b.Hold()
}

func (b *Broker) siblings(s profile.Session) []string {
	if b.Siblings == nil {
		return nil
	}
	return b.Siblings(s)
}

// names are the cache keys of a session, its own first.
func (b *Broker) names(s profile.Session) []string {
	return append([]string{s.Key()}, b.siblings(s)...)
}

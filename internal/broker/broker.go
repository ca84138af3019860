// Package broker gives out SSO tokens and role credentials. It reads the cache, refreshes the
// token, fetches the credentials and stores both. If many processes need the same thing at
// the same time, one process calls the service and the other processes wait for the result.
//
// # Locks
//
// A process takes the lock of the role, then the lock of the session. It releases the
// session's lock before it calls the portal. Lock files are beside the data that they guard,
// so they also work between containers that share only ~/.aws. A process that waits for a
// lock looks at the files again and again. It stops waiting when the holder has stored a
// result, or has recorded a failure in the outcome file. If the holder does not release the
// lock in time, the waiting processes take turns by a second lock.
//
// # Programs without locks
//
// The AWS CLI, boto3 and the SDKs take no lock and rewrite the files in place. So the broker
// reads a corrupt file again for up to three seconds before it reports an error. If the
// service refuses a refresh token, the broker waits up to three seconds for another program
// to store a new token.
//
// # Generations
//
// Each sign-in and sign-out begins a new generation of the session. A process that began in
// an earlier generation does not store its result, so a sign-out is final even while other
// processes are refreshing.
//
// # Files
//
// A request that the cache cannot answer runs code of broker.go, role.go, token.go and
// refresh.go, in this order. handout.go applies the user's rules first. lock.go has the locks. origin.go decides where a secret may be
// sent. sidecar.go lists the files through which processes coordinate.
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

// The broker measures durations by the monotonic clock. It uses the wall clock only to
// compare with a date in a file.
const (
	lastMinute   = time.Minute           // a token or credentials that expire sooner are refreshed at once
	retryEarly   = 30 * time.Second      // pause after an early refresh that failed
	endedFor     = time.Minute           // how long a refused refresh token is not tried again
	patience     = 3 * time.Second       // how long to wait for programs that take no lock
	patienceLeft = time.Second           // the minimum wait for them after the service has answered
	rereadPause  = 50 * time.Millisecond // between two reads of a file while waiting for such a program
	callBudget   = 25 * time.Second      // for one call with its retries; enforced by [Service]
	earlyBudget  = 10 * time.Second      // for an early refresh, which is tried once
	lockBudget   = callBudget + 3*time.Second
	pollMin      = 15 * time.Millisecond // the first pause between two attempts to take a lock
	pollMax      = 120 * time.Millisecond
	maxRounds    = 4 // how often a request starts again if another program has refreshed
)

// A Service makes the broker's calls of IAM Identity Center. *[idcenter.Client] implements
// it.
type Service interface {
	Refresh(ctx context.Context, r idcenter.Registration, refreshToken secret.String) (idcenter.Grant, error)
	RoleCredentials(ctx context.Context, accessToken secret.String, accountID, roleName string) (idcenter.Credentials, error)
	Logout(ctx context.Context, accessToken secret.String) error
	Accepts(ctx context.Context, accessToken secret.String) (bool, error)
}

// A Broker serves the requests of one process. Cache and Connect must be set.
type Broker struct {
	Cache keystore.Files

	// Endpoints returns the endpoints that the settings of this process name. If Endpoints is
	// nil, the broker uses AWS's own endpoints.
	Endpoints func() (Endpoints, error)

	// Connect returns a client of a session's services at the endpoints.
	Connect func(profile.Session, Endpoints) (Service, error)

	// Siblings returns the cache keys of the session's other names in the config. The other name
	// of an sso-session is its start URL. The other names of a legacy profile are the
	// sso-sessions with its start URL and region. If Siblings is nil, no session has another
	// name. The broker calls it only if necessary, because it may read the whole config.
	Siblings func(profile.Session) []string

	// Ask sends a request to the background agent. answered is false if no agent runs, or if the
	// agent did not answer or declined. This process then does the work itself. If Ask is nil,
	// no agent runs.
	Ask func(ctx context.Context, r Request) (a Answer, answered bool, err error)

	// Guard applies the user's rules to a request for role credentials, before the broker looks at
	// a cache. It may ask the user. An error refuses the request; the ruling is then still valid.
	// If Guard is nil, there are no rules.
	Guard func(ctx context.Context, s Subject) (Ruling, error)

	// Memory keeps the credentials of guarded roles. If Memory is nil, the broker requests these
	// credentials each time, unless the session has another store than files.
	Memory *Memory

	// Record is called once for each answer to a request for role credentials, and for each
	// refusal or failure, before the caller gets the answer. If it returns an error, the caller
	// gets the error instead of credentials. Record may be nil.
	Record func(Handout) error

	Now  func() time.Time        // nil means time.Now
	Warn func(text string)       // shows the user a problem that did not stop the request; may be nil
	Log  *slog.Logger            // for --debug; may be nil
	Hold func() (release func()) // holds signals back until a new token is stored; may be nil

	clockWarned atomic.Bool // the user has been warned that the clock is wrong
}

// A Purpose says whether a request asks for role credentials or for an access token.
type Purpose int

const (
	RoleCredentials Purpose = iota // credentials of Request.RoleName in Request.AccountID
	AccessToken                    // the session's token for the access portal
)

// A Request asks for credentials or a token.
type Request struct {
	Session             profile.Session
	AccountID, RoleName string // empty for an AccessToken
	Purpose             Purpose
	Profile             string // the name of the profile; "" if flags name the role
	Caller              string // the name of the command, for the rules and the log

	// Rejected is a token that a service has refused before its expiry. It is the access token,
	// or the session token of the role credentials. If no other process has refreshed the token,
	// the broker refreshes it. Rejected is zero if no service has refused anything.
	Rejected secret.String

	// Ruled means that a process has applied the rules to the request. The broker sets Ruled for the
	// agent, which cannot see the caller's terminal.
	Ruled bool

	Guarded bool // see [Ruling]; set by the broker
}

// rejects reports whether a service has refused these role credentials.
func (r Request) rejects(c ssocache.Credentials) bool {
	return r.Purpose == RoleCredentials && !r.Rejected.IsZero() && c.SessionToken.Equal(r.Rejected)
}

// An Answer holds the role credentials or the token that a request asked for.
type Answer struct {
	Credentials ssocache.Credentials // for RoleCredentials
	Token       ssocache.Token       // for AccessToken

	Fetched bool // role credentials: a service was called for this request
	ByAgent bool // role credentials: the background agent answered
}

// Get answers one request. Callers can test for these errors, and for the errors of
// [Service]:
//
//   - [SessionError]: the user must sign in again
//   - [OriginError]: the settings name a service that did not issue the token
//   - [StorageError]: the broker cannot write to the cache
//   - [SharedError]: another process has just failed at the same thing
//
// Get also returns the errors of Guard.
func (b *Broker) Get(ctx context.Context, r Request) (Answer, error) { return b.handOut(ctx, r, b.get) }

// get answers a request that the rules permit.
func (b *Broker) get(ctx context.Context, r Request) (Answer, error) {
	b.debug("request", "caller", r.Caller, "session", r.Session.Key(), "startUrl", r.Session.StartURL,
		"account", r.AccountID, "role", r.RoleName)
	if b.Ask != nil {
		if a, ok := b.fromCache(r); ok {
			return a, nil
		}
		if a, answered, err := b.Ask(ctx, r); answered {
			b.debug("answered by the agent", "session", r.Session.Key(), "error", err)
			a.ByAgent = true
			return a, err
		}
	}
	if r.Purpose == AccessToken {
		tok, err := b.token(ctx, r.Session, r.Rejected)
		return Answer{Token: tok}, err
	}
	return b.role(ctx, r)
}

// fromCache answers a request from the cache if no refresh is due. It makes no request,
// not even to the agent.
func (b *Broker) fromCache(r Request) (Answer, bool) {
	s, now := r.Session, b.now()
	t, err := b.target(s)
	if err != nil {
		return Answer{}, false
	}
	tok, ok := b.freshToken(r, t)
	if !ok {
		var valid bool
		st := b.tokensNow(s)
		tok, valid = st.best(now, r.Rejected)
		_, refreshable := st.refreshable(now)
		if !valid || refreshable && s.AutoRefresh != profile.Off && tok.Due(now, s.Window()) {
			return Answer{}, false
		}
	}
	if r.Purpose == AccessToken {
		return Answer{Token: tok}, true
	}
	q := newRoleRequest(r, t)
	c, err := b.loadRole(q)
	if err != nil || !q.mayUse(c) || !c.Reusable(now) {
		return Answer{}, false
	}
	b.debug("role credentials from the cache", "file", q.file, "expires", ssocache.FormatTime(c.Expiration))
	return Answer{Credentials: c}, true
}

// freshToken returns the token under the session's own name, if it is valid and not due for a
// refresh. It does not look up the session's other names, because Siblings may read the whole
// config.
func (b *Broker) freshToken(r Request, t target) (ssocache.Token, bool) {
	s, now := r.Session, b.now()
	tok, err := b.Cache.LoadToken(s.Key())
	if err != nil || !tok.Belongs(s.StartURL, s.Region) || tok.Misdated(now) || tok.Due(now, s.Window()) {
		return ssocache.Token{}, false
	}
	return state{{s.Key(), tok}}.acceptedBy(t).best(now, r.Rejected)
}

// EndedText is the AWS CLI's message for a session that is missing, has expired or was
// revoked.
const EndedText = "The SSO session associated with this profile has expired or is otherwise invalid. " +
	"To refresh this SSO session run aws sso login with the corresponding profile."

// A SessionError reports that the user must sign in again.
type SessionError struct {
	Session profile.Session
	Why     string // the reason, for the log: "there is no token"
	Err     error  // the error of the service; nil if it was not called
}

func (e *SessionError) Error() string { return EndedText }

func (e *SessionError) Unwrap() error { return e.Err }

// ExitStatus returns the AWS CLI's exit code for a session that has ended.
func (e *SessionError) ExitStatus() int { return 255 }

// A StorageError reports that the broker cannot write to the cache folder. The broker then
// spends no refresh token, because the new token would be lost.
type StorageError struct {
	Doing  string // such as "not signed in"; "" means that the session was not refreshed
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

// storageError returns a [StorageError]. It returns the error of an unavailable store
// unchanged, because that error already names the store.
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

// warn shows the user a warning.
func (b *Broker) warn(format string, args ...any) {
	if b.Warn != nil {
		b.Warn(fmt.Sprintf(format, args...))
	}
}

// warnOfClock warns the user once if this machine's clock is so wrong that AWS would reject
// its requests.
func (b *Broker) warnOfClock(c idcenter.Clock) {
	if c.Wrong() && !b.clockWarned.Swap(true) {
		b.warn("this machine's clock is %v; correct it, or AWS will reject its requests", c)
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

// names returns the cache keys of a session. The session's own key is first.
func (b *Broker) names(s profile.Session) []string {
	return append([]string{s.Key()}, b.siblings(s)...)
}

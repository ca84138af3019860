package broker

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// This file gets the credentials of assumed roles. It reads the cache, takes the role's lock,
// reads the cache again, calls STS, and stores the credentials. AssumeRequest.Call calls STS,
// because only the caller knows the source of the role. The source can be an assumed role too.

// An AssumeRequest asks for the credentials of an assumed role.
type AssumeRequest struct {
	Subject Subject // what the rules decide about

	// File is the name of the AWS CLI's cache file: see [ssocache.AssumedName].
	File string

	// Source identifies the credentials that assume the role, and the endpoint of STS. The
	// broker ignores cached credentials of another source. Source must not be "".
	Source string

	// Session is the session at the start of the chain, or the zero Session.
	Session profile.Session

	SessionName string        // the configured role_session_name, or ""
	Rejected    secret.String // as in [Request]

	// Asks means that Call may ask the user for a code. Then other processes wait longer.
	Asks bool

	// Alone reports whether no other profile has the same File with another Source. Only then
	// does the broker share File with programs that do not record the source. The broker calls
	// Alone only if necessary, because Alone may read the whole config.
	Alone func() bool

	// Call assumes the role. The broker passes its errors to waiting processes, except a
	// [LocalError].
	Call func(ctx context.Context) (ssocache.Assumed, error)
}

// A LocalError is an error that concerns only this process, such as a missing terminal.
type LocalError struct{ Err error }

func (e *LocalError) Error() string { return e.Err.Error() }
func (e *LocalError) Unwrap() error { return e.Err }

const (
	sourceBudget = lockBudget + callBudget // to get the source's credentials and call STS
	answerBudget = 5 * time.Minute         // more time for the user to type a code
)

// An assumeRequest is an AssumeRequest with the state of the cache when the request began.
type assumeRequest struct {
	AssumeRequest
	private string // a name of a cache file for this source only
	guarded bool   // see [Ruling]
	cached  ssocache.Assumed
	last    outcome // of the last call before the request
}

// Assume returns the credentials of an assumed role, from the cache if they are valid for
// long enough. If many processes request them at the same time, one process calls STS, and the
// other processes wait for the result. Assume returns the errors of Call, of Guard, and
// [SharedError].
func (b *Broker) Assume(ctx context.Context, r AssumeRequest) (ssocache.Credentials, error) {
	q := assumeRequest{AssumeRequest: r, private: ssocache.PrivateName(r.File, r.Source)}
	ruling, refusal := b.Permit(ctx, r.Subject)
	if q.guarded = ruling.Guarded && b.sharesFiles(r.Session); q.guarded {
		b.removeSharedAssumed(r, q.private)
	}
	var a Answer
	err := refusal
	if err == nil {
		a, err = b.getAssumed(ctx, q)
	}
	a, err = b.report(r.Subject, ruling, a, err, refusal != nil)
	return a.Credentials, err
}

// getAssumed answers a request that the rules permit.
func (b *Broker) getAssumed(ctx context.Context, q assumeRequest) (Answer, error) {
	q.cached = b.cachedAssumed(q)
	if q.cached.Reusable(b.now()) {
		b.debug("assumed role from the cache", "file", q.File, "expires", ssocache.FormatTime(q.cached.Expiration))
		var err error
		if q.Session.StartURL != "" {
			err = b.keepFresh(ctx, q.Session)
		}
		return Answer{Credentials: q.cached.Credentials}, err
	}
	q.last = readOutcome(b.roleFile(q.private, ".outcome"))
	budget := sourceBudget
	if q.Asks {
		budget += answerBudget
	}
	return b.fly(ctx, flight{
		file:   q.private,
		look:   func() *reply { return b.othersAssumed(q) },
		call:   func() (ssocache.Credentials, error) { return b.assume(ctx, q) },
		cached: q.cached.Credentials,
	}, time.Now().Add(budget))
}

// cachedAssumed returns the credentials in the cache that the request can use, or the zero
// value.
func (b *Broker) cachedAssumed(q assumeRequest) ssocache.Assumed {
	if q.guarded {
		return ssocache.Assumed{}
	}
	shared, err := b.Cache.LoadAssumed(q.File)
	if err == nil && !q.rejects(shared) && (shared.Source == q.Source || b.mayAdopt(q, shared)) {
		return shared
	}
	if own, err := b.Cache.LoadAssumed(q.private); err == nil && !q.rejects(own) && own.Source == q.Source {
		return own
	}
	return ssocache.Assumed{}
}

// rejects reports whether a service has refused these credentials.
func (q assumeRequest) rejects(a ssocache.Assumed) bool {
	return !q.Rejected.IsZero() && a.SessionToken.Equal(q.Rejected)
}

// mayAdopt reports whether the request can use credentials that another program cached. Other
// programs do not record the source, so three conditions must hold:
//
//   - No other profile has the same file with another source.
//   - The name of the role's session is the configured name. If no name is configured, it is a
//     name that the AWS CLI generates.
//   - The file is newer than the sign-in, because the AWS CLI keeps the file after a sign-out.
func (b *Broker) mayAdopt(q assumeRequest, a ssocache.Assumed) bool {
	name := path.Base(a.UserARN)
	expected := name == q.SessionName || q.SessionName == "" && strings.HasPrefix(name, "botocore-session-")
	if a.Source != "" || !expected || !a.Reusable(b.now()) {
		return false
	}
	if q.Session.StartURL != "" {
		h, ok := b.current(q.Session)
		info, err := os.Stat(filepath.Join(b.Cache.Roles(), q.File))
		if !ok || err != nil {
			return false
		}
		if since := b.signedInBefore(q.Session, h); since.IsZero() || !info.ModTime().After(since) {
			return false
		}
	}
	return q.Alone()
}

// othersAssumed returns the result of another process since the request began, or nil.
func (b *Broker) othersAssumed(q assumeRequest) *reply {
	out := readOutcome(b.roleFile(q.private, ".outcome"))
	fresh := out.differsFrom(q.last)
	now := b.now()
	c := b.cachedAssumed(q)
	if c.Reusable(now) || fresh && c.Left(now) > lastMinute && c.AccessKeyID != q.cached.AccessKeyID {
		return &reply{Answer: Answer{Credentials: c.Credentials}}
	}
	if !fresh {
		return nil
	}
	return out.reply(q.Session)
}

// assume calls STS and stores the result. It also records success or failure for waiting
// processes.
func (b *Broker) assume(ctx context.Context, q assumeRequest) (ssocache.Credentials, error) {
	before := b.generation(q.Session)
	a, err := q.Call(ctx)
	var local *LocalError
	var origin *OriginError
	switch {
	case errors.As(err, &local), errors.As(err, &origin), err != nil && ctx.Err() != nil:
		return ssocache.Credentials{}, err
	case err == nil && a.Left(b.now()) < time.Second:
		err = ErrStillExpired
	}
	if err != nil {
		b.writeOutcome(b.roleFile(q.private, ".outcome"), kindOf(err), secret.String{}, err)
		return ssocache.Credentials{}, err
	}
	a.Source, a.Session, a.StartURL = q.Source, q.Session.Key(), q.Session.StartURL
	if !q.guarded {
		b.storeAssumed(q, before, a)
	}
	b.writeOutcome(b.roleFile(q.private, ".outcome"), succeeded, secret.String{}, nil)
	return a.Credentials, nil
}

// storeAssumed stores the credentials in the cache, unless the user has signed out of the
// session since the call began.
func (b *Broker) storeAssumed(q assumeRequest, startedIn generation, a ssocache.Assumed) {
	ofSession := q.Session.StartURL != ""
	if ofSession && (b.overSince(q.Session, startedIn) || len(b.tokensNow(q.Session)) == 0) {
		b.debug("credentials of an assumed role not stored, because of a sign-out", "file", q.File)
		return
	}
	name := q.private
	if q.Alone() {
		name = q.File
	}
	if err := b.Cache.SaveAssumed(name, a); err != nil {
		b.debug("credentials of an assumed role not stored", "error", err)
	}
	if ofSession && b.overSince(q.Session, startedIn) {
		_ = b.Cache.Remove(filepath.Join(b.Cache.Roles(), name))
	}
}

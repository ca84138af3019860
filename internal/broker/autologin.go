package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// AutoLoginLimit is how long a command with auto_login waits for a sign-in in its own browser
// tab or in another process's tab.
const AutoLoginLimit = 5 * time.Minute

const (
	autoLoginPause = time.Minute // the pause after a failed sign-in
	maxAttempts    = 3           // of Get, while it fails with an outdated error of another process
)

// GetOrLogin calls [Broker.Get]. If the session has ended, it signs the user in and calls Get
// again. If many processes do this, one process signs in and the other processes wait for the
// result. GetOrLogin calls prepare only before a sign-in. prepare returns the session,
// perhaps with a corrected region, and how to sign in.
//
// GetOrLogin returns the errors of Get and of prepare. It returns a [LoginError] if the
// sign-in failed, in this process or in the process that it waited for.
func (b *Broker) GetOrLogin(ctx context.Context, r Request, prepare func(context.Context) (profile.Session, SignIn, error)) (Answer, error) {
	return b.handOut(ctx, r, func(ctx context.Context, r Request) (Answer, error) { return b.getOrLogin(ctx, r, prepare) })
}

func (b *Broker) getOrLogin(ctx context.Context, r Request, prepare func(context.Context) (profile.Session, SignIn, error)) (Answer, error) {
	before := b.generation(r.Session)
	answer, seen, ended := b.attempt(ctx, r)
	if !sessionEnded(ended) || ctx.Err() != nil {
		return answer, ended
	}
	s, in, err := prepare(ctx)
	if err != nil {
		return Answer{}, err
	}
	if err := b.autoLogin(ctx, s, in, seen, before, ended); err != nil {
		return Answer{}, err
	}
	r.Session.Region = s.Region
	answer, _, err = b.attempt(ctx, r)
	return answer, err
}

// attempt calls Get. It also returns the newest access token that the cache had before the
// call. Get may return a failure that another process recorded before the user signed in
// again. So attempt calls Get again if the cache has a valid token.
func (b *Broker) attempt(ctx context.Context, r Request) (answer Answer, seen secret.String, err error) {
	for range maxAttempts {
		seen = b.tokensNow(r.Session).newest(b.now())
		var theirs *SharedError
		if answer, err = b.get(ctx, r); !sessionEnded(err) || !errors.As(err, &theirs) {
			break
		}
		if _, valid := b.tokensNow(r.Session).best(b.now(), secret.String{}); !valid {
			break
		}
	}
	return answer, seen, err
}

func sessionEnded(err error) bool {
	var s *SessionError
	return errors.As(err, &s)
}

// autoLogin signs in, or waits for the sign-in of another process, until the cache has a valid
// token other than the token found by the request. startedIn is the generation at the beginning of
// the request, and ended is the error of the request.
func (b *Broker) autoLogin(ctx context.Context, s profile.Session, signIn SignIn, found secret.String, startedIn generation, ended error) error {
	if err := b.MaySignIn(s, false); err != nil {
		return err
	}
	last := readOutcome(b.loginOutcome(s))
	if last.failure() && last.within(autoLoginPause, b.now()) {
		b.debug("no auto_login: the last sign-in has just failed", "session", s.Key(), "why", last.text)
		return ended
	}
	limit := time.Now().Add(AutoLoginLimit)
	look := func() *reply { return b.othersAutoLogin(s, found, last, limit) }
	announce := signIn.announcement(b, s, AutoLoginLimit)
	g, err := b.wait(ctx, b.loginLock(s), limit.Add(time.Hour), func() *reply { // look ends the wait at the limit
		v := look()
		if v == nil {
			announce.afterPause()
		}
		return v
	})
	if err != nil {
		return err
	}
	defer g.release()
	v := g.reply
	if v == nil {
		v = look() // another process may have signed in since the request
	}
	if v != nil {
		return loginError(s, v.err)
	}
	return b.autoSignIn(ctx, s, signIn, g, startedIn, ended)
}

// othersAutoLogin looks for the result of another process: a new sign-in, or a failure after the
// outcome previous. After limit it returns a [LoginWaitError].
func (b *Broker) othersAutoLogin(s profile.Session, found secret.String, previous outcome, limit time.Time) *reply {
	if v := b.othersSignIn(s, found); v != nil {
		return v
	}
	if out := readOutcome(b.loginOutcome(s)); out.failure() && out.differsFrom(previous) {
		return &reply{err: out.err()}
	}
	if !time.Now().Before(limit) {
		return &reply{err: &LoginWaitError{StartURL: s.StartURL, Process: b.signInProcess(s), Waited: AutoLoginLimit}}
	}
	return nil
}

// autoSignIn signs in, with two exceptions. If the user has signed out and the generation is no
// longer startedIn, it returns the error ended. If g holds no lock, it does not sign in, because
// many processes might each open a browser tab.
func (b *Broker) autoSignIn(ctx context.Context, s profile.Session, signIn SignIn, g guard, startedIn generation, ended error) error {
	// Check first that the token can be stored, before the user goes through a browser.
	pending, err := b.Cache.PrepareToken(s.Key())
	if err != nil {
		return loginError(s, b.storageError("not signed in", err))
	}
	defer pending.Abort() // does nothing after a Commit
	switch {
	case b.signedOutSince(s, startedIn):
		// A user who has just signed out does not want a new sign-in.
		b.debug("no auto_login: the user has just signed out", "session", s.Key())
		return ended
	case g.lock == nil:
		b.warn("auto_login is off, because several processes might sign in at the same time: %s", g.why)
		return ended
	}
	store, err := b.Cache.Store(s.Key())
	if err != nil {
		return loginError(s, b.storageError("not signed in", err))
	}
	_, err = b.signIn(ctx, s, signIn, pending, store)
	return loginError(s, err)
}

func loginError(s profile.Session, err error) error {
	if err == nil {
		return nil
	}
	return &LoginError{Session: s, Err: err}
}

// A LoginError reports that the sign-in of [Broker.GetOrLogin] failed.
type LoginError struct {
	Session profile.Session
	Err     error // the error of the sign-in, or a [LoginWaitError]
}

func (e *LoginError) Error() string { return e.Err.Error() }

func (e *LoginError) Unwrap() error { return e.Err }

// A LoginWaitError reports that the sign-in of another process took too long.
type LoginWaitError struct {
	StartURL string
	Process  Process
	Waited   time.Duration
}

func (e *LoginWaitError) Error() string {
	return fmt.Sprintf("%s has not finished the sign-in to %s within %d minutes", e.Process, e.StartURL, int(e.Waited.Minutes()))
}

package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// AutoLoginLimit is how long a command that may sign in waits for a person: at its
// own browser tab, or for another process that has opened one.
const AutoLoginLimit = 5 * time.Minute

const (
	heldBack  = time.Minute // after a sign-in that failed, nobody begins one unasked
	maxJudged = 3           // times that a request meets another process's word
)

// GetOrLogin is [Broker.Get] for a session to which a command may sign in
// (auto_login): where only that helps, the person is signed in, and the request is
// made once more. Of many processes one signs in and the others wait for it.
// prepare says how; it is asked only when it comes to that, and may find that the
// session is in another region.
//
// Errors besides those of Get: those of prepare, and [LoginError] when the sign-in
// failed, here or in the process that was waited for.
func (b *Broker) GetOrLogin(ctx context.Context, r Request, prepare func(context.Context) (profile.Session, SignIn, error)) (Answer, error) {
	before := b.generation(r.Session)
	answer, seen, ended := b.judge(ctx, r)
	if !sessionEnded(ended) || ctx.Err() != nil {
		return answer, ended
	}
	s, in, err := prepare(ctx)
	if err != nil {
		return Answer{}, err
	}
	if err := b.loginUnasked(ctx, s, in, seen, before, ended); err != nil {
		return Answer{}, err
	}
	r.Session.Region = s.Region
	answer, _, err = b.judge(ctx, r)
	return answer, err
}

// judge is Get, and the newest token before it. Another process that is waited for may
// tell how it fared before somebody signed in: where there is a token that lives, its
// word is not enough.
func (b *Broker) judge(ctx context.Context, r Request) (answer Answer, seen secret.String, err error) {
	for range maxJudged {
		seen = b.glance(r.Session).newest(b.now())
		var theirs *SharedError
		if answer, err = b.Get(ctx, r); !sessionEnded(err) || !errors.As(err, &theirs) {
			break
		}
		if _, live := b.glance(r.Session).best(b.now(), secret.String{}); !live {
			break
		}
	}
	return answer, seen, err
}

func sessionEnded(err error) bool {
	var s *SessionError
	return errors.As(err, &s)
}

// loginUnasked brings a live token into the cache that is not the one seen before,
// by a sign-in of this process or of another. before is the generation before the
// request, whose error is ended.
func (b *Broker) loginUnasked(ctx context.Context, s profile.Session, in SignIn, seen secret.String, before generation, ended error) error {
	if err := b.MaySignIn(s, false); err != nil {
		return err
	}
	last := readOutcome(b.loginOutcome(s))
	if last.bad() && last.within(heldBack, b.now()) {
		b.debug("no sign-in unasked: the last one has just failed", "session", s.Key(), "why", last.text)
		return ended
	}
	limit := time.Now().Add(AutoLoginLimit)
	look := func() *verdict { return b.othersUnasked(s, seen, last, limit) }
	announce := in.announcement(b, s, AutoLoginLimit)
	g, err := b.wait(ctx, b.loginLock(s), limit.Add(time.Hour), func() *verdict { // look keeps the limit
		v := look()
		if v == nil {
			announce.tell()
		}
		return v
	})
	if err != nil {
		return err
	}
	defer g.release()
	v := g.settled
	if v == nil {
		v = look() // another process may have signed in since the request
	}
	if v != nil {
		return loginError(s, v.err)
	}
	return b.signInUnasked(ctx, s, in, g, before, ended)
}

// othersUnasked looks for what other processes have come to: a sign-in, a failure that
// is newer than last, or none of the two within the limit.
func (b *Broker) othersUnasked(s profile.Session, seen secret.String, last outcome, limit time.Time) *verdict {
	if v := b.othersSignIn(s, seen); v != nil {
		return v
	}
	if out := readOutcome(b.loginOutcome(s)); out.bad() && out.after(last) {
		return &verdict{err: out.err()}
	}
	if !time.Now().Before(limit) {
		return &verdict{err: &LoginWaitError{StartURL: s.StartURL, Holder: b.signInHolder(s), Waited: AutoLoginLimit}}
	}
	return nil
}

// signInUnasked signs in, unless the user has signed out since before, or other processes
// cannot be kept from doing the same.
func (b *Broker) signInUnasked(ctx context.Context, s profile.Session, in SignIn, g guard, before generation, ended error) error {
	// Nobody should go through a browser for a token that cannot be kept.
	pending, err := b.Cache.PrepareToken(s.Key())
	if err != nil {
		return loginError(s, b.storageError("not signed in", err))
	}
	defer pending.Abort() // does nothing to one that was used
	switch {
	case b.signedOutSince(s, before):
		// A user who signs out does not want to be asked to sign in again.
		b.debug("no sign-in unasked: signed out a moment ago", "session", s.Key())
		return ended
	case g.lock == nil:
		b.warn("auto_login does nothing here, where no other process can be kept from doing the same: %s", g.why)
		return ended
	}
	store, err := b.Cache.Store(s.Key())
	if err != nil {
		return loginError(s, b.storageError("not signed in", err))
	}
	_, err = b.signIn(ctx, s, in, pending, store)
	return loginError(s, err)
}

func loginError(s profile.Session, err error) error {
	if err == nil {
		return nil
	}
	return &LoginError{Session: s, Err: err}
}

// A LoginError is that of a sign-in on the occasion of a request: see
// [Broker.GetOrLogin].
type LoginError struct {
	Session profile.Session
	Err     error // of the process that signed in, or a [LoginWaitError]
}

func (e *LoginError) Error() string { return e.Err.Error() }

func (e *LoginError) Unwrap() error { return e.Err }

// A LoginWaitError says that another process's sign-in took too long.
type LoginWaitError struct {
	StartURL string
	Holder   Holder
	Waited   time.Duration
}

func (e *LoginWaitError) Error() string {
	return fmt.Sprintf("%s has not finished the sign-in to %s within %d minutes", e.Holder, e.StartURL, int(e.Waited.Minutes()))
}

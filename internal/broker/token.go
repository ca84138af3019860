package broker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// token returns an access token that lives, renewing it if that is due.
func (b *Broker) token(ctx context.Context, s profile.Session, rejected secret.String) (ssocache.Token, error) {
	st, err := b.read(ctx, s)
	if err != nil {
		return ssocache.Token{}, err
	}
	b.settle(ctx, s, st)
	now := b.now()
	tok, live := st.best(now, rejected)
	h, renewable := st.holder(now)
	switch {
	case live && !tok.Due(now, s.Window()):
		return tok, nil
	case !renewable || s.AutoRefresh == profile.Off:
		if !live {
			return tok, b.sessionError(s, st, rejected)
		}
		return tok, nil
	case live && tok.Left(now) >= lastMinute:
		renewed, err := b.renewEarly(ctx, s, h, tok.AccessToken)
		if err != nil || !renewed.AccessToken.IsZero() {
			return renewed, err
		}
		return tok, nil
	}
	return b.renew(ctx, s, st, rejected)
}

// settle stores tokens in their place that could not be stored there when they came, so
// that other programs find them. What fails now is tried again at the next use.
func (b *Broker) settle(ctx context.Context, s profile.Session, st state) {
	if !slices.ContainsFunc(st, func(h holding) bool { return b.Cache.Unsettled(h.key) }) {
		return
	}
	g := b.try(ctx, b.sessionFile(s, ".lock"))
	if g.lock == nil {
		return
	}
	defer g.release()
	for _, h := range st {
		if b.Cache.Unsettled(h.key) {
			err := b.Cache.Settle(h.key)
			b.debug("token moved to its place", "file", b.Cache.TokenPath(h.key), "error", err)
		}
	}
}

// sessionError explains a session that cannot be renewed.
func (b *Broker) sessionError(s profile.Session, st state, rejected secret.String) error {
	why := "the token has expired and cannot be refreshed"
	switch {
	case len(st) == 0:
		why = "there is no token"
	case !rejected.IsZero():
		why = "the service rejected the token, which cannot be refreshed"
	case s.AutoRefresh == profile.Off:
		why = "the token has expired, and sso_auto_refresh is false"
	}
	b.debug("session ended", "session", s.Key(), "why", why)
	return &SessionError{Session: s, Why: why}
}

// renewEarly renews a session whose token still lives. Most of what goes wrong here
// does not matter yet: it returns the zero token when the old one should be used. The
// only errors are the context's and an *[OriginError].
func (b *Broker) renewEarly(ctx context.Context, s profile.Session, h holding, seen secret.String) (ssocache.Token, error) {
	out := readOutcome(b.sessionFile(s, ".outcome"))
	if out.fingerprint == b.trial(h.tok.RefreshToken) &&
		(out.kind == ended || out.bad() && out.within(retryEarly, b.now())) {
		b.debug("early renewal put off", "session", s.Key(), "last", out.kind)
		return ssocache.Token{}, nil
	}
	g := b.try(ctx, b.sessionFile(s, ".lock"))
	if g.lock == nil {
		return ssocache.Token{}, nil // another process renews it, or none can
	}
	defer g.release()
	tok, err := b.renewLocked(ctx, renewal{session: s, seen: seen, budget: earlyBudget}, g)
	var origin *OriginError
	switch {
	case err == nil:
		return tok, nil
	case ctx.Err() != nil:
		return ssocache.Token{}, ctx.Err()
	case errors.As(err, &origin):
		return ssocache.Token{}, err
	}
	b.warn("could not refresh the SSO session early, its token is still used: %v", cause(err))
	return ssocache.Token{}, nil
}

// cause returns what the service said about an ended session, where it said
// something: "has expired" would be wrong while its token still lives.
func cause(err error) error {
	var s *SessionError
	if errors.As(err, &s) && s.Err != nil {
		return s.Err
	}
	return err
}

// A renewal is the request for another token than those that were found.
type renewal struct {
	session  profile.Session
	seen     secret.String // the newest access token that was found
	rejected secret.String // the one that a service refused; zero for none
	budget   time.Duration // limits the call further than the service does; 0 does not
}

// done returns a token of the state with which the renewal is not needed any more: it
// is not due, or has come since.
func (r renewal) done(st state, now time.Time) (ssocache.Token, bool) {
	tok, live := st.best(now, r.rejected)
	return tok, live && (!tok.Due(now, r.session.Window()) || !tok.AccessToken.Equal(r.seen))
}

// renew renews a session whose token is of no more use. Of all the processes
// that ask at the same time one does it and the others wait for what comes of
// it.
func (b *Broker) renew(ctx context.Context, s profile.Session, st state, rejected secret.String) (ssocache.Token, error) {
	r := renewal{session: s, seen: st.newest(b.now()), rejected: rejected}
	last := readOutcome(b.sessionFile(s, ".outcome"))
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), b.deadline(ctx), func() *verdict { return b.othersToken(r, last) })
	if err != nil {
		return ssocache.Token{}, err
	}
	if g.settled != nil {
		return g.settled.Token, g.settled.err
	}
	defer g.release()
	if g.why != "" {
		if tok, live := b.glance(s).best(b.now(), rejected); live {
			b.warn("the SSO session was not refreshed, its token is still used: %s", g.why)
			return tok, nil
		}
	}
	return b.renewLocked(ctx, r, g)
}

// othersToken looks for what other processes have come to since the outcome last: a
// token that the renewal may take, or a failure that it shares.
func (b *Broker) othersToken(r renewal, last outcome) *verdict {
	now, st := b.now(), b.glance(r.session)
	if tok, ok := r.done(st, now); ok {
		return &verdict{Answer: Answer{Token: tok}}
	}
	out := readOutcome(b.sessionFile(r.session, ".outcome"))
	h, ok := st.holder(now)
	if !out.after(last) || !ok || out.fingerprint != b.trial(h.tok.RefreshToken) {
		return nil
	}
	return out.verdict(r.session)
}

// glance reads the session's tokens that may be sent to the target, without patience:
// for a look that will be repeated.
func (b *Broker) glance(s profile.Session) state {
	t, err := b.target(s)
	if err != nil {
		return nil // the request has failed by now
	}
	return b.holdings(s).of(t)
}

// holdings reads the session's tokens of any origin without patience.
func (b *Broker) holdings(s profile.Session) state {
	var st state
	for _, key := range b.names(s) {
		if tok, err := b.Cache.LoadToken(key); err == nil && tok.Belongs(s.StartURL, s.Region) {
			st = append(st, holding{key, tok})
		}
	}
	return st
}

package broker

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// What is known of a session: its token, whether it is valid, and when it ends.

// Peek returns the token that a request of the session would begin with, as it
// lies in the cache; the zero Token for none. Where the session's refresh token
// lies under another of its names, it is included. An error says that it is not known
// whether there is a token: see [keystore.Unknown].
func (b *Broker) Peek(s profile.Session) (ssocache.Token, error) {
	if _, err := b.Cache.LoadToken(s.Key()); keystore.Unknown(err) {
		return ssocache.Token{}, err
	}
	st, now := b.holdings(s), b.now()
	if len(st) == 0 {
		for _, key := range b.siblings(s) {
			if _, err := b.Cache.LoadToken(key); keystore.Unknown(err) {
				return ssocache.Token{}, err
			}
		}
	}
	tok, live := st.best(now, secret.String{})
	h, ok := st.holder(now)
	switch {
	case ok && (!live || h.tok.ExpiresAt.Equal(tok.ExpiresAt)):
		return h.tok, nil
	case !live && len(st) > 0:
		return st[0].tok, nil
	case ok:
		tok.RefreshToken, tok.ClientID, tok.ClientSecret = h.tok.RefreshToken, h.tok.ClientID, h.tok.ClientSecret
		tok.RegistrationExpiresAt = h.tok.RegistrationExpiresAt
	}
	return tok, nil
}

// A Validity says whether a session can be used without a new sign-in.
type Validity struct {
	Valid   bool
	Token   ssocache.Token // of a valid session
	Unasked error          // why the service could not be asked; the token is valid by its date
}

// Valid reports whether the service accepts the session's token, or renews it. The
// error says that neither was found out.
func (b *Broker) Valid(ctx context.Context, s profile.Session, caller string) (Validity, error) {
	r := Request{Session: s, Purpose: AccessToken, Caller: caller}
	for range 2 {
		a, err := b.Get(ctx, r)
		if sessionEnded(err) {
			return Validity{}, nil
		}
		if err != nil {
			return Validity{}, err
		}
		service, _, err := b.toPortal(s, a.Token)
		if err != nil {
			return Validity{}, err
		}
		accepted, err := service.Takes(ctx, a.Token.AccessToken)
		if ctx.Err() != nil {
			return Validity{}, ctx.Err()
		}
		if err != nil || accepted {
			return Validity{Valid: true, Token: a.Token, Unasked: err}, nil
		}
		r.Rejected = a.Token.AccessToken
	}
	return Validity{}, nil
}

// A Horizon is when a session of the access portal ends, and with it the renewals:
// then somebody has to sign in again. The service tells nobody. The zero Horizon
// is not known.
type Horizon struct {
	At         time.Time // the earliest
	Latest     time.Time // the latest; At where the end is known exactly
	Configured bool      // by sso_session_duration; else learned from a session that ended
}

// Horizon returns what is known of the session's end. It asks nobody.
func (b *Broker) Horizon(s profile.Session) Horizon {
	st := b.holdings(s)
	h, ok := st.holder(b.now())
	if !ok {
		return unrenewable(st, s.Duration)
	}
	t := b.readTrack(h.key)
	if t.began.IsZero() || t.fingerprint != fingerprint(h.tok.RefreshToken) {
		return Horizon{}
	}
	switch {
	case s.Duration > 0:
		end := t.began.Add(s.Duration)
		return Horizon{At: end, Latest: end, Configured: true}
	case t.upper > 0:
		return Horizon{At: t.began.Add(t.lower), Latest: t.began.Add(t.upper)}
	}
	return Horizon{}
}

// unrenewable is the horizon of a token that came of a sign-in and of nothing
// else.
func unrenewable(st state, duration time.Duration) Horizon {
	if len(st) == 0 || duration == 0 || st[0].tok.Life == 0 || !st[0].tok.RefreshToken.IsZero() {
		return Horizon{}
	}
	end := st[0].tok.ExpiresAt.Add(-st[0].tok.Life).Add(duration)
	return Horizon{At: end, Latest: end, Configured: true}
}

// A track follows one sign-in from refresh token to refresh token, and keeps what
// earlier ones have taught: how old a session gets. It helps and decides nothing,
// so failures to write it are none.
type track struct {
	began        time.Time // the sign-in; zero when another program has renewed since, or signed in
	last         time.Time // when the session was alive for certain
	fingerprint  string    // of the refresh token that it has now
	lower, upper time.Duration
}

func (b *Broker) trackFile(key string) string {
	return companion(b.Cache.SSO(), ssocache.TokenName(key), ".horizon")
}

// readTrack returns the zero track where there is none.
func (b *Broker) readTrack(key string) track {
	line, err := readCompanion(b.trackFile(key))
	if err != nil {
		return track{}
	}
	var began, last, lower, upper int64
	var print string
	if _, err := fmt.Sscanf(line, "lanyard-horizon %d %d %d %d %s\n", &began, &last, &lower, &upper, &print); err != nil {
		return track{}
	}
	t := track{last: time.Unix(last, 0), fingerprint: print, lower: time.Duration(lower) * time.Second, upper: time.Duration(upper) * time.Second}
	if began > 0 {
		t.began = time.Unix(began, 0)
	}
	return t
}

func (b *Broker) writeTrack(key string, t track) {
	if t == (track{}) {
		return
	}
	seconds := func(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
	began := int64(0)
	if !t.began.IsZero() {
		began = t.began.Unix()
	}
	if t.fingerprint == "" {
		t.fingerprint = "-"
	}
	line := strings.Join([]string{
		"lanyard-horizon", strconv.FormatInt(began, 10), strconv.FormatInt(t.last.Unix(), 10), seconds(t.lower), seconds(t.upper), t.fingerprint,
	}, " ")
	if err := b.writeCompanion(b.trackFile(key), line+"\n"); err != nil {
		b.debug("horizon not recorded", "key", key, "error", err)
	}
}

// trackLogin begins a track with a sign-in.
func (b *Broker) trackLogin(key string, refreshToken secret.String) {
	if refreshToken.IsZero() {
		return // its end is that of its token
	}
	t, now := b.readTrack(key), b.now()
	b.writeTrack(key, track{began: now, last: now, fingerprint: fingerprint(refreshToken), lower: t.lower, upper: t.upper})
}

// trackRenewal follows a renewal, from the spent refresh token to the next. A
// session that is older than any was taken to get shows that the one before had
// been ended early.
func (b *Broker) trackRenewal(key string, spent, next secret.String) {
	t, now := b.readTrack(key), b.now()
	if t.fingerprint != fingerprint(spent) {
		t.began = time.Time{}
	}
	t.last, t.fingerprint = now, fingerprint(next)
	if age := now.Sub(t.began); !t.began.IsZero() {
		switch {
		case age >= t.upper:
			t.lower, t.upper = 0, 0
		case age > t.lower:
			t.lower = age
		}
	}
	b.writeTrack(key, t)
}

// trackEnd learns from a refresh token that the service has refused for good: the
// session has ended since it was alive last. What was learned before narrows that,
// unless it contradicts: then the newest counts.
func (b *Broker) trackEnd(key string, refusedToken secret.String, err error) {
	t, now := b.readTrack(key), b.now()
	if !errors.Is(err, idcenter.ErrInvalidGrant) || t.began.IsZero() || t.fingerprint != fingerprint(refusedToken) || now.Before(t.last) {
		return
	}
	lower, upper := t.last.Sub(t.began), now.Sub(t.began)
	if t.upper > 0 && max(lower, t.lower) < min(upper, t.upper) {
		lower, upper = max(lower, t.lower), min(upper, t.upper)
	}
	b.writeTrack(key, track{last: now, lower: lower, upper: upper})
}

package broker

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A SessionEnd is the time at which a session of the access portal ends. From then on the
// token cannot be refreshed, and the user must sign in again. The service does not report
// this time. The broker takes it from the setting sso_session_duration, or estimates it from
// the ages of earlier sessions. The zero SessionEnd means that the time is unknown.
type SessionEnd struct {
	At         time.Time // the earliest possible time
	Latest     time.Time // the latest possible time; equal to At if the end is known exactly
	Configured bool      // the time comes from sso_session_duration
}

// SessionEnd returns the configured or estimated end of a session. It makes no request.
func (b *Broker) SessionEnd(s profile.Session) SessionEnd {
	st := b.allTokensNow(s)
	refreshable, ok := st.refreshable(b.now())
	if !ok {
		return endWithoutRefresh(st, s.Duration)
	}
	h := b.readHistory(refreshable.key)
	if h.began.IsZero() || h.fingerprint != fingerprint(refreshable.tok.RefreshToken) {
		return SessionEnd{}
	}
	switch {
	case s.Duration > 0:
		end := h.began.Add(s.Duration)
		return SessionEnd{At: end, Latest: end, Configured: true}
	case h.upper > 0:
		return SessionEnd{At: h.began.Add(h.lower), Latest: h.began.Add(h.upper)}
	}
	return SessionEnd{}
}

// endWithoutRefresh returns the session end for a token without a refresh token. The sign-in
// itself issued such a token, so the start of the token's lifetime is the time of the
// sign-in.
func endWithoutRefresh(st state, duration time.Duration) SessionEnd {
	if len(st) == 0 || duration == 0 || st[0].tok.Life == 0 || !st[0].tok.RefreshToken.IsZero() {
		return SessionEnd{}
	}
	end := st[0].tok.ExpiresAt.Add(-st[0].tok.Life).Add(duration)
	return SessionEnd{At: end, Latest: end, Configured: true}
}

// A history holds the start of the current session, and the ages at which earlier sessions
// ended. A fingerprint of the refresh token identifies the current session. If the broker
// cannot write the history, it only logs the error, because nothing depends on the history.
type history struct {
	began       time.Time // the sign-in; zero if another program has signed in or refreshed
	last        time.Time // the last time at which the session is known to have been valid
	fingerprint string    // of the session's current refresh token

	// The age at which a session ends is between lower and upper. Both are 0 if nothing
	// is known.
	lower, upper time.Duration
}

func (b *Broker) historyFile(key string) string {
	return sidecar(b.Cache.SSO(), ssocache.TokenName(key), ".horizon")
}

// readHistory returns the history of a session. It returns the zero history if the file
// cannot be read or does not exist.
func (b *Broker) readHistory(key string) history {
	line, err := readSidecar(b.historyFile(key))
	if err != nil {
		return history{}
	}
	var began, last, lower, upper int64
	var print string
	if _, err := fmt.Sscanf(line, "lanyard-horizon %d %d %d %d %s\n", &began, &last, &lower, &upper, &print); err != nil {
		return history{}
	}
	h := history{last: time.Unix(last, 0), fingerprint: print, lower: time.Duration(lower) * time.Second, upper: time.Duration(upper) * time.Second}
	if began > 0 {
		h.began = time.Unix(began, 0)
	}
	return h
}

func (b *Broker) writeHistory(key string, h history) {
	if h == (history{}) {
		return
	}
	seconds := func(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
	began := int64(0)
	if !h.began.IsZero() {
		began = h.began.Unix()
	}
	if h.fingerprint == "" {
		h.fingerprint = "-"
	}
	line := strings.Join([]string{
		"lanyard-horizon", strconv.FormatInt(began, 10), strconv.FormatInt(h.last.Unix(), 10), seconds(h.lower), seconds(h.upper), h.fingerprint,
	}, " ")
	if err := b.writeSidecar(b.historyFile(key), line+"\n"); err != nil {
		b.debug("session history not recorded", "key", key, "error", err)
	}
}

// recordSignIn begins the history of a new session, and keeps the ages of earlier sessions.
func (b *Broker) recordSignIn(key string, refreshToken secret.String) {
	if refreshToken.IsZero() {
		return // the session ends with its token
	}
	old, now := b.readHistory(key), b.now()
	b.writeHistory(key, history{began: now, last: now, fingerprint: fingerprint(refreshToken), lower: old.lower, upper: old.upper})
}

// recordRefresh records that the service replaced the refresh token oldToken by newToken. If the
// session is older than upper, an earlier session ended early, because it was revoked. Then upper
// is wrong, and recordRefresh discards it.
func (b *Broker) recordRefresh(key string, oldToken, newToken secret.String) {
	h, now := b.readHistory(key), b.now()
	if h.fingerprint != fingerprint(oldToken) {
		h.began = time.Time{}
	}
	h.last, h.fingerprint = now, fingerprint(newToken)
	if age := now.Sub(h.began); !h.began.IsZero() {
		switch {
		case age >= h.upper:
			h.lower, h.upper = 0, 0
		case age > h.lower:
			h.lower = age
		}
	}
	b.writeHistory(key, h)
}

// learnSessionEnd records that the service has refused a refresh token for good. The session
// ended between its last refresh and now. learnSessionEnd intersects this range of ages with
// the range learned from earlier sessions. If the ranges do not overlap, the new range
// replaces the old range.
func (b *Broker) learnSessionEnd(key string, refusedToken secret.String, err error) {
	h, now := b.readHistory(key), b.now()
	if !errors.Is(err, idcenter.ErrInvalidGrant) || h.began.IsZero() || h.fingerprint != fingerprint(refusedToken) || now.Before(h.last) {
		return
	}
	lower, upper := h.last.Sub(h.began), now.Sub(h.began)
	if h.upper > 0 && max(lower, h.lower) < min(upper, h.upper) {
		lower, upper = max(lower, h.lower), min(upper, h.upper)
	}
	b.writeHistory(key, history{last: now, lower: lower, upper: upper})
}

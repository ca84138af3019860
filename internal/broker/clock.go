package broker

import (
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Our clock and the service's may differ. Tokens do not mind: they are dated by
// our clock, from their lifetime. Role credentials come with a date by the
// service's clock, so what is stored is the earlier of that date and the end by our
// clock. A clock that is set right later then finds them shorter-lived than they
// are, never longer:
//
//   - Ours is behind: by the service's date the keys would seem to live on when
//     they have ended. The date stored is ours; once the clock is set right, the
//     keys are fetched that much too early.
//   - Ours is ahead: by the service's date, which is stored, the keys may seem to
//     have ended when they come. Whoever gets such a date from a
//     credential_process asks again at once, for ever; so the answer has the end by
//     our clock, which is the one that the asker looks at. That end lies in the
//     role's outcome, for those who waited and, for [inStep], for those who come
//     next. Only once the clock is set right does it lie in the future of what is
//     true; the outcome, made by the wrong clock, then lies in the future as well,
//     and is not believed: see [outcome.within]. (Where the clock is set back by as
//     much as has passed since, to within five minutes, it is believed until they
//     are over.)
const (
	skewIgnored = time.Minute      // below it dates are taken as they come
	inStep      = 5 * time.Minute  // how long an outcome speaks for keys that seem to have ended
	inStepLeft  = 15 * time.Minute // that they must really live; see [ssocache.Credentials.Reusable]
)

// notice tells the person, once, of a clock with which nothing can be signed.
func (b *Broker) notice(c idcenter.Clock) {
	if c.Wrong() && !b.noticed.Swap(true) {
		b.warn("the clock of this machine is %v: set it, or AWS refuses what is signed here", c)
	}
}

// ErrStillExpired says that the service gave out keys that have ended already. The
// text is the AWS CLI's.
var ErrStillExpired = errors.New("Credentials were refreshed, but the refreshed credentials are still expired.")

// date gives keys that have just come, with the service's date, the one to store
// and the one to give out. Keys that have ended by the service's own clock are
// [ErrStillExpired], as for the AWS CLI: nobody can use them.
func date(c ssocache.Credentials, clock idcenter.Clock, now time.Time) (stored, given ssocache.Credentials, err error) {
	left := c.Left(now)
	if !clock.Date.IsZero() {
		left = c.Left(clock.Date)
		c.Life = left
	}
	if left < time.Second { // the resolution of the service's clock
		return c, c, ErrStillExpired
	}
	ours := c.Expiration
	if clock.Ahead.Abs() > skewIgnored {
		ours = ours.Add(clock.Ahead)
	}
	if ours.Before(c.Expiration) {
		c.Expiration = ours
	}
	stored, given = c, c
	if !stored.Reusable(now) {
		given.Expiration = ours
	}
	return stored, given, nil
}

// recordKeys is for keys that nobody would take from the cache by their date: it
// tells those who wait that these are the newest there are, and how long they
// live by our clock.
func (b *Broker) recordKeys(name string, given ssocache.Credentials) {
	b.record(b.roleFile(name, ".outcome"), succeeded, given.SessionToken, ssocache.FormatTime(given.Expiration))
}

// keys returns c with the end that the outcome knows, if the outcome is about c.
func (b *Broker) keys(o outcome, c ssocache.Credentials) (ssocache.Credentials, bool) {
	if o.kind != succeeded || c.AccessKeyID == "" || o.fingerprint != b.trial(c.SessionToken) {
		return c, false
	}
	end, err := time.Parse(time.RFC3339, o.text)
	c.Expiration = end
	return c, err == nil
}

// recentKeys is keys for those who did not wait.
func (b *Broker) recentKeys(o outcome, c ssocache.Credentials, now time.Time) (ssocache.Credentials, bool) {
	c, ok := b.keys(o, c)
	return c, ok && o.within(inStep, now) && c.Left(now) >= inStepLeft
}

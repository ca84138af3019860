package broker

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// How the processes of a user meet: the locks, and the small files beside the data by
// which they tell each other what has happened. Outcomes say how the last attempt ended,
// generations when somebody signed in or out, tracks how old a session gets.

// A guard permits one process to continue. It usually holds the lock; without one, why
// says what is wrong with it: locks do not work, or the holder does not let go.
type guard struct {
	lock    *filelock.Lock
	why     string   // why it is not the lock itself; "" if it is
	settled *verdict // of the wait: the work is not needed any more, and there is no lock
}

func (g guard) release() { g.lock.Release() }

// A verdict is what a look at the cache comes to while a request waits for a lock: the
// answer or the error with which the request ends. nil means that this process has to do
// the work.
type verdict struct {
	Answer
	err error
}

// unsettled is the look of a wait that only the lock ends.
func unsettled() *verdict { return nil }

// wait takes the lock at path. While another process holds it, look is called again and
// again: a verdict says that the other process's work has made ours unnecessary, and
// ends the wait. After the deadline wait goes on without the lock, but one process at a
// time: the processes that a stopped holder kept waiting are still a storm, and take
// turns by a second lock, for the same time again. The only error is the context's.
func (b *Broker) wait(ctx context.Context, path string, deadline time.Time, look func() *verdict) (guard, error) {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return guard{why: err.Error()}, nil
	}
	start, why, waited := time.Now(), "", false
	for pause := pollMin; ; pause = min(pause*3/2, pollMax) {
		lock, err := filelock.Try(path)
		busy := errors.Is(err, filelock.ErrBusy)
		if err != nil && !busy {
			return guard{why: err.Error()}, nil
		}
		if waited = waited || busy; waited { // also when the holder has just let go
			if v := look(); v != nil {
				lock.Release()
				b.debug("settled by another process", "file", path, "waited", time.Since(start).Round(time.Millisecond))
				return guard{settled: v}, nil
			}
		}
		if !busy {
			b.debug("lock", "file", path, "waited", time.Since(start).Round(time.Millisecond))
			return guard{lock: lock, why: why}, nil
		}
		if !time.Now().Before(deadline) {
			if why != "" {
				return guard{why: why}, nil
			}
			why = path + " is still held by another process after " + held(start, deadline).Round(time.Second).String()
			path, deadline, pause = path+".2", time.Now().Add(lockBudget), pollMin
			continue
		}
		if err := sleep.For(ctx, pause/2+mathrand.N(pause)); err != nil {
			return guard{}, err
		}
	}
}

// held is how long a request has waited by now. It may have begun with another
// lock, long before start: then only its deadline tells.
func held(start, deadline time.Time) time.Duration {
	if began := deadline.Add(-lockBudget); began.Before(start) {
		start = began
	}
	return time.Since(start)
}

// try takes the lock at path if it is free. If the guard has no lock, another process
// has it, or locks do not work.
func (b *Broker) try(ctx context.Context, path string) guard {
	g, _ := b.wait(ctx, path, time.Now(), func() *verdict { return new(verdict) }) // the first look ends it
	return g
}

// deadlineKey carries the end of a request's patience with locks: a request
// that waited for a role's lock has less left for its session's.
type deadlineKey struct{}

func withDeadline(ctx context.Context) context.Context {
	return context.WithValue(ctx, deadlineKey{}, time.Now().Add(lockBudget))
}

// deadline is when this request stops waiting for locks.
func (b *Broker) deadline(ctx context.Context) time.Time {
	if t, ok := ctx.Value(deadlineKey{}).(time.Time); ok {
		return t
	}
	return time.Now().Add(lockBudget)
}

// companion names a file that goes with name in folder: ".NAME.lock",
// ".NAME.outcome". None of them ends in ".json", which the AWS CLI would read.
func companion(folder, name, suffix string) string {
	return filepath.Join(folder, "."+name[:len(name)-len(".json")]+suffix)
}

// sessionFile is a file that guards a session under all of its names: it goes with
// the portal, not with the name or the spelling that happens to be used.
func (b *Broker) sessionFile(s profile.Session, suffix string) string {
	return companion(b.Cache.SSO(), ssocache.TokenName(starturl.Portal(s.StartURL)), suffix)
}

func (b *Broker) roleFile(name, suffix string) string {
	return companion(b.Cache.Roles(), name, suffix)
}

// writeCompanion replaces such a file.
func (b *Broker) writeCompanion(path, content string) error {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return atomicfile.Write(path, []byte(content), 0o600)
}

// readCompanion returns the content of a companion file; "" if there is none. Any
// error means that the content is not known.
func readCompanion(path string) (string, error) {
	data, err := datafile.Read(path, datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return string(data), err
}

// An outcome is how the last attempt to renew a token, or to fetch a role's
// credentials, ended. It lies beside the lock, for the processes that wait for the lock.
type outcome struct {
	id          string // differs for every attempt
	at          time.Time
	kind        outcomeKind
	fingerprint string // of the token that was tried; of the keys that came, see recordKeys
	text        string // the error; when the keys end
	unknown     bool   // the file could not be read: the rest is zero
}

// after reports whether the outcome is known to be of a later attempt than last.
func (o outcome) after(last outcome) bool { return !o.unknown && !last.unknown && o.id != last.id }

// within says whether the outcome is younger than d at now. One from the
// future, after a clock was set back, is not.
func (o outcome) within(d time.Duration, now time.Time) bool {
	age := now.Sub(o.at)
	return age >= 0 && age < d
}

type outcomeKind string

const (
	succeeded outcomeKind = "ok"
	ended     outcomeKind = "ended"   // the service will never take that token again
	refusal   outcomeKind = "refused" // the service said no
	busy      outcomeKind = "busy"    // the service said that it cannot now
	failed    outcomeKind = "failed"  // nobody answered, or not sensibly
)

// kindOf is how an attempt ended that brought the error.
func kindOf(err error) outcomeKind {
	var session *SessionError
	var shared *SharedError
	var service *idcenter.ServiceError
	switch {
	case errors.As(err, &session):
		return ended
	case errors.As(err, &shared) && shared.Refused, errors.As(err, &service) && !errors.Is(err, idcenter.ErrTemporary):
		return refusal
	case service != nil, shared != nil && shared.Answered:
		return busy
	}
	return failed
}

// bad says whether an outcome is that of a failure which may pass, or of a no that
// concerned one request.
func (o outcome) bad() bool { return o.kind == failed || o.kind == busy || o.kind == refusal }

func (o outcome) err() error { return o.kind.shared(o.text) }

// verdict returns the error with which the attempt failed, for a request that may share
// it, or nil if it did not fail.
func (o outcome) verdict(s profile.Session) *verdict {
	switch {
	case o.kind == ended:
		return &verdict{err: &SessionError{Session: s, Why: o.text, Err: o.err()}}
	case o.bad():
		return &verdict{err: o.err()}
	}
	return nil
}

// A SharedError is the failure of another process that was asked for the same
// thing at the same time.
type SharedError struct {
	Text     string // the error as that process got it
	Refused  bool   // a service said no
	Answered bool   // it said anything, as opposed to: nobody answered
}

func (e *SharedError) Error() string { return e.Text }

// ExitStatus is that of the AWS CLI for an answer of a service; 0 if no service answered,
// which leaves the choice to other errors.
func (e *SharedError) ExitStatus() int {
	if e.Answered {
		return 254
	}
	return 0
}

// Share is an error as other processes get it.
func Share(err error) *SharedError {
	return kindOf(err).shared(err.Error())
}

func (k outcomeKind) shared(text string) *SharedError {
	return &SharedError{Text: text, Refused: k == refusal, Answered: k == refusal || k == busy}
}

// outcomeMagic begins the file. The file must not be JSON: the AWS CLI's logout
// parses every file of the folder and trips over JSON that is not an object.
const outcomeMagic = "lanyard-outcome"

// readOutcome returns the zero outcome if there is none, or if the file is not one.
func readOutcome(path string) outcome {
	line, err := readCompanion(path)
	if err != nil {
		return outcome{unknown: true}
	}
	f := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 6)
	if len(f) != 6 || f[0] != outcomeMagic {
		return outcome{}
	}
	ms, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return outcome{}
	}
	text, err := strconv.Unquote(f[5])
	if err != nil {
		return outcome{}
	}
	return outcome{id: f[1], at: time.UnixMilli(ms), kind: outcomeKind(f[3]), fingerprint: f[4], text: text}
}

// writeOutcome records how an attempt ended. It helps others and decides
// nothing, so a failure to write it is none.
func (b *Broker) writeOutcome(path string, kind outcomeKind, tried secret.String, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	b.record(path, kind, tried, text)
}

// record writes an outcome with any text.
func (b *Broker) record(path string, kind outcomeKind, tried secret.String, text string) {
	line := strings.Join([]string{
		outcomeMagic, rand.Text(), strconv.FormatInt(b.now().UnixMilli(), 10), string(kind), b.trial(tried), strconv.Quote(text),
	}, " ")
	if err := b.writeCompanion(path, line+"\n"); err != nil {
		b.debug("outcome not recorded", "file", path, "error", err)
	}
}

// trial is the fingerprint of a token that was tried at the configured endpoints. A
// token without an origin may be tried at two services: the refusal of the first service
// says nothing about the second.
func (b *Broker) trial(tried secret.String) string {
	if b.Endpoints == nil {
		return fingerprint(tried)
	}
	e, err := b.Endpoints()
	if place := e.Place(); err == nil && place != "" {
		tried = secret.New(tried.Reveal() + "\x00" + place)
	}
	return fingerprint(tried)
}

// fingerprint tells tokens apart without giving them away.
func fingerprint(s secret.String) string {
	sum := sha256.Sum256([]byte("lanyard outcome\x00" + s.Reveal()))
	return hex.EncodeToString(sum[:12])
}

// A generation names the time between two sign-outs of a session, or two sign-ins: what
// was begun in one may not be saved in the next. Like an outcome it is kept in a form
// that is not JSON.
type generation struct {
	id    string // opaque; "" before the first
	known bool   // false: the file could not be read, which says nothing about the session
}

// generation reads the session's present generation.
func (b *Broker) generation(s profile.Session) generation {
	path := b.sessionFile(s, ".generation")
	text, err := readCompanion(path)
	if err != nil {
		b.debug("generation not known", "file", path, "error", err)
	}
	return generation{text, err == nil}
}

// over reports whether the generation is known to have ended by now. A generation
// that could not be read, before or now, counts as going on.
func (g generation) over(now generation) bool { return g.known && now.known && g.id != now.id }

// What begins a generation.
const (
	bySignIn  = "sign-in"
	bySignOut = "sign-out"
	byMove    = "move"
)

// nextGeneration begins a new one. On a full disk the file of the old generation is
// removed instead, which ends that generation too.
func (b *Broker) nextGeneration(s profile.Session, by string) error {
	path := b.sessionFile(s, ".generation")
	err := b.writeCompanion(path, "lanyard-generation "+rand.Text()+" "+by+"\n")
	if err != nil && os.Remove(path) == nil {
		b.debug("generation removed, because the next one cannot be written", "file", path, "error", err)
		return nil
	}
	return err
}

// overSince reports whether the session is known to have been signed out of, or into,
// since the generation was read. Where generations could not be read, a session
// without any token file is one that was signed out of.
func (b *Broker) overSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.over(now) || (!g.known || !now.known) && b.gone(s)
}

// gone reports whether the session is known to have no token under any of its names.
func (b *Broker) gone(s profile.Session) bool {
	for _, key := range b.names(s) {
		if _, err := b.Cache.LoadToken(key); !errors.Is(err, ssocache.ErrNotFound) {
			return false
		}
	}
	return true
}

// signedOutSince reports whether the generation is known to be over, and the last
// thing that ended one was a sign-out.
func (b *Broker) signedOutSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.over(now) && strings.HasSuffix(now.id, " "+bySignOut+"\n")
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

package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// How a user signs in: one process at a time, and the others know which.

// A SignIn is how a person is signed in, and on whose behalf.
type SignIn struct {
	// Caller is the words of the command, without arguments: processes that wait for
	// this one show it.
	Caller string

	// Waiting is told once that another process's sign-in is waited for, and for
	// how long at most; nil is not told.
	Waiting func(h Holder, limit time.Duration)

	// Force ends the present session, also one of another origin, before the sign-in
	// begins, and does not take over the sign-in of another process. Roles are the
	// role-cache files of the AWS CLI that go with the session: see [Broker.Logout].
	Force bool
	Roles []string

	// Do signs in, and calls keep with the result before it tells anybody that the
	// sign-in succeeded. It is not called where another process has done it.
	Do func(ctx context.Context, keep Keep) error
}

// Keep stores the result of a sign-in.
type Keep = func(context.Context, idcenter.Result) error

// loginBudget is how long one process waits for another one's sign-in: the
// service's codes live ten minutes.
const loginBudget = 11 * time.Minute

// Login signs in, one process at a time, and stores the token. If another process
// finishes a sign-in of the same session while this one waits, Login returns that token,
// unless the sign-in is forced. The user asks for it, so a failure a moment ago does not
// hold it back. The errors of [Broker.MaySignIn] are among its own.
func (b *Broker) Login(ctx context.Context, s profile.Session, in SignIn) (ssocache.Token, error) {
	if err := b.MaySignIn(s, in.Force); err != nil {
		return ssocache.Token{}, err
	}
	// Nobody should go through a browser for a token that cannot be kept.
	pending, err := b.Cache.PrepareToken(s.Key())
	if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	defer pending.Abort() // does nothing to one that was used
	store, err := b.Cache.Store(s.Key())
	if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	seen, announce := b.glance(s).newest(b.now()), in.announcement(b, s, loginBudget)
	g, err := b.wait(ctx, b.loginLock(s), time.Now().Add(loginBudget), func() *verdict {
		announce.tell()
		if in.Force {
			return nil
		}
		return b.othersSignIn(s, seen)
	})
	if err != nil {
		return ssocache.Token{}, err
	}
	if g.settled != nil {
		return g.settled.Token, nil
	}
	defer g.release()
	if err := b.MaySignIn(s, in.Force); err != nil { // somebody may have signed in meanwhile
		return ssocache.Token{}, err
	}
	_ = os.Remove(b.loginOutcome(s)) // what failed before is over, also if this is broken off
	if in.Force {
		if err := b.endPresent(ctx, s, in.Roles); err != nil {
			return ssocache.Token{}, err
		}
	}
	return b.signIn(ctx, s, in, pending, store)
}

// loginLock is held by the process that signs in. It goes with the start URL: two
// sessions of one are two sign-ins, but not at the same time.
func (b *Broker) loginLock(s profile.Session) string { return b.sessionFile(s, ".login.lock") }

// othersSignIn looks for a live token that is not the one seen before: another process
// has signed in.
func (b *Broker) othersSignIn(s profile.Session, seen secret.String) *verdict {
	if tok, live := b.glance(s).best(b.now(), seen); live && tok.ExpiresAt.After(b.now()) {
		return &verdict{Answer: Answer{Token: tok}}
	}
	return nil
}

// endPresent signs out of the session, so that the service cannot reuse it for the
// sign-in that follows. A service that cannot be reached does not stop that.
func (b *Broker) endPresent(ctx context.Context, s profile.Session, roles []string) error {
	out, err := b.Logout(ctx, s, roles)
	for _, u := range out.Unrevoked {
		b.warn("the present session of %s could not be revoked: %v", u.StartURL, u.Err)
	}
	return err
}

// signIn signs in, with the lock of sign-ins held, and stores the token. How it
// failed is recorded, unless it was broken off: a process that was interrupted or
// killed has nothing to tell, and the process that gets the lock next takes over.
func (b *Broker) signIn(ctx context.Context, s profile.Session, in SignIn, pending keystore.Place, store string) (ssocache.Token, error) {
	leave := b.enterHolder(s, in.Caller)
	defer leave()
	var tok ssocache.Token
	err := in.Do(ctx, func(ctx context.Context, result idcenter.Result) (err error) {
		tok, err = b.store(ctx, s, result, pending, store)
		return err
	})
	switch path := b.loginOutcome(s); {
	case err == nil:
		_ = os.Remove(path) // mostly there is none
	case ctx.Err() == nil:
		b.writeOutcome(path, kindOf(err), secret.String{}, err)
	}
	return tok, err
}

// loginOutcome names the file that says how the session's last sign-in failed, for
// processes that waited for it and that come soon after. A sign-in that succeeds removes
// the file.
func (b *Broker) loginOutcome(s profile.Session) string {
	key := s.Name
	if key == "" {
		key = starturl.Portal(s.StartURL) // legacy profiles share a sign-in, however they spell it
	}
	return companion(b.Cache.SSO(), ssocache.TokenName(key), ".login.outcome")
}

// revokeInterrupted is how long an interrupted sign-in takes to revoke its token.
const revokeInterrupted = 3 * time.Second

// store saves what a sign-in brought. What cannot be saved is revoked: nobody would
// know of it any more. An interrupt counts while another process keeps the session's
// lock, and not from then on.
func (b *Broker) store(ctx context.Context, s profile.Session, r idcenter.Result, pending keystore.Place, in string) (ssocache.Token, error) {
	held := context.WithoutCancel(ctx)
	issued, err := b.issued(s, r)
	if err != nil {
		return ssocache.Token{}, err
	}
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(lockBudget), unsettled)
	if err != nil {
		within, cancel := context.WithTimeout(held, revokeInterrupted)
		defer cancel()
		_ = b.endAt(within, issued) // best effort
		return ssocache.Token{}, err
	}
	defer g.release()
	defer b.hold()()
	tok, err := b.storeHeld(s, issued, r.Grant.Clock, pending, in)
	if err != nil {
		if err := b.endAt(held, issued); err != nil {
			b.warn("the token of %s that could not be stored is not revoked: %v", s.StartURL, err)
		}
	}
	return tok, err
}

// issued returns the token that a sign-in brought.
func (b *Broker) issued(s profile.Session, r idcenter.Result) (ssocache.Token, error) {
	t, err := b.target(s)
	return ssocache.Token{
		StartURL: s.StartURL, Region: s.Region, Origin: t.origin(),
		AccessToken: r.Grant.AccessToken, ExpiresAt: b.now().Add(r.Grant.Lifetime), Life: r.Grant.Lifetime,
		RefreshToken: r.Grant.RefreshToken,
		ClientID:     r.Registration.ClientID, ClientSecret: r.Registration.ClientSecret,
		RegistrationExpiresAt: r.Registration.ExpiresAt,
	}, err
}

// storeHeld replaces whatever the session had. It needs the session's lock only to let
// a renewal finish first.
func (b *Broker) storeHeld(s profile.Session, tok ssocache.Token, clock idcenter.Clock, pending keystore.Place, in string) (ssocache.Token, error) {
	b.notice(clock)
	pending, err := b.reprepare(s, pending, in)
	if err != nil {
		return ssocache.Token{}, err
	}
	// The user who signs in now may be another person: what was fetched, or is being
	// fetched, for the user before is not theirs.
	if err := b.nextGeneration(s, bySignIn); err != nil {
		b.warn("credentials of the sign-in before may still be stored by commands that are running: %v", err)
	}
	keys := b.names(s)
	if err := b.Cache.RemoveCredentials(nil, func(c ssocache.Credentials) bool { return slices.Contains(keys, c.Session) }); err != nil {
		b.warn("the credentials of the sign-in before are not removed: %v", err)
	}
	var kept *atomicfile.KeptError
	if err := pending.Commit(tok.Encode()); errors.As(err, &kept) { // the next request moves it
		b.warn("signed in, but %v", err)
	} else if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	for _, key := range b.siblings(s) {
		if b.vaulted(s.Key(), key) {
			continue
		}
		// The refresh token lives in one file: an older one of the same
		// session goes.
		if err := b.Cache.SaveToken(key, tok.Copy()); err != nil {
			b.warn("the token could not be copied to %s: %v", b.Cache.TokenPath(key), err)
		}
	}
	b.writeOutcome(b.sessionFile(s, ".outcome"), succeeded, tok.RefreshToken, nil)
	b.trackLogin(s.Key(), tok.RefreshToken)
	b.Cache.Sweep(b.now())
	return tok, nil
}

// reprepare prepares the place of the token again, under the session's lock: since
// pending was prepared, `store migrate` may have moved the session to another store
// and back. Where that is not possible in the same store, pending remains: it may
// hold the last free space of the disk. in is the store that pending belongs to.
func (b *Broker) reprepare(s profile.Session, pending keystore.Place, in string) (keystore.Place, error) {
	now, err := b.Cache.Store(s.Key())
	switch {
	case err != nil: // not known to have moved
		return pending, nil
	case in == keystore.Agent && now == keystore.File:
		return nil, &keystore.StoreError{Store: in, Err: errors.New("the agent that was to keep the token in its memory has ended"), Hint: "sign in again"}
	}
	fresh, err := b.Cache.PrepareToken(s.Key())
	switch {
	case err == nil:
		pending.Abort()
		return fresh, nil
	case now == in:
		return pending, nil
	}
	return nil, b.storageError("not signed in", err)
}

// announceAfter is how long a process waits for another one's sign-in before it
// says so: by then the other one has said who it is.
const announceAfter = 100 * time.Millisecond

// An announcement tells the user, once, that this process waits for another one's sign-in.
type announcement struct {
	tellUser func() // nil once it was called
	start    time.Time
}

func (in SignIn) announcement(b *Broker, s profile.Session, limit time.Duration) *announcement {
	a := &announcement{start: time.Now()}
	if in.Waiting != nil {
		a.tellUser = func() { in.Waiting(b.signInHolder(s), limit) }
	}
	return a
}

// tell is called again and again during the wait.
func (a *announcement) tell() {
	if a.tellUser != nil && time.Since(a.start) >= announceAfter {
		a.tellUser()
		a.tellUser = nil
	}
}

// A Holder is the process that signs in, as it described itself in a file beside its
// lock. Anybody who can write there can say anything: it is for people to read. The
// zero Holder is one that is not known.
type Holder struct {
	PID     int
	Host    string // "" for this one
	Command string // its words, without arguments
}

func (h Holder) String() string {
	if h.PID == 0 {
		return "another process"
	}
	text := "process " + strconv.Itoa(h.PID)
	if h.Host != "" {
		text += " on " + h.Host
	}
	if h.Command != "" {
		text += " (" + h.Command + ")"
	}
	return text
}

// holderMagic begins the file, which may not be JSON: see outcomeMagic.
const holderMagic = "lanyard-holder"

// maxHolder is far more than such a file is long.
const maxHolder = 1 << 10

func (b *Broker) holderFile(s profile.Session) string { return b.sessionFile(s, ".login.holder") }

// enterHolder says who holds the lock, and leave takes that back. The file of a
// process that was killed stays until the next one's replaces it.
func (b *Broker) enterHolder(s profile.Session, command string) (leave func()) {
	host, _ := os.Hostname() // then it has none
	line := fmt.Sprintf("%s %d %q %q\n", holderMagic, os.Getpid(), host, command)
	path := b.holderFile(s)
	if err := b.writeCompanion(path, line); err != nil {
		b.debug("those who wait are not told who is signing in", "file", path, "error", err)
		return func() {}
	}
	return func() { _ = os.Remove(path) }
}

// signInHolder is the process that signs in to the session at the moment.
func (b *Broker) signInHolder(s profile.Session) Holder {
	path := b.holderFile(s)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxHolder {
		return Holder{}
	}
	data, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		return Holder{}
	}
	var magic string
	var h Holder
	if n, err := fmt.Sscanf(string(data), "%s %d %q %q\n", &magic, &h.PID, &h.Host, &h.Command); n != 4 || err != nil || magic != holderMagic || h.PID <= 0 {
		return Holder{}
	}
	if host, _ := os.Hostname(); h.Host == host {
		h.Host = ""
	}
	if strings.ContainsFunc(h.Host+h.Command, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return Holder{} // no such thing was written by us
	}
	return h
}

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

// This file coordinates sign-ins. One process signs in at a time. The other processes wait,
// and show which process is signing in.

// A SignIn describes how to sign a user in.
type SignIn struct {
	// Caller is the name of the command. Other processes show this name while they wait for this
	// sign-in.
	Caller string

	// Waiting is called once if this process waits for process p to sign in. limit is the
	// longest wait. Waiting may be nil.
	Waiting func(p Process, limit time.Duration)

	// Force ends the current session first, even a session of another origin. It signs in even
	// if another process has just signed in. Roles is passed to [Broker.Logout].
	Force bool
	Roles []string

	// Do signs in and calls keep with the result. It must call keep before it shows the user
	// that the sign-in succeeded. Login does not call Do if another process signs in.
	Do func(ctx context.Context, keep Keep) error
}

// A Keep function stores the result of a sign-in.
type Keep = func(context.Context, idcenter.Result) error

// loginBudget is how long a process waits for the sign-in of another process. The device
// code of a sign-in is valid for ten minutes.
const loginBudget = 11 * time.Minute

// Login signs in and stores the token. Only one process signs in at a time. If another process
// signs in to the same session during the wait, Login returns the new token. With signIn.Force,
// Login always signs in. Unlike auto_login, Login signs in even if a sign-in has just failed. It
// also returns the errors of [Broker.MaySignIn].
func (b *Broker) Login(ctx context.Context, s profile.Session, signIn SignIn) (ssocache.Token, error) {
	if err := b.MaySignIn(s, signIn.Force); err != nil {
		return ssocache.Token{}, err
	}
	// Check first that the token can be stored, before the user goes through a browser.
	pending, err := b.Cache.PrepareToken(s.Key())
	if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	defer pending.Abort() // does nothing after a Commit
	store, err := b.Cache.Store(s.Key())
	if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	seen, announce := b.tokensNow(s).newest(b.now()), signIn.announcement(b, s, loginBudget)
	g, err := b.wait(ctx, b.loginLock(s), time.Now().Add(loginBudget), func() *reply {
		announce.afterPause()
		if signIn.Force {
			return nil
		}
		return b.othersSignIn(s, seen)
	})
	if err != nil {
		return ssocache.Token{}, err
	}
	if g.reply != nil {
		return g.reply.Token, nil
	}
	defer g.release()
	if err := b.MaySignIn(s, signIn.Force); err != nil { // another process may have signed in during the wait
		return ssocache.Token{}, err
	}
	_ = os.Remove(b.loginOutcome(s)) // forget an earlier failure, even if this sign-in is interrupted
	if signIn.Force {
		if err := b.endCurrent(ctx, s, signIn.Roles); err != nil {
			return ssocache.Token{}, err
		}
	}
	return b.signIn(ctx, s, signIn, pending, store)
}

// loginLock returns the path of the lock that the process holds while it signs in. All
// sessions of a start URL share it, so their sign-ins are not at the same time.
func (b *Broker) loginLock(s profile.Session) string { return b.sessionFile(s, ".login.lock") }

// othersSignIn looks for a valid token other than the token found by the request. If the cache has
// such a token, another process has signed in.
func (b *Broker) othersSignIn(s profile.Session, found secret.String) *reply {
	if tok, valid := b.tokensNow(s).best(b.now(), found); valid && tok.ExpiresAt.After(b.now()) {
		return &reply{Answer: Answer{Token: tok}}
	}
	return nil
}

// endCurrent signs out, so that the service cannot reuse the session for the sign-in that
// follows. If the service is unreachable, endCurrent prints a warning and returns nil.
func (b *Broker) endCurrent(ctx context.Context, s profile.Session, roles []string) error {
	out, err := b.Logout(ctx, s, roles)
	for _, u := range out.Unrevoked {
		b.warn("the current session of %s could not be revoked: %v", u.StartURL, u.Err)
	}
	return err
}

// signIn signs in and stores the token. The caller holds the login lock. signIn records a
// failure for other processes, except an interrupt. After an interrupt, the next process that
// gets the lock signs in.
func (b *Broker) signIn(ctx context.Context, s profile.Session, signIn SignIn, pending keystore.Pending, store string) (ssocache.Token, error) {
	remove := b.writeProcess(s, signIn.Caller)
	defer remove()
	var tok ssocache.Token
	err := signIn.Do(ctx, func(ctx context.Context, result idcenter.Result) (err error) {
		tok, err = b.store(ctx, s, result, pending, store)
		return err
	})
	switch path := b.loginOutcome(s); {
	case err == nil:
		_ = os.Remove(path) // the file usually does not exist
	case ctx.Err() == nil:
		b.writeOutcome(path, kindOf(err), secret.String{}, err)
	}
	return tok, err
}

// loginOutcome returns the path of the file that records a failed sign-in. Processes that
// wait for the sign-in, or start soon after it, read this file. A successful sign-in removes
// the file.
func (b *Broker) loginOutcome(s profile.Session) string {
	key := s.Name
	if key == "" {
		key = starturl.Portal(s.StartURL) // legacy profiles with any spelling of the URL share a sign-in
	}
	return sidecar(b.Cache.SSO(), ssocache.TokenName(key), ".login.outcome")
}

// revokeInterrupted is how long an interrupted sign-in tries to revoke its token.
const revokeInterrupted = 3 * time.Second

// store stores the token of a sign-in. If that fails, store revokes the token, which would
// otherwise stay valid at the service. An interrupt ends only the wait for the session's
// lock.
func (b *Broker) store(ctx context.Context, s profile.Session, r idcenter.Result, pending keystore.Pending, storeName string) (ssocache.Token, error) {
	held := context.WithoutCancel(ctx)
	issued, err := b.newToken(s, r)
	if err != nil {
		return ssocache.Token{}, err
	}
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(lockBudget), noReply)
	if err != nil {
		within, cancel := context.WithTimeout(held, revokeInterrupted)
		defer cancel()
		_ = b.endAt(within, issued) // best effort
		return ssocache.Token{}, err
	}
	defer g.release()
	defer b.hold()()
	tok, err := b.storeHeld(s, issued, r.Grant.Clock, pending, storeName)
	if err != nil {
		if err := b.endAt(held, issued); err != nil {
			b.warn("the new token of %s could be neither stored nor revoked: %v", s.StartURL, err)
		}
	}
	return tok, err
}

// newToken returns the token of a sign-in.
func (b *Broker) newToken(s profile.Session, r idcenter.Result) (ssocache.Token, error) {
	t, err := b.target(s)
	return ssocache.Token{
		StartURL: s.StartURL, Region: s.Region, Origin: t.origin(),
		AccessToken: r.Grant.AccessToken, ExpiresAt: b.now().Add(r.Grant.Lifetime), Life: r.Grant.Lifetime,
		RefreshToken: r.Grant.RefreshToken,
		ClientID:     r.Registration.ClientID, ClientSecret: r.Registration.ClientSecret,
		RegistrationExpiresAt: r.Registration.ExpiresAt,
	}, err
}

// storeHeld replaces the session's token. The caller takes the session's lock first, so that
// a refresh can finish.
func (b *Broker) storeHeld(s profile.Session, tok ssocache.Token, clock idcenter.Clock, pending keystore.Pending, storeName string) (ssocache.Token, error) {
	b.warnOfClock(clock)
	pending, err := b.reprepare(s, pending, storeName)
	if err != nil {
		return ssocache.Token{}, err
	}
	// Another user may have signed in before. Remove that user's role credentials, and let
	// no running process store more of them.
	if err := b.nextGeneration(s, bySignIn); err != nil {
		b.warn("running commands may still store credentials of the previous sign-in: %v", err)
	}
	keys := b.names(s)
	if err := b.Cache.RemoveCredentials(nil, func(c ssocache.Credentials) bool { return slices.Contains(keys, c.Session) }); err != nil {
		b.warn("credentials of the previous sign-in could not be removed: %v", err)
	}
	var kept *atomicfile.KeptError
	if err := pending.Commit(tok.Encode()); errors.As(err, &kept) { // the next request moves it
		b.warn("signed in, but %v", err)
	} else if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	for _, key := range b.siblings(s) {
		if b.keptElsewhere(s.Key(), key) {
			continue
		}
		// The sibling may have the refresh token of an earlier sign-in. Replace it, so that only
		// one file has a refresh token.
		if err := b.Cache.SaveToken(key, tok.Copy()); err != nil {
			b.warn("the token could not be copied to %s: %v", b.Cache.TokenPath(key), err)
		}
	}
	b.writeOutcome(b.sessionFile(s, ".outcome"), succeeded, tok.RefreshToken, nil)
	b.recordSignIn(s.Key(), tok.RefreshToken)
	b.Cache.Sweep(b.now())
	return tok, nil
}

// reprepare reserves the place of the token again, under the session's lock. pending is an
// earlier reservation in the store. Since then, `store migrate` may
// have moved the session to another store. If the store is the same and cannot reserve a
// second place, reprepare returns pending. pending may hold the last free space of the disk.
func (b *Broker) reprepare(s profile.Session, pending keystore.Pending, store string) (keystore.Pending, error) {
	now, err := b.Cache.Store(s.Key())
	switch {
	case err != nil: // assume that the store is the same
		return pending, nil
	case store == keystore.Agent && now == keystore.File:
		return nil, &keystore.StoreError{Store: store, Err: errors.New("the agent ended before it could keep the token in its memory"), Hint: "sign in again"}
	}
	fresh, err := b.Cache.PrepareToken(s.Key())
	switch {
	case err == nil:
		pending.Abort()
		return fresh, nil
	case now == store:
		return pending, nil
	}
	return nil, b.storageError("not signed in", err)
}

// announceAfter is how long a process waits before it shows that it waits for another
// process. By then the other process has written its name and pid.
const announceAfter = 100 * time.Millisecond

// An announcement tells the user once that this process waits for the sign-in of another
// process.
type announcement struct {
	show  func() // nil after the call
	start time.Time
}

func (signIn SignIn) announcement(b *Broker, s profile.Session, limit time.Duration) *announcement {
	a := &announcement{start: time.Now()}
	if signIn.Waiting != nil {
		a.show = func() { signIn.Waiting(b.signInProcess(s), limit) }
	}
	return a
}

// afterPause shows the announcement if announceAfter has passed. The wait calls it again and
// again.
func (a *announcement) afterPause() {
	if a.show != nil && time.Since(a.start) >= announceAfter {
		a.show()
		a.show = nil
	}
}

// A Process describes the process that is signing in. The process wrote this to a file beside
// the login lock. Other programs can write the file too, so it is only shown to users. The
// zero Process is an unknown process.
type Process struct {
	PID     int
	Host    string // "" if it is this machine
	Command string // the name of the command, without arguments
}

func (p Process) String() string {
	if p.PID == 0 {
		return "another process"
	}
	text := "process " + strconv.Itoa(p.PID)
	if p.Host != "" {
		text += " on " + p.Host
	}
	if p.Command != "" {
		text += " (" + p.Command + ")"
	}
	return text
}

// processMagic is the first word of the file.
const processMagic = "lanyard-holder"

// maxProcessFile limits the size of the file. The files that lanyard writes are much smaller.
const maxProcessFile = 1 << 10

func (b *Broker) processFile(s profile.Session) string { return b.sessionFile(s, ".login.holder") }

// writeProcess writes the file about this process, and remove removes it. The file of a
// process that was killed stays until the next process replaces it.
func (b *Broker) writeProcess(s profile.Session, command string) (remove func()) {
	host, _ := os.Hostname() // "" if the host has no name
	line := fmt.Sprintf("%s %d %q %q\n", processMagic, os.Getpid(), host, command)
	path := b.processFile(s)
	if err := b.writeSidecar(path, line); err != nil {
		b.debug("waiting processes cannot show which process is signing in", "file", path, "error", err)
		return func() {}
	}
	return func() { _ = os.Remove(path) }
}

// signInProcess returns the process that is signing in to the session.
func (b *Broker) signInProcess(s profile.Session) Process {
	path := b.processFile(s)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxProcessFile {
		return Process{}
	}
	data, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		return Process{}
	}
	var magic string
	var p Process
	if n, err := fmt.Sscanf(string(data), "%s %d %q %q\n", &magic, &p.PID, &p.Host, &p.Command); n != 4 || err != nil || magic != processMagic || p.PID <= 0 {
		return Process{}
	}
	if host, _ := os.Hostname(); p.Host == host {
		p.Host = ""
	}
	if strings.ContainsFunc(p.Host+p.Command, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return Process{} // another program wrote the file
	}
	return p
}
